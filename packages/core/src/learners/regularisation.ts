// Weaker and stronger regularisation than a learner has, for when it is tuned again.

import type { AnyLearner } from "./learner.ts";

/** Powers of ten times the present value; a value of 0, no regularisation, stands beside usual ones. */
export const decades = (value: unknown): readonly unknown[] =>
  value === 0
    ? [0, 1e-4, 1e-3, 1e-2]
    : [0.01, 0.1, 1, 10, 100].map((factor) => Number(((value as number) * factor).toPrecision(12)));

/** The given options with weaker and stronger regularisation; as they are where a learner has none. */
export function regularisationChoices(
  { regularisation }: AnyLearner,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown>[] {
  if (!regularisation) return [options];
  const { option, choices } = regularisation;
  return choices(options[option]).map((value) => ({ ...options, [option]: value }));
}
