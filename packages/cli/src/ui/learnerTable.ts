// The registry of learners as a table.

import { learners } from "@carom/core";
import { presetNames } from "@carom/core/learners";
import { type Listed, optionsOf } from "./listing.ts";

interface LearnerRow extends Listed {
  readonly complexities: Readonly<Record<string, unknown>>;
  readonly capabilities: Readonly<Record<string, boolean>>;
  readonly reference: string;
}

/** One row per learner: options with defaults, what makes it of high and low complexity, what it can. */
export function learnerTable(): LearnerRow[] {
  return Object.values(learners).map(({ name, summary, options, complexities, capabilities, reference }) => ({
    name,
    summary,
    options: optionsOf(options),
    presets: presetNames(name),
    complexities,
    capabilities,
    reference,
  }));
}
