// The learners of the page, and how strongly each may be regularised: positions from strong to weak.

import type { Complexity } from "@carom/core/learners";
import { z } from "zod";

/** Learners that fit within a second on one thread. */
export const learnerNames = ["logistic", "ridge", "svm-linear", "svm-rbf", "mlp"] as const;
export type LearnerName = (typeof learnerNames)[number];

/** The option that regularises a learner, what it is called, and its values, the strongest regularisation first. */
interface Scale {
  readonly option: string;
  readonly words: string;
  readonly values: readonly number[];
  /** The positions of the paper's models of low and of high complexity. */
  readonly low: number;
  readonly high: number;
}

export const scales: Readonly<Record<LearnerName, Scale>> = {
  logistic: { option: "C", words: "C", values: [0.01, 0.1, 1, 10, 100], low: 2, high: 3 },
  ridge: { option: "alpha", words: "alpha", values: [1000, 100, 10, 1, 0.1], low: 2, high: 3 },
  "svm-linear": { option: "C", words: "C", values: [0.01, 0.1, 1, 10, 100], low: 0, high: 4 },
  "svm-rbf": { option: "C", words: "C", values: [0.1, 1, 10, 100, 1000], low: 1, high: 3 },
  mlp: { option: "weightDecay", words: "weight decay", values: [0.1, 0.03, 0.01, 0.001, 0], low: 2, high: 4 },
};

/** On which side of an attack a model is. */
export type Role = "target" | "surrogate";

/** The last position of every scale. */
export const WEAKEST = 4;

export const chosenSchema = z.strictObject({
  learner: z.enum(learnerNames),
  position: z.number().int().min(0).max(WEAKEST),
});
/** A learner, and the position of its regularisation on its scale. */
export type Chosen = z.infer<typeof chosenSchema>;

/** The learner regularised as the paper's models of high or of low complexity are. */
export function ofComplexity(learner: LearnerName, complexity: Complexity): Chosen {
  return { learner, position: scales[learner][complexity] };
}

/** A model's name on the page. */
export function nameOf({ learner, position }: Chosen): string {
  const { words, values } = scales[learner];
  return `${learner}, ${words} ${values[position]}`;
}

/** The learners of the matrix of all pairs. */
export const matrixLearners: readonly Chosen[] = learnerNames.map((learner) => ofComplexity(learner, "high"));
