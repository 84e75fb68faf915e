// The options of an audit beside its target: data, surrogates, attackers, budgets.

import { norms } from "@carom/core";
import { objectives } from "@carom/core/attacks";
import type { Command } from "commander";
import { withFeaturesOption } from "../host/featuresFile.ts";
import { withClusterOptions } from "../ui/clusterOptions.ts";
import { withDataOptions } from "../ui/dataOptions.ts";
import { withDeviceOption } from "../ui/deviceOption.ts";
import { withInputOptions } from "../ui/modelOptions.ts";
import {
  invalid,
  parseEpsilons,
  parseFraction,
  parsePositive,
  parseWorkers,
  withCommonOptions,
} from "../ui/options.ts";
import { withScalingOption } from "../ui/scalingOption.ts";
import { withAddressOptions } from "../ui/targetOptions.ts";
import { withUnitsOption } from "../ui/unitsOption.ts";
import { parseAttackers } from "./auditAttackers.ts";

/** Adds the options; those of a gate stand among them. */
export function withAuditOptions(command: Command, withGate: (command: Command) => Command): Command {
  command
    .option("--data <file>", "labelled data like the target's; attacked")
    .option("--train <file>", "labelled data that the surrogates learn from; half of --data where absent")
    .option(
      "--labels <source>",
      "surrogates learn true labels, or those of the target: true, target",
      parseLabels,
      "true",
    )
    .option("--points <count>", "attack a random sample of so many points", (text) => parsePositive("--points", text))
    .option("--norm <name>", `how perturbations are measured: ${Object.keys(norms).join(", ")}`, "l2")
    .option("--epsilon <list>", "budgets in the units of the features, such as 0.5,1,2", parseEpsilons)
    .option(
      "--surrogates <list>",
      "learners that stand in for the target, such as svm-linear,mlp; all that fit where absent",
      parseNames,
    )
    .option(
      "--attack <name>",
      "how each surrogate is attacked, in place of the strongest attack there is; see carom evade --list",
    )
    .option(
      "--attackers <list>",
      "who attacks beside that: attacks, boosters and rules of ensembles with plus signs between, such as " +
        "ensemble,vmi,ni+vmi; families, the ensemble with one family of surrogates left out at a time; all or none",
      parseAttackers,
    )
    .option(
      "--target-class <name>",
      "the class that points of others should end in; its own are left out; any wrong one where absent",
    )
    .option(
      "--objective <name>",
      `what attackers raise: ${Object.keys(objectives).join(", ")} (the first where absent)`,
    )
    .option("--surrogate-fraction <share>", "train surrogates on this share of their rows", parseFraction, 1)
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--out <folder>", "where the run is written; a new one in ./carom-runs where absent");
  withDeviceOption(withClusterOptions(command));
  withGate(command);
  return withAddressOptions(
    withCommonOptions(
      withDataOptions(withUnitsOption(withFeaturesOption(withScalingOption(withInputOptions(command))))),
    ),
  );
}

function parseNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (new Set(names).size === names.length) return names;
  throw invalid(
    "--surrogates",
    "names of learners, each once, with commas between",
    text,
    "for instance svm-linear,mlp",
  );
}

function parseLabels(text: string): "true" | "target" {
  if (text === "true" || text === "target") return text;
  throw invalid("--labels", "true or target", text, "leave it out for true labels");
}
