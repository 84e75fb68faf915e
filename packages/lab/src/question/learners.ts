// The learners of the page, and how strongly each may be regularised: positions from strong to weak.

import type { Complexity } from "@carom/core/learners";
import { z } from "zod";

/** Learners that fit within a second on one thread, and whose gradients an attack can follow. */
export const learnerNames = ["logistic", "ridge", "svm-linear", "svm-rbf", "mlp"] as const;
export type LearnerName = (typeof learnerNames)[number];
/** Learners of targets, of which an attacker needs no gradients. */
export const targetNames = [...learnerNames, "forest"] as const;
export type TargetName = (typeof targetNames)[number];

/** The option that regularises a learner, what it is called, and its values, the strongest regularisation first. */
interface Scale {
  readonly option: string;
  readonly words: string;
  /** null: without limit. */
  readonly values: readonly (number | null)[];
  /** The positions of the paper's models of low and of high complexity. */
  readonly low: number;
  readonly high: number;
}

export const scales: Readonly<Record<TargetName, Scale>> = {
  logistic: { option: "C", words: "C", values: [0.01, 0.1, 1, 10, 100], low: 2, high: 3 },
  ridge: { option: "alpha", words: "alpha", values: [1000, 100, 10, 1, 0.1], low: 2, high: 3 },
  "svm-linear": { option: "C", words: "C", values: [0.01, 0.1, 1, 10, 100], low: 0, high: 4 },
  "svm-rbf": { option: "C", words: "C", values: [0.1, 1, 10, 100, 1000], low: 1, high: 3 },
  mlp: { option: "weightDecay", words: "weight decay", values: [0.1, 0.03, 0.01, 0.001, 0], low: 2, high: 4 },
  forest: { option: "depth", words: "depth", values: [1, 2, 4, 8, null], low: 3, high: 4 },
};

/** On which side of an attack a model is. */
export type Role = "target" | "surrogate";

/** The last position of every scale. */
export const WEAKEST = 4;

/** A learner, and the position of its regularisation on its scale. */
export interface Chosen<Name extends TargetName = TargetName> {
  readonly learner: Name;
  readonly position: number;
}
const position = z.number().int().min(0).max(WEAKEST);
export const surrogateSchema = z.strictObject({ learner: z.enum(learnerNames), position });
export const targetSchema = z.strictObject({ learner: z.enum(targetNames), position });

/** The learner regularised as the paper's models of high or of low complexity are. */
export function ofComplexity<Name extends TargetName>(learner: Name, complexity: Complexity): Chosen<Name> {
  return { learner, position: scales[learner][complexity] };
}

/** A model's name on the page. */
export function nameOf({ learner, position }: Chosen): string {
  return `${learner}, ${scales[learner].words} ${strengthOf({ learner, position })}`;
}

/** How strongly a model is regularised, in its learner's own measure. */
export const strengthOf = ({ learner, position }: Chosen) => `${scales[learner].values[position] ?? "unlimited"}`;

/** The models of the matrix of all pairs. */
export const matrixOf: { readonly surrogates: readonly Chosen<LearnerName>[]; readonly targets: readonly Chosen[] } = {
  surrogates: learnerNames.map((learner) => ofComplexity(learner, "high")),
  targets: targetNames.map((learner) => ofComplexity(learner, "high")),
};
