// A sweep as a study: one option of a learner, from a file, over repetitions (paper, Fig. 3).

import { z } from "zod";
import { stream } from "../../random.ts";
import { mean } from "../../stats/describe.ts";
import type { Interval } from "../../stats/sample.ts";
import { normNames } from "../../threat/norm.ts";
import { kneeOf } from "../../transfer/knee.ts";
import type { Rate } from "../../transfer/rates.ts";
import type { Claim } from "../claim.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import type { Store } from "../engine/store.ts";
import { studyData, studyFeatures, studyName, studyUnits } from "../evasion/schema.ts";
import { learnerChoice } from "../modelChoice.ts";
import { compareSweepWithPrinted } from "../paper/compareWithPaper.ts";
import { type Comparison, printedSweeps } from "../paper/paperNumbers.ts";
import { overRepetitions } from "../repetitionMeans.ts";
import type { StudyData } from "../studyData.ts";
import { lessFragile } from "./claim.ts";
import { planSweep, pointOf, readSweep, type SweepKeys, type SweepQuestion, type SweepResult } from "./sweep.ts";

/** What a named scale may change. */
const size = {
  repetitions: z.number().int().positive().describe("how often everything is done on another random split"),
  points: z.number().int().positive().describe("how many points are attacked; all of their part where absent"),
  sets: z.number().int().positive().describe("training sets for V; of fewer than two V is undefined"),
};

/** What a study file of a sweep holds. */
export const sweepSchema = z.strictObject({
  kind: z.literal("sweep").describe("what this file asks: one option of a learner over its values"),
  name: studyName,
  title: z.string().optional().describe("a sentence that says what is asked"),
  seed: z.number().int().nonnegative().default(0).describe("seed of every random choice"),
  repetitions: size.repetitions.default(1),
  points: size.points.optional(),
  sets: size.sets.default(10),
  data: studyData.omit({ test: true }).describe("where rows come from"),
  features: studyFeatures,
  learner: learnerChoice.shape.learner,
  option: z.string().describe("name of the option that is swept"),
  values: z.array(z.number()).min(2).describe("its values"),
  options: z.record(z.string(), z.unknown()).default({}).describe("the other options"),
  attack: z
    .strictObject({
      norm: z.enum(normNames).default("l2").describe("how perturbations are measured; l0 counts features that change"),
      units: studyUnits,
      epsilon: z.number().positive().describe("the budget"),
    })
    .describe("what an attacker may change"),
  printed: z.enum(printedSweeps).optional().describe("compare with what the paper prints of this experiment"),
  scales: z
    .record(z.string(), z.strictObject(z.object(size).partial().shape))
    .default({})
    .describe("named sizes for --scale"),
});

/** A study file of a sweep, defaults included. */
export type SweepStudy = z.infer<typeof sweepSchema>;

/** What a study of a sweep found: what its `metrics.json` holds. */
export interface SweepStudyResult {
  readonly carom: string;
  readonly study: SweepStudy;
  readonly data: Readonly<Record<string, string>>;
  readonly repetitions: readonly SweepResult[];
  /** Means over repetitions, with intervals over them. */
  readonly mean: SweepResult;
  readonly claims: readonly Claim[];
  readonly comparison?: readonly Comparison[];
}

/** Adds the sweeps of all repetitions to a plan. */
export function planSweepStudy(
  plan: PlanBuilder,
  study: SweepStudy,
  { train, features }: StudyData,
): readonly SweepKeys[] {
  const known = features && { features };
  return questions(study).map((question) => planSweep(plan, { ...question, ...known }, train.part));
}

/** The question of each repetition, on another split. */
function questions(study: SweepStudy): SweepQuestion[] {
  const { learner, option, values, options, sets, points, seed, repetitions } = study;
  const { units, ...attack } = study.attack;
  return Array.from({ length: repetitions }, (_, repetition) => ({
    ...{ learner, option, values, options, sets, ...attack },
    ...(units && { units }),
    ...(points !== undefined && { points }),
    // The first repetition is what one sweep with this seed is; the others have seeds of their own.
    seed: repetition === 0 ? seed : stream(seed, "sweep", repetition).integer(2 ** 31),
  }));
}

/** Reads the outcome of a study whose plan has been executed. */
export async function readSweepStudy(
  store: Store,
  keys: readonly SweepKeys[],
  study: SweepStudy,
  data: Readonly<Record<string, string>>,
): Promise<SweepStudyResult> {
  const asked = questions(study);
  const repetitions: SweepResult[] = [];
  for (const [i, key] of keys.entries()) repetitions.push(await readSweep(store, key, asked[i], data.train));
  const whole = meanSweep(repetitions);
  return {
    carom: whole.carom,
    study,
    data,
    repetitions,
    mean: whole,
    claims: [lessFragile(whole)],
    ...(study.printed !== undefined && { comparison: compareSweepWithPrinted(whole) }),
  };
}

function meanSweep(repetitions: readonly SweepResult[]): SweepResult {
  const [first] = repetitions;
  const rate = (rates: readonly Rate[]): Rate => {
    const [count, n] = [rates.reduce((sum, r) => sum + r.count, 0), rates.reduce((sum, r) => sum + r.n, 0)];
    return { ...overRepetitions(rates), count, n };
  };
  const models = first.models.map((model, i) => {
    const same = repetitions.map(({ models }) => models[i]);
    const sizes = same.flatMap(({ size }): readonly Interval[] => (size ? [size] : []));
    const varied = same.flatMap(({ variability }) => (variability ? [variability] : []));
    return {
      value: model.value,
      cleanError: rate(same.map(({ cleanError }) => cleanError)),
      errorUnderAttack: rate(same.map(({ errorUnderAttack }) => errorUnderAttack)),
      ...(sizes.length === same.length && { size: overRepetitions(sizes, { most: Number.POSITIVE_INFINITY }) }),
      ...(varied.length === same.length && {
        variability: {
          perPoint: mean(varied.map(({ perPoint }) => perPoint))!,
          ofMean: mean(varied.map(({ ofMean }) => ofMean))!,
        },
      }),
    };
  });
  const { knee: _, ...rest } = first;
  const knee = kneeOf(first.asked.option, models.map(pointOf));
  return { ...rest, models, ...(knee && { knee }) };
}
