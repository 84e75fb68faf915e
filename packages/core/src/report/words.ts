// What the report's words mean, for the reader who meets them first here.

import type { AuditResult } from "../study/result.ts";
import { type Norm, norms } from "../threat/norm.ts";

/** A term and what it means. */
export type Definition = readonly [term: string, meaning: string];

/** Each term of an audit, in the order in which the report uses them. */
export const definitions: readonly Definition[] = [
  ["target", "The model under audit."],
  ["surrogate", "A stand-in trained by the attacker, on which adversarial points are crafted."],
  [
    "_H, _L",
    "A learner with options that make a model of high, or of low, complexity: weakly, or strongly, regularised.",
  ],
  [
    "ε, the budget",
    "How far a point may be moved, measured in the norm stated above; under L0 how many features may change.",
  ],
  ["error under attack", "Points that end in a wrong class, among all points; those wrong from the start count too."],
  [
    "classified as a class",
    "Where attackers want one class: points that end in it, among those of other classes; the number that the " +
      "answer is about then.",
  ],
  ["success among right", "Points that end in a wrong class, among those that were classified right before."],
  [
    "net increase",
    "Error under attack minus clean error, on the same points; the interval is for paired shares (Newcombe). Where " +
      "one class is wanted: the share classified as it, minus the share without attack.",
  ],
  [
    "same, other wrong class",
    "Points that end in the wrong class that the surrogate gives them too, or in another one; among all points.",
  ],
  ["white-box", "Points crafted on the very model that judges them: what an attacker with full knowledge achieves."],
  [
    "transfer rate",
    "Of a surrogate: the plain mean of the error under attack over all models judged, itself left out.",
  ],
  [
    "S, input-gradient size",
    "Mean dual norm of the loss gradient with respect to the input. To be compared within one learner only.",
  ],
  [
    "R, gradient alignment",
    "Mean cosine between the loss gradients of surrogate and judged model; 1 is the same direction.",
  ],
  ["black/white", "Error under attack divided by the white-box error of the same judged model."],
  [
    "predicted loss",
    "Mean inner product of perturbation and the judged model's gradient: the first-order estimate of how much " +
      "the loss (cross-entropy) rises.",
  ],
  [
    "intervals",
    "95 %: Wilson for shares, studentised bootstrap over points for S and R, which is too short where a few " +
      "points make up most of the mean.",
  ],
];

/** A norm, and what it measures features in where that is not their own unit. */
export function normText({
  norm,
  units,
}: Pick<AuditResult["asked"], "norm"> & { readonly units?: AuditResult["asked"]["units"] | undefined }): string {
  const { label, counts } = norms[norm];
  if (counts) return `${label}, the number of features that change`;
  if (units === "costs") return `${label} of features in units of cost`;
  return units === "ranges" ? `${label} of features in units of their ranges` : label;
}

interface BudgetsIn {
  readonly features?: unknown;
  readonly attack: { readonly units?: string | undefined; readonly norm?: Norm["name"] };
}

/** A budget with what it is measured in, where that is not the features' own unit: "ε = 0.5 of cost". */
export function budgetText(epsilon: number, { features, attack }: BudgetsIn): string {
  if (attack.norm && norms[attack.norm].counts) return `ε = ${epsilon} ${epsilon === 1 ? "feature" : "features"}`;
  return `ε = ${epsilon}${features ? " of cost" : attack.units === "ranges" ? " of ranges" : ""}`;
}

/** The same as the name of an axis. */
export function budgetAxis(study: BudgetsIn): string {
  if (study.attack.norm && norms[study.attack.norm].counts) return "ε, features that change";
  if (study.features) return "ε in units of cost";
  return study.attack.units === "ranges" ? "ε in units of ranges" : "ε";
}

/** How often a study did everything, and on what. */
export function repetitionsText(count: number): string {
  return count === 1 ? "1 repetition, on a random split" : `${count} repetitions, each on another random split`;
}

/** A sentence in which no line ends between a number and its sign. */
export const unbroken = (sentence: string): string => sentence.replaceAll(/(\d) %/g, "$1\u00a0%");
