// Options that say how a stranger's model file is to be read.

import { classNamesIn, normalizationIn, sizesIn } from "@carom/core/models";
import type { Command } from "commander";

/** Adds --normalize, --input-shape and --attack-at. */
export function withInputOptions(command: Command): Command {
  return command
    .option(
      "--normalize <mean,std>",
      "the model takes (x - mean) / std of the data: two numbers, or the means and then the deviations of all channels",
      normalizationIn,
    )
    .option(
      "--input-shape <sizes>",
      "sizes that the model file leaves open: those of one row, such as 3,224,224, or by name, such as sequence=16",
      sizesIn,
    )
    .option(
      "--attack-at <value>",
      "attack a value inside the model, such as the output of an embedding, in place of its input; budgets are " +
        "in its units",
    );
}

/** Adds the options of inputs, --classes and --output. */
export function withModelOptions(command: Command): Command {
  return withInputOptions(command)
    .option("--output <name>", "the output of the model file that holds the scores; found out where absent")
    .option("--classes <list>", "names of the model's classes, in the order of its scores", classNamesIn);
}
