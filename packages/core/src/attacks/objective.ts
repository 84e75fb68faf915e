// What an attack raises: a loss of the scores, by name. Success is judged by the margin whatever is climbed.

import type { LossName, ScoreLoss } from "../models/losses.ts";
import { entryNamed, registryOf } from "../registry.ts";

/** What is raised is loss(y), y the own class, or -loss(t), t the class that is wanted. */
export interface Objective {
  readonly name: string;
  /** One line for lists and help. */
  readonly summary: string;
  /** The loss whose gradient is followed; of several models the mean is taken. */
  readonly gradient: LossName;
  /** The loss whose values say which of two points is better: the same, where the gradient is one of a value. */
  readonly value: ScoreLoss;
  /** Under which changes of a row's scores its gradient keeps its direction. */
  readonly keeps: readonly ("shift" | "scale")[];
  readonly reference: string;
}

/**
 * - `margin`, max_{k != y} s_k - s_y: positive means success. Shifts and scales of a row's scores leave its direction
 *   alone.
 * - `cross-entropy`, -log softmax(s)_y, which public implementations climb. Its gradient vanishes towards the goal of a
 *   targeted attack, and depends on how scores are scaled.
 * - `logit`, -s_y; targeted it raises s_t alone and never saturates. What shifts all scores of a row by a function of
 *   the row changes its gradient, though no probability.
 * - `logit-margin`, the cross-entropy of scores divided by the gap of the two highest, which is held while gradients
 *   are taken; independent of shifts and scales. Such a gradient is that of no value, so points are compared by their
 *   margins.
 */
export const objectives: Readonly<Record<string, Objective>> = registryOf<Objective>([
  {
    name: "margin",
    summary: "best other score minus the own; targeted, wanted score minus the best other",
    gradient: "margin",
    value: "margin",
    keeps: ["shift", "scale"],
    reference: "Carlini and Wagner, IEEE S&P 2017; Demontis et al. 2019",
  },
  {
    name: "cross-entropy",
    summary: "the loss that models are trained by",
    gradient: "crossEntropy",
    value: "crossEntropy",
    keeps: ["shift"],
    reference: "Goodfellow et al., ICLR 2015",
  },
  {
    name: "logit",
    summary: "the own score, lowered; targeted, the wanted score alone, raised",
    gradient: "logit",
    value: "logit",
    keeps: ["scale"],
    reference: "Zhao et al., NeurIPS 2021",
  },
  {
    name: "logit-margin",
    summary: "cross-entropy of scores in units of the gap of the two highest",
    gradient: "logitMargin",
    value: "margin",
    keeps: ["shift", "scale"],
    reference: "Weng et al. 2023, Logit Margin Matters",
  },
]);

/** The objective of that name. @throws InputError with the nearest name where there is none. */
export const objectiveByName = (name: string): Objective => entryNamed(objectives, "objective", name);
