// Which option of a learner regularises it, and the values to choose from when it is tuned again.

interface Regularisation {
  readonly option: string;
  /** Values around the present one, that one among them. */
  choices(value: unknown): readonly unknown[];
}

/** Powers of ten times the present value; a value of 0, no regularisation, stands beside usual ones. */
const decades = (value: unknown): readonly unknown[] =>
  value === 0
    ? [0, 1e-4, 1e-3, 1e-2]
    : [0.01, 0.1, 1, 10, 100].map((factor) => Number(((value as number) * factor).toPrecision(12)));

const depths = (value: unknown): readonly unknown[] => [...new Set([3, 6, 12, null, value])];

const regularisations: Readonly<Record<string, Regularisation>> = {
  "svm-linear": { option: "C", choices: decades },
  "svm-rbf": { option: "C", choices: decades },
  logistic: { option: "C", choices: decades },
  ridge: { option: "alpha", choices: decades },
  forest: { option: "depth", choices: depths },
  mlp: { option: "weightDecay", choices: decades },
  cnn: { option: "weightDecay", choices: decades },
};

/** The given options with weaker and stronger regularisation; as they are where a learner has none. */
export function regularisationChoices(
  learner: string,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown>[] {
  const found = Object.hasOwn(regularisations, learner) ? regularisations[learner] : undefined;
  if (!found) return [options];
  return found.choices(options[found.option]).map((value) => ({ ...options, [found.option]: value }));
}
