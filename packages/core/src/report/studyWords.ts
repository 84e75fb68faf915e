// What the words of a study's report mean, for the reader who meets them first here.

import { type Definition, definitions } from "./words.ts";

/** What reports of audits say in the same words. */
function asInAudits(...terms: readonly string[]): Definition[] {
  return definitions.filter(([term]) => terms.includes(term));
}

const shared: readonly Definition[] = [
  ["target", "A model that judges points; it had no part in crafting those of surrogates."],
  ...asInAudits("surrogate", "_H, _L"),
  ["@0.2", "Behind a name: the model was trained on that share of the rows."],
];
const white = asInAudits("white-box");
const correlations: readonly Definition[] = [
  [
    "Pearson, Spearman, Kendall",
    "Correlations: of the values, of their ranks, and by how many more pairs of them are in one order than in the " +
      "other; 1 is the same order, 0 none, -1 the reverse.",
  ],
  [
    "p, as if independent",
    "How often chance would give as large a correlation if no two pairs shared a model, which they do; the paper " +
      "prints it.",
  ],
  [
    "p by relabelling (Mantel)",
    "How often it would if surrogates and targets changed their names, whole rows and columns at a time: holds " +
      "though pairs share models.",
  ],
  ["Holm", "p adjusted so that the chance of any false finding in the table stays below 5 %."],
];
const variability: Definition = [
  "V, loss variability",
  "How much a surrogate's loss depends on the training set that it happened to get: the variance over training " +
    "sets, mean over points (per point) or of the mean loss (of the mean).",
];
const repetitions: Definition = [
  "intervals",
  "95 %: Student's over repetitions; of a single repetition Wilson's for shares over points.",
];

/** The words of studies of evasion. */
export const evasionDefinitions: readonly Definition[] = [
  ...shared,
  ...asInAudits("ε, the budget", "error under attack", "classified as a class"),
  ...white,
  ["transfer rate", "Of a surrogate: the plain mean of the error under attack over all targets and repetitions."],
  ...asInAudits("S, input-gradient size", "R, gradient alignment"),
  ["rho", "Mean correlation of the perturbations crafted on surrogate and target for the same points."],
  variability,
  ...asInAudits("black/white"),
  ...correlations,
  repetitions,
];

/** The words of studies of poisoning. */
export const poisoningDefinitions: readonly Definition[] = [
  ...shared,
  ["poisoning points", "Rows that an attacker adds to training data so that whoever learns from them errs."],
  ["share of poisoning points", "Of the rows that a target learns from then, n_p / (n + n_p)."],
  ["error", "Test rows that a target which learned from the poison classifies wrong, among all of them."],
  ["white-box", "Points crafted on the target itself: what an attacker with full knowledge achieves."],
  ["transfer rate", "Of a surrogate: the plain mean of that error over all targets and repetitions."],
  [
    "S, gradient size",
    "Mean length of the gradient of the validation loss by a poisoning point, through the training, at its start.",
  ],
  ["R, gradient alignment", "Mean cosine between those gradients of surrogate and target, by the same points."],
  ["rho", "Mean correlation of how points were moved from the same starts on surrogate and target."],
  variability,
  ...asInAudits("black/white"),
  ...correlations,
  repetitions,
];

/** The words of studies that vary one option. */
export const sweepDefinitions: readonly Definition[] = [
  ["clean error", "Points that the model gets wrong without attack."],
  ["error under attack", "Points that it gets wrong under the attack crafted on itself, within the budget."],
  ...asInAudits("S, input-gradient size"),
  variability,
  repetitions,
];
