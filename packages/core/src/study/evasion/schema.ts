// The study file: what a grid of surrogates, targets, budgets and repetitions is, checked once.

import { z } from "zod";
import { attackerSchema } from "../../attacks/attacker.ts";
import { scalingRules } from "../../data/scalingRule.ts";
import { separators } from "../../data/table/dialect.ts";
import { encodings } from "../../data/table/encoding.ts";
import { featureSchema } from "../../features/schema.ts";
import { normNames } from "../../threat/norm.ts";
import { type SizeDefinition, sizeDefinitions } from "../../transfer/sizeDefinitions.ts";
import { type VariabilityDefinition, variabilityDefinitions } from "../../transfer/variability.ts";
import { surrogateChoice, targetChoice } from "../modelChoice.ts";
import { printedExperiments } from "../paper/paperNumbers.ts";
import { unitsOfBudgets } from "../tasks/normChoice.ts";

const share = z.number().positive().describe("a share of the rows below 1, or a number of rows");

const resultName = z
  .string()
  .regex(/^[\w.+-]+$/)
  .describe("what results call it");

/** An attacker of a study, under a name. */
const studyAttacker = attackerSchema.extend({
  name: resultName.optional().describe("what results call it; its boosters, else its attack, where absent"),
});

/** Several surrogates that are attacked at once. */
const studyEnsemble = z.strictObject({
  name: resultName,
  of: z.array(z.string()).min(2).optional().describe("names of surrogates; all of them where absent"),
  rule: z
    .string()
    .optional()
    .describe("how they are combined: meanLoss where they are of one learner, else meanDirection, where absent"),
  leaveOut: z
    .literal("learner")
    .optional()
    .describe("for each target, the surrogates of the target's own learner are left out"),
});

const variabilityFields = {
  sets: z.number().int().positive().describe("training sets; of fewer than two V is undefined"),
  at: z.enum(["clean", "attacked"]).describe("points at which the loss is taken"),
  definition: z
    .enum(Object.keys(variabilityDefinitions) as [VariabilityDefinition, ...VariabilityDefinition[]])
    .describe("the definition that findings and claims use; both are reported"),
};

const size = {
  repetitions: z.number().int().positive().describe("how often everything is done on another random split"),
  points: z.number().int().positive().describe("how many points are attacked; all of their part where absent"),
  surrogateFraction: z.number().positive().max(1).describe("share of their rows that surrogates are trained on"),
  variability: z
    .strictObject({
      sets: variabilityFields.sets,
      at: variabilityFields.at.default("clean"),
      definition: variabilityFields.definition.default("perPoint"),
    })
    .describe("how V is measured"),
};

/** What budgets of a study are measured in. */
export const studyUnits = z
  .enum(unitsOfBudgets)
  .optional()
  .describe("what budgets are in: the features' own units (the default), or each feature in units of its range");

/** What is known of the features of a study. */
export const studyFeatures = z
  .union([z.string(), featureSchema])
  .optional()
  .describe("a features file, or what would stand in it: kinds, bounds, costs and relations of columns");

/** What studies are called. */
export const studyName = z
  .string()
  .regex(/^[\w.-]+$/)
  .describe("letters, digits, dots and dashes");

/** Where the rows of a study come from. */
export const studyData = z
  .strictObject({
    train: z.string().describe('data file that targets and surrogates learn from, or "digits"'),
    test: z.string().optional().describe("data file whose points are attacked; a part of train where absent"),
    classes: z.array(z.string()).min(2).optional().describe("the classes to keep; all where absent"),
    label: z.string().optional().describe("array of a .npz file, or column of a table, that holds the labels"),
    box: z.tuple([z.number(), z.number()]).optional().describe("bounds of every feature"),
    drop: z.array(z.string()).optional().describe("columns of a table that are no features"),
    keep: z.array(z.string()).optional().describe("columns of a table that are features though they number the rows"),
    categorical: z
      .array(z.string())
      .optional()
      .describe("columns of a table that hold words, where those do not repeat or look like numbers"),
    missing: z
      .union([
        z.number(),
        z.strictObject({ word: z.string().min(1).describe("a word that stands in their place") }),
        z.enum(["drop", "median", "median+mask"]),
      ])
      .optional()
      .describe("what becomes of missing values of a table: their rows are left out, or what stands in their place"),
    na: z.array(z.string()).optional().describe("what stands for a missing value in a table"),
    names: z.boolean().optional().describe("whether names of columns stand on top of a table"),
    separator: z.enum(separators).optional().describe("what separates the cells of a table"),
    decimal: z.enum([".", ","]).optional().describe("the decimal mark of a table"),
    encoding: z.enum(encodings).optional().describe("the encoding of a table"),
    bytes: z.enum(["unit", "raw"]).optional().describe("what uint8 features are: parts of 255, or numbers"),
    columns: z.number().int().positive().optional().describe("number of features of a .svmlight file"),
    zeroBased: z.boolean().optional().describe("whether columns of a .svmlight file count from 0"),
    scaling: z
      .enum(scalingRules)
      .optional()
      .describe(
        "how learners map features to [0, 1]: by their bounds (the default), each by its range among the rows " +
          "learned from, or not",
      ),
    binary: z.boolean().optional().describe("whether every feature is 0 or 1 and must stay so"),
    select: z
      .number()
      .int()
      .positive()
      .optional()
      .describe("keep so many features of data.train: those whose frequency differs most between two classes"),
  })
  .describe("where rows come from");

/** What a study file of evasion holds. */
export const studySchema = z.strictObject({
  kind: z.literal("evasion").optional().describe("what this file asks; another kind is poisoning"),
  name: studyName,
  title: z.string().optional().describe("a sentence that says what is asked"),
  seed: z.number().int().nonnegative().default(0).describe("seed of every random choice"),
  repetitions: size.repetitions.default(1),
  points: size.points.optional(),
  surrogateFraction: size.surrogateFraction.default(1),
  data: studyData,
  features: studyFeatures,
  split: z
    .strictObject({
      target: share.default(0.5),
      surrogate: share.default(0.5),
      attacked: share.optional(),
    })
    .prefault({})
    .describe("disjoint parts of the training rows; attacked only where there is no test file"),
  surrogates: z.array(surrogateChoice).min(1).describe("models that points are crafted on"),
  targets: z.array(targetChoice).min(1).describe("models that they are judged on"),
  ensembles: z.array(studyEnsemble).default([]).describe("surrogates that are attacked together"),
  attackers: z
    .array(studyAttacker)
    .min(1)
    .optional()
    .describe(
      "who crafts points: each in turn on each surrogate; explanations are of the first; the strongest attack " +
        "where absent",
    ),
  attack: z
    .strictObject({
      norm: z.enum(normNames).default("l2").describe("how perturbations are measured; l0 counts features that change"),
      units: studyUnits,
      epsilons: z.array(z.number().positive()).min(1).describe("budgets"),
      class: z.string().optional().describe("attack points of this class only; of all where absent"),
      targetClass: z
        .string()
        .optional()
        .describe("the class that points of others should end in; any wrong one where absent"),
      direction: z.enum(["add", "remove"]).optional().describe("whether features may only rise, or only fall"),
      curve: z
        .array(z.number().positive())
        .default([])
        .describe("further budgets, for the white-box attacks on the targets alone"),
    })
    .describe("what an attacker may change, and wants"),
  falseAlarms: z
    .number()
    .positive()
    .lt(1)
    .optional()
    .describe("judge targets where they report attack.class at this share of false alarms on the other points"),
  printed: z.enum(printedExperiments).optional().describe("compare with what the paper prints of this experiment"),
  metrics: z
    .array(z.enum(["size", "alignment", "perturbation", "variability", "smoothness"]))
    .default(["size", "alignment"])
    .describe("metrics beside the rates: S, R, rho of perturbations, V over training sets, smoothness of the loss"),
  size: z
    .enum(Object.keys(sizeDefinitions) as [SizeDefinition, ...SizeDefinition[]])
    .optional()
    .describe("a definition of S that is reported beside the primary one"),
  variability: z
    .strictObject({
      sets: variabilityFields.sets.default(10),
      at: variabilityFields.at.default("clean"),
      definition: variabilityFields.definition.default("perPoint"),
    })
    .prefault({})
    .describe("how V is measured, where it is among the metrics"),
  smoothness: z
    .strictObject({ points: z.number().int().positive().default(100).describe("points it is measured on") })
    .prefault({})
    .describe("how smoothness is measured, where it is among the metrics"),
  claims: z
    .boolean()
    .default(false)
    .describe("whether the paper's claims E1 to E10 are tested: in studies of its experiments"),
  permutations: z.number().int().positive().default(1000).describe("relabellings of each Mantel test"),
  scales: z
    .record(z.string(), z.strictObject(z.object(size).partial().shape))
    .default({})
    .describe("named sizes for --scale"),
});

/** A study as it stands after defaults. */
export type Study = z.infer<typeof studySchema>;
export type StudyEnsemble = z.infer<typeof studyEnsemble>;
