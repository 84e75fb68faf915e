// The registry of learners as a table.

import { learners } from "@carom/core";

export interface LearnerRow {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly { readonly name: string; readonly default: unknown; readonly description: string }[];
  readonly complexities: Readonly<Record<string, unknown>>;
  readonly capabilities: Readonly<Record<string, boolean>>;
  readonly reference: string;
}

/** One row per learner: options with defaults, what makes it of high and low complexity, what it can. */
export function learnerTable(): LearnerRow[] {
  return Object.values(learners).map(({ name, summary, options, complexities, capabilities, reference }) => {
    const defaults = options.parse({}) as Record<string, unknown>;
    const shape = (options as unknown as { shape: Record<string, { description?: string }> }).shape;
    const rows = Object.entries(shape).map(([option, { description = "" }]) => ({
      name: option,
      default: defaults[option] ?? null,
      description,
    }));
    return { name, summary, options: rows, complexities, capabilities, reference };
  });
}
