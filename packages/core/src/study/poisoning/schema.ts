// The study file of poisoning: surrogates that points are crafted on, targets that learn from them too, how many
// points.

import { z } from "zod";
import { studyData, studyName } from "../evasion/schema.ts";
import { trainedChoice } from "../modelChoice.ts";

const rows = z.number().positive().describe("a share of the rows below 1, or a number of rows");
const fraction = z.number().gt(0).lt(1);

/** What a named scale may change. */
const size = {
  repetitions: z.number().int().positive().describe("how often everything is done on another random split"),
  split: z
    .strictObject({
      surrogate: rows.describe("what surrogates learn from, and where points to poison with are cloned"),
      target: rows.describe("what targets learn from beside the poisoning points"),
      validation: rows.describe("whose loss the attacker raises"),
      test: rows.describe("what errors are counted on; of data.test where there is such a file"),
    })
    .describe("disjoint parts of the rows, each a share of them or a number"),
  fractions: z
    .array(fraction)
    .min(1)
    .describe("poisoning points as shares of what the target learns from then, n_p / (n + n_p)"),
  variability: z
    .strictObject({
      sets: z.number().int().positive().default(10).describe("training sets; of fewer than two V is undefined"),
    })
    .describe("how V is measured, where it is among the metrics"),
};

/** What a study file of poisoning holds. */
export const poisoningSchema = z.strictObject({
  kind: z.literal("poisoning").describe("what this file asks: poisoning, and not evasion"),
  name: studyName,
  title: z.string().optional().describe("a sentence that says what is asked"),
  seed: z.number().int().nonnegative().default(0).describe("seed of every random choice"),
  repetitions: size.repetitions.default(1),
  data: studyData
    .extend({
      positive: z.string().optional().describe("the class to tell from all others, which become one class"),
    })
    .describe("where rows come from"),
  split: size.split.prefault({ surrogate: 0.25, target: 0.25, validation: 0.25, test: 0.25 }),
  surrogates: z.array(trainedChoice).min(1).describe("models that points are crafted on"),
  targets: z.array(trainedChoice).min(1).describe("models that learn from them too"),
  attack: z.string().default("gradient").describe("name of a poisoning attack, see carom poison --list"),
  fractions: size.fractions.default([0.05, 0.1, 0.2]),
  retune: z
    .boolean()
    .default(false)
    .describe("whether targets choose their regularisation by cross-validation, on the poisoned data too"),
  metrics: z
    .array(z.enum(["size", "alignment", "perturbation", "variability"]))
    .default(["size", "alignment", "perturbation"])
    .describe("metrics beside the errors: S, R, rho of displacements, V over training sets"),
  variability: size.variability.prefault({}),
  claims: z
    .boolean()
    .default(false)
    .describe("whether the paper's claims P1 to P7 are tested: in studies of its experiments"),
  permutations: z.number().int().positive().default(1000).describe("relabellings of each Mantel test"),
  scales: z
    .record(z.string(), z.strictObject(z.object(size).partial().shape))
    .default({})
    .describe("named sizes for --scale"),
});

/** A study of poisoning as it stands after defaults. */
export type PoisoningStudy = z.infer<typeof poisoningSchema>;
