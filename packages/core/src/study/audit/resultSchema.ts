// What metrics.json of an audit holds, as a schema: whoever opens one, a later audit or a page, reads it by this.

import { z } from "zod";
import { attackerSchema } from "../../attacks/attacker.ts";
import { InputError } from "../../errors.ts";
import { families } from "../../learners/learner.ts";
import { normNames } from "../../threat/norm.ts";
import { predictors } from "../../transfer/advice.ts";
import { limitingFactors } from "../../transfer/finding.ts";
import { sizeDefinitions } from "../../transfer/sizeDefinitions.ts";
import type { AuditResult } from "../result.ts";

const count = z.number().int().nonnegative();
const counted = z.object({ count, n: count });
const interval = z.object({ estimate: z.number(), low: z.number(), high: z.number() });
// Of no points there is no share, which JSON writes as null.
const share = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const rate = counted.extend({ estimate: share, low: z.number(), high: z.number() });
const text = z.string();
const texts = z.array(text);

/** A key of a table. */
function keyOf<Name extends string>(table: Readonly<Record<Name, unknown>>) {
  return z.custom<Name>((value) => typeof value === "string" && Object.hasOwn(table, value), "an unknown name");
}

const modelSchema = z.object({
  id: text,
  role: z.enum(["target", "surrogate"]),
  name: text.exactOptional(),
  share: z.number().exactOptional(),
  learner: text.exactOptional(),
  complexity: z.enum(["high", "low"]).exactOptional(),
  options: z.record(text, z.unknown()).exactOptional(),
  training: z.record(text, z.union([z.number(), text])).exactOptional(),
  cleanError: rate,
  cleanTargeted: rate.exactOptional(),
  cleanLoss: z.number().exactOptional(),
  gradientSize: interval.exactOptional(),
  otherSize: interval.extend({ definition: keyOf(sizeDefinitions) }).exactOptional(),
  displacement: interval.exactOptional(),
  curvature: interval.exactOptional(),
  turning: interval.exactOptional(),
  noGradients: text.exactOptional(),
  flat: counted.exactOptional(),
  leftOut: counted.exactOptional(),
  nonFinite: counted.exactOptional(),
});

const pair = { surrogate: text, target: text };

export const cellSchema = z.object({
  ...pair,
  epsilon: z.number(),
  attacker: text.exactOptional(),
  cost: z.object({ scores: z.number(), gradients: z.number() }).exactOptional(),
  brokeRules: rate.exactOptional(),
  wrongButInvalid: rate.exactOptional(),
  errorUnderAttack: rate,
  success: rate.exactOptional(),
  targeted: rate.exactOptional(),
  netIncrease: interval,
  sameWrongClass: rate.exactOptional(),
  otherWrongClass: rate.exactOptional(),
  lossIncrease: z.number().exactOptional(),
  predictedIncrease: z.number().exactOptional(),
  attackAlignment: z.number().exactOptional(),
  linearisedIncrease: z.number().exactOptional(),
  perturbationCorrelation: z.number().exactOptional(),
  ratio: z.number().exactOptional(),
});

export const askedSchema = z.object({
  dataHash: text,
  dataIdentity: text.exactOptional(),
  targetHash: text,
  service: z
    .object({ address: text, model: text.exactOptional(), protocol: text, answers: z.enum(["scores", "labels"]) })
    .exactOptional(),
  classNames: texts,
  featureShape: z.array(count).min(1),
  featureNames: texts.exactOptional(),
  norm: z.enum(normNames),
  units: z.enum(["features", "ranges", "costs"]).exactOptional(),
  featuresHash: text.exactOptional(),
  epsilons: z.array(z.number()).min(1),
  box: z.tuple([z.number(), z.number()]),
  bounds: z.literal("columns").exactOptional(),
  targetClass: text.exactOptional(),
  objective: text.exactOptional(),
  points: count,
  surrogateRows: count,
  attack: attackerSchema.exactOptional(),
  attackers: z
    .array(
      z.object({
        ...{ name: text, how: attackerSchema, on: texts },
        ...{ beside: text.exactOptional(), without: z.enum(families).exactOptional() },
      }),
    )
    .exactOptional(),
  targetRows: count.exactOptional(),
  attackerKnows: texts,
  defaults: texts,
  warnings: texts,
});

export const shortfallSchema = z.object({
  shows: z.enum(["nothing", "lower bound"]).exactOptional(),
  atChance: texts,
  sentence: text,
});

const standing = z.object({
  surrogate: text,
  attacker: text.exactOptional(),
  errors: z.array(interval),
  mean: z.number(),
  isBehind: z.boolean(),
});
const finding = z.object({ ...pair, epsilon: z.number(), factor: z.enum(limitingFactors), sentence: text });

const resultSchema: z.ZodType<AuditResult> = z
  .object({
    carom: text,
    seed: z.number(),
    asked: askedSchema,
    models: z.array(modelSchema),
    ensembles: z.array(z.object({ id: text, name: text })).exactOptional(),
    cells: z.array(cellSchema),
    pairs: z.array(z.object({ ...pair, alignment: interval })),
    outputs: z
      .array(z.object({ ...pair, labelAgreement: rate, marginCorrelation: z.number().exactOptional() }))
      .exactOptional(),
    shortfall: shortfallSchema.exactOptional(),
    standings: z.object({
      ranking: z.array(standing),
      tried: z.array(standing).exactOptional(),
      white: z.array(interval).exactOptional(),
      changes: z.boolean(),
      rises: z.boolean(),
      masked: z
        .object({
          surrogate: text,
          attacker: text.exactOptional(),
          epsilon: z.number(),
          error: z.number(),
          white: z.number(),
        })
        .exactOptional(),
    }),
    answer: texts,
    findings: z.array(finding).exactOptional(),
    targetFindings: z.array(finding).exactOptional(),
    advice: z
      .array(
        z.object({
          target: text,
          epsilon: z.number(),
          ranking: z.array(z.object({ surrogate: text, score: z.number() })),
          used: z.array(keyOf(predictors)),
          agreement: z.object({ kendall: interval, spearman: interval, n: count }).exactOptional(),
        }),
      )
      .exactOptional(),
    estimate: z
      .object({
        points: count,
        queries: count,
        step: z.number(),
        randomDirections: count,
        pairs: z.array(z.object({ surrogate: text, slope: interval, alignment: interval })),
      })
      .exactOptional(),
  })
  // What readers look up must be there.
  .superRefine(({ models, ensembles = [], cells, standings, asked }, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const isTarget = models.map(({ role }) => role === "target");
    if (!isTarget[0] || isTarget.includes(true, 1)) wrong("models", "the first, and no other, is the target");
    const ids = new Set([...models, ...ensembles].map(({ id }) => id));
    if (ids.size < models.length + ensembles.length) wrong("models", "two of one id");
    const stranger = cells.find(({ surrogate, target }) => !ids.has(surrogate) || !ids.has(target));
    if (stranger) wrong("cells", `${stranger.surrogate} on ${stranger.target} are not among the models`);
    const lines = [...standings.ranking, ...(standings.tried ?? [])].map(({ errors }) => errors);
    const all = standings.white ? [...lines, standings.white] : lines;
    if (all.some(({ length }) => length !== asked.epsilons.length)) wrong("standings", "not one for each budget");
  });

const EXPECTED = {
  expected: "the metrics.json of an audit",
  remedy: "give that of a run of carom audit, or its folder",
};

/** The document in the text of a metrics.json. @throws InputError where it is no JSON */
export function metricsIn(content: string, name: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new InputError("invalid", name, { ...EXPECTED, got: "something that is no JSON" });
  }
}

/** What an audit found, read from its metrics.json. @throws InputError where that is no such document */
export function readAuditResult(document: unknown, name: string): AuditResult {
  return readBy(resultSchema, document, name);
}

/** A document of an audit by a schema. @throws InputError where it is another */
export function readBy<T>(schema: z.ZodType<T>, document: unknown, name: string): T {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  const got = `a document whose ${path.join(".") || "content"} is another: ${message}`;
  throw new InputError("invalid", name, { ...EXPECTED, got });
}
