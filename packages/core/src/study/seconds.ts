// How long tasks take: measured on one core of an ordinary machine with images of 784 features. Nothing but the order of
// tasks and what people are told depends on it, and a store learns better numbers from the tasks that it saw.

import type { Parameters } from "./task.ts";

/** Seconds per thousand rows. */
const fits: Readonly<Record<string, number>> = {
  "svm-linear": 0.08,
  logistic: 0.2,
  ridge: 0.05,
  "svm-rbf": 0.12,
  forest: 0.15,
  cnn: 7,
};
const ANY_FIT = 0.2;
/** Seconds per thousand rows and epoch. */
const MLP = 0.01;

/** The training of a learner on so many rows. */
export function secondsOfFit(learner: string, options: Parameters, rows: number): number {
  const { epochs } = options;
  const perThousand = learner === "mlp" && typeof epochs === "number" ? MLP * epochs : (fits[learner] ?? ANY_FIT);
  return 0.05 + (perThousand * rows) / 1000;
}

/** Points crafted for so many budgets; models that are not affine take iterations. */
export function secondsOfCraft(affine: boolean, points: number, budgets: number): number {
  return 0.03 + points * budgets * (affine ? 1.2e-4 : 1e-3);
}

/** Curvature and turning of gradients around so many points. */
export function secondsOfSmoothness(points: number): number {
  return 0.03 + points / 1000;
}
