// How learners map features to [0, 1] before they learn, as an option of verbs that train.

import { type ScalingRule, scalingRules } from "@carom/core/data";
import { type Command, Option } from "commander";

export interface ScalingOptions {
  readonly scaling?: ScalingRule | undefined;
}

/** Adds --scaling. */
export function withScalingOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--scaling <rule>",
      "how learners map features to [0, 1]: by their bounds; each by its own range in the training data " +
        "(columns); or not at all (none)",
    ).choices(scalingRules),
  );
}
