// Options that say how a stranger's model file is to be read.

import type { Normalization, OpenSizes } from "@carom/core/models";
import type { Command } from "commander";
import { invalid } from "./options.ts";

/** Adds --normalize, --input-shape and --attack-at. */
export function withInputOptions(command: Command): Command {
  return command
    .option(
      "--normalize <mean,std>",
      "the model takes (x - mean) / std of the data: two numbers, or the means and then the deviations of all channels",
      parseNormalize,
    )
    .option(
      "--input-shape <sizes>",
      "sizes that the model file leaves open: those of one row, such as 3,224,224, or by name, such as sequence=16",
      parseSizes,
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
    .option("--classes <list>", "names of the model's classes, in the order of its scores", parseNames);
}

/** Sizes of one row, or of open axes by name. */
function parseSizes(text: string): OpenSizes {
  const sizes = text.split(",").map((part) => /^(?:(?<name>[^=]+)=)?(?<size>[1-9]\d*)$/.exec(part.trim())?.groups);
  const named = sizes.map((part) => part?.name);
  if (sizes.every((part) => part !== undefined)) {
    if (named.every((name) => name === undefined)) return sizes.map(({ size }) => Number(size));
    if (named.every((name) => name !== undefined)) {
      return Object.fromEntries(sizes.map(({ name, size }) => [name, Number(size)]));
    }
  }
  throw invalid("--input-shape", "sizes of one row, or NAME=SIZE for each open axis", text, "for instance 3,224,224");
}

/** Means first, then as many deviations. */
function parseNormalize(text: string): Normalization {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const half = numbers.length / 2;
  const mean = numbers.slice(0, half);
  const deviation = numbers.slice(half);
  if (Number.isInteger(half) && numbers.every(Number.isFinite) && deviation.every((value) => value > 0)) {
    return { mean, deviation };
  }
  throw invalid(
    "--normalize",
    "a mean and a positive deviation, or those of all channels, the means first",
    text,
    "for instance --normalize 0.1307,0.3081",
  );
}

/** Names of classes, in order. */
export function parseNames(text: string): string[] {
  const list = text.split(",").map((name) => name.trim());
  if (list.length > 1 && list.every((name) => name !== "") && new Set(list).size === list.length) return list;
  throw invalid(
    "--classes",
    "two names or more, each once, with commas between",
    text,
    "for instance --classes no,yes",
  );
}
