// The file of an audit: what `carom audit` has as options, in the words of study files.

import { z } from "zod";
import { normNames } from "../../threat/norm.ts";
import { studyData, studyFeatures, studyName } from "../evasion/schema.ts";
import { fileChoice, serviceChoice } from "../modelChoice.ts";
import { unitsOfBudgets } from "../tasks/normChoice.ts";
import { gateBounds } from "./gate.ts";

const { name: _, ...file } = fileChoice.shape;
const { name: __, ...service } = serviceChoice.shape;
const { train, test, classes, select, binary, ...reading } = studyData.shape;

const points = z.number().int().positive().describe("attack a random sample of so many points; all where absent");

/** What a study file of an audit holds. */
export const auditSchema = z.strictObject({
  kind: z
    .literal("audit")
    .describe("what this file asks: how much of one target falls to attacks on surrogates, and why"),
  name: studyName,
  title: z.string().optional().describe("a sentence that says what is asked"),
  seed: z.number().int().nonnegative().default(0).describe("seed of every random choice"),
  target: z
    .union([
      z.strictObject({
        ...file,
        attackAt: z
          .string()
          .exactOptional()
          .describe("a value inside the model that is attacked in place of its input"),
      }),
      z.strictObject(service),
    ])
    .exactOptional()
    .describe("what is audited; without it and data, a demonstration on digits"),
  data: z
    .strictObject({
      ...reading,
      test: z.string().describe("data file like the target's, whose points are attacked"),
      train: z.string().exactOptional().describe("data file that surrogates learn from; half of test where absent"),
    })
    .exactOptional()
    .describe("where rows come from"),
  features: studyFeatures,
  labels: z
    .union([z.literal(true), z.literal("target")])
    .default(true)
    .describe("the labels that surrogates learn: true ones, or those of the target"),
  points: points.exactOptional(),
  surrogateFraction: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe("share of their rows that surrogates are trained on"),
  surrogates: z.array(z.string()).min(1).exactOptional().describe("names of learners; all that fit where absent"),
  attackers: z
    .union([z.literal("all"), z.array(z.string())])
    .exactOptional()
    .describe("who attacks beside: names of attacks, boosters and rules of ensembles with plus signs between"),
  attack: z
    .strictObject({
      name: z.string().exactOptional().describe("how each surrogate is attacked; by the strongest attack where absent"),
      norm: z.enum(normNames).default("l2").describe("how perturbations are measured; l0 counts features that change"),
      units: z.enum(unitsOfBudgets).exactOptional().describe("what budgets are in"),
      epsilons: z.array(z.number().positive()).min(1).exactOptional().describe("budgets; by the data where absent"),
    })
    .prefault({})
    .describe("how surrogates are attacked"),
  estimateAlignment: z
    .union([z.literal(true), z.number().int().positive()])
    .exactOptional()
    .describe("estimate R with a service by differences of its scores around so many points"),
  gate: z
    .strictObject({
      failIf: z.array(z.string()).min(1).describe("rules; where one holds, the command ends with status 3"),
      failWhen: z.enum(gateBounds).exactOptional().describe("how much of an interval has to be beyond a limit"),
      baseline: z.string().exactOptional().describe("an earlier audit that increase is measured from"),
    })
    .exactOptional()
    .describe("whether the audit passes"),
  scales: z
    .record(z.string(), z.strictObject({ points: points.exactOptional() }))
    .default({})
    .describe("named sizes for --scale"),
});

/** A study file of an audit, defaults included. */
export type AuditStudy = z.infer<typeof auditSchema>;
