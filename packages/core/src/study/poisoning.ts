// A study of poisoning: points crafted on surrogates join what targets learn from, over repetitions, each on other splits.

import { poisonCount } from "../attacks/poisoning/poison.ts";
import { featureCount, rowCount } from "../data/dataset.ts";
import { requireDisjoint } from "../data/overlap.ts";
import { InputError } from "../errors.ts";
import { learnerByName } from "../learners/index.ts";
import { stream } from "../random.ts";
import { mean } from "../stats/describe.ts";
import type { Interval } from "../stats/sample.ts";
import { type Resolved, requireDistinct, resolve } from "./choice.ts";
import type { Store } from "./execute.ts";
import type { StudyData } from "./grid.ts";
import { overRepetitions } from "./means.ts";
import { nameOf, surrogateId, targetId } from "./names.ts";
import type { PlanBuilder } from "./plan.ts";
import { explainPoisoning, type PoisoningExplanation } from "./poisoningExplain.ts";
import type { PoisonTransfer } from "./poisoningResult.ts";
import type { PoisoningStudy } from "./poisoningSchema.ts";
import {
  blockInputs,
  type CraftQuestion,
  planCraft,
  planPoisonJudge,
  requireClones,
  requirePoisonable,
} from "./poisonPlan.ts";
import type { Parameters } from "./task.ts";
import { type PartRef, partInputs, partParameters } from "./tasks/dataset.ts";
import type { PoisonRow } from "./tasks/poisonTransfer.ts";
import type { SurrogateVariability } from "./variability.ts";
import { VERSION } from "./version.ts";

/** Keys of one repetition. */
export interface PoisoningKeys {
  readonly transfer: string;
  /** V of each surrogate, where it was asked for; in the first repetition. */
  readonly variability: ReadonlyMap<string, string>;
  /** Blocks of points by the id of the model that they were crafted on. */
  readonly blocks: ReadonlyMap<string, readonly string[]>;
  readonly wanted: readonly string[];
}

/** A cell over all repetitions. */
export interface PoisoningCell {
  readonly surrogate: string;
  readonly target: string;
  readonly fraction: number;
  /** Mean error; the interval is Student's over repetitions, or that of the one repetition. */
  readonly errorUnderAttack: Interval;
  readonly ratio?: number;
}

export interface PoisoningResult {
  readonly carom: string;
  readonly study: PoisoningStudy;
  readonly data: Readonly<Record<string, string>>;
  readonly repetitions: readonly PoisonTransfer[];
  readonly cells: readonly PoisoningCell[];
  /** Plain mean over targets and repetitions: the paper's transfer rate of a surrogate. */
  readonly transferRates: readonly { readonly surrogate: string; readonly fraction: number; readonly rate: number }[];
  readonly variability: readonly SurrogateVariability[];
  readonly explanation: PoisoningExplanation;
}

/** Positions of the parts in a split. */
const [SURROGATE, TARGET, VALIDATION, TEST] = [0, 1, 2, 3];

/**
 * Adds the tasks of a study of poisoning to a plan.
 *
 * The parts of a split are disjoint, equal rows together. Points begin alike on all models of a repetition: clones from
 * the surrogates' part. Targets that are surrogates too are also poisoned white-box, in their own training data.
 *
 * @throws InputError for surrogates without poisoning gradient, parts larger than the data, more points than rows.
 */
export function planPoisoning(plan: PlanBuilder, study: PoisoningStudy, data: StudyData): readonly PoisoningKeys[] {
  const surrogates = study.surrogates.map((choice) => resolve(choice));
  const targets = study.targets.map((choice) => resolve(choice));
  requireDistinct("surrogates", surrogates);
  requireDistinct("targets", targets);
  for (const { learner } of surrogates) requirePoisonable(learnerByName(learner), study.attack, {});
  const sizes = sizesOf(study, data);
  const fractions = [...study.fractions].sort((a, b) => a - b);
  const counts = fractions.map((fraction) => poisonCount(sizes.rows[TARGET], fraction));
  requireClones(counts[counts.length - 1], sizes.rows[SURROGATE]);
  if (data.test) requireDisjoint("data.test", data.test.dataset, "data.train", data.train.dataset);
  const shared: Shared = { plan, study, data, surrogates, targets, fractions, counts, ...sizes };
  return Array.from({ length: study.repetitions }, (_, repetition) => planRepetition(shared, repetition));
}

interface Shared {
  readonly plan: PlanBuilder;
  readonly study: PoisoningStudy;
  readonly data: StudyData;
  readonly surrogates: readonly Resolved[];
  readonly targets: readonly Resolved[];
  readonly fractions: readonly number[];
  readonly counts: readonly number[];
  /** Rows and shares of the parts. */
  readonly rows: readonly number[];
  readonly shares: readonly number[];
}

function planRepetition(shared: Shared, repetition: number): PoisoningKeys {
  const { plan, study, data, surrogates, targets, fractions, counts, rows } = shared;
  const prefix = study.repetitions > 1 ? `repetition ${repetition + 1}: ` : "";
  const seed = stream(study.seed, "poisoning", repetition).integer(2 ** 31);
  const part = partsOf(shared, repetition);
  const [training, own, validation, test] = [SURROGATE, TARGET, VALIDATION, TEST].map(part);
  const features = featureCount(data.train.dataset);
  const names = new Set(surrogates.map(({ name }) => name));
  const craft = (choice: Resolved, id: string, question: Pick<CraftQuestion, "training" | "pool">, n: number) =>
    planCraft(plan, {
      ...question,
      ...{
        attack: study.attack,
        settings: {},
        learner: choice.learner,
        options: choice.options,
        validation,
        counts,
        seed,
      },
      size: { rows: n, validation: rows[VALIDATION], features },
      label: `${prefix}poisoning ${id}`,
    });
  const blocks = new Map<string, readonly string[]>();
  for (const choice of surrogates) {
    const id = surrogateId(choice.name);
    blocks.set(id, craft(choice, id, { training }, rows[SURROGATE]));
  }
  for (const choice of targets) {
    if (!names.has(choice.name)) continue;
    const id = targetId(choice.name);
    blocks.set(id, craft(choice, id, { training: own, pool: training }, rows[TARGET]));
  }
  const judge = (choice: Resolved, from: readonly string[], at: readonly number[], label: string) =>
    planPoisonJudge(plan, {
      ...{ learner: choice.learner, options: choice.options, training: own, test, blocks: from, counts: at, seed },
      ...{ stream: targetId(choice.name), retune: study.retune, rows: rows[TARGET] + (at.at(-1) ?? 0) },
      label: `${prefix}${label}`,
    });
  const verdicts: Record<string, string> = {};
  const judged: (readonly [string, string])[] = [];
  for (const choice of targets) {
    const target = targetId(choice.name);
    verdicts[`clean:${target}`] = judge(choice, [], [0], `training ${target}`);
    for (const [id, from] of blocks) {
      if (id.startsWith("target/") && id !== target) continue;
      judged.push([id, target]);
      verdicts[`judge:${id}:${target}`] = judge(choice, from, counts, `${target} with points of ${id}`);
    }
  }
  const starts = blocks.get(surrogateId(surrogates[0].name))!;
  const gradients = planGradients(shared, { starts, part, seed, prefix });
  const row = (choice: Resolved, id: string, role: PoisonRow["role"]): PoisonRow => ({
    id,
    role,
    learner: choice.learner,
    options: choice.options,
    ...(choice.complexity && { complexity: choice.complexity }),
    blocks: blocks.get(id)?.length ?? 0,
  });
  const models = [
    ...targets.map((choice) => row(choice, targetId(choice.name), "target")),
    ...surrogates.map((choice) => row(choice, surrogateId(choice.name), "surrogate")),
  ];
  const made = [...blocks].flatMap(([id, keys]) => keys.map((key, i) => [`blocks:${id}:${i}`, key] as const));
  const transfer = plan.add(
    "poisonTransfer",
    {
      ...partParameters("test", test),
      ...{ models, judged, fractions, counts, seed, retune: study.retune },
    } as unknown as Parameters,
    { ...partInputs("test", test), ...verdicts, ...gradients, ...Object.fromEntries(made) },
    { label: `${prefix}metrics`, seconds: 1 + (surrogates.length * targets.length * counts[counts.length - 1]) / 2000 },
  );
  const variability =
    repetition === 0 && study.metrics.includes("variability")
      ? planVariability(shared, { starts, part, seed })
      : new Map<string, string>();
  return { transfer, variability, blocks, wanted: [transfer, ...variability.values(), ...[...blocks.values()].flat()] };
}

interface Repetition {
  /** Blocks whose points' starts are looked at. */
  readonly starts: readonly string[];
  part(index: number): PartRef;
  readonly seed: number;
}

/** The poisoning gradient of every model that has one, by its key; none where neither S nor R was asked for. */
function planGradients(
  { plan, study, surrogates, targets, rows, counts }: Shared,
  { starts, part, seed, prefix }: Repetition & { readonly prefix: string },
): Record<string, string> {
  if (!study.metrics.includes("size") && !study.metrics.includes("alignment")) return {};
  const names = new Set(surrogates.map(({ name }) => name));
  const gradient = ({ learner, options }: Resolved, id: string, training: PartRef) => {
    const key = plan.add(
      "poisonGradient",
      {
        ...partParameters("training", training),
        ...partParameters("validation", part(VALIDATION)),
        ...{ learner, options, seed, blocks: starts.length },
      },
      { ...partInputs("training", training), ...partInputs("validation", part(VALIDATION)), ...blockInputs(starts) },
      { label: `${prefix}gradients of ${id}`, seconds: 1 + (rows[SURROGATE] * counts[counts.length - 1]) / 50_000 },
    );
    return [`gradient:${id}`, key] as const;
  };
  return Object.fromEntries([
    ...surrogates.map((choice) => gradient(choice, surrogateId(choice.name), part(SURROGATE))),
    ...targets
      .filter(({ name }) => names.has(name))
      .map((choice) => gradient(choice, targetId(choice.name), part(TARGET))),
  ]);
}

/** V of each surrogate, on the validation rows of the first repetition; training sets are drawn among the other rows. */
function planVariability(
  { plan, study, data, surrogates, shares }: Shared,
  { starts, part, seed }: Repetition,
): ReadonlyMap<string, string> {
  const { sets } = study.variability;
  const validation = part(VALIDATION);
  const rest = restOf(shares);
  const others = [SURROGATE, TARGET, ...(rest > 0 ? [shares.length] : [])];
  const among = others.reduce((sum, i) => sum + (shares[i] ?? rest), 0);
  const training = Array.from({ length: sets }, (_, set): PartRef => {
    const split = plan.add(
      "split",
      { seed: study.seed, repetition: set, fractions: [shares[SURROGATE] / among], parts: others },
      { data: data.train.key, among: validation.split! },
      { label: `training set ${set + 1}`, seconds: 0.5 },
    );
    return { data: data.train.key, split, part: 0 };
  });
  return new Map(
    surrogates.map(({ name, learner, options }) => {
      const id = surrogateId(name);
      const key = plan.add(
        "poisonVary",
        {
          ...partParameters("validation", validation),
          ...Object.assign({}, ...training.map((set, i) => partParameters(`set:${i}`, set))),
          ...{ learner, options, seed, sets, blocks: starts.length },
        },
        {
          ...partInputs("validation", validation),
          ...Object.assign({}, ...training.map((set, i) => partInputs(`set:${i}`, set))),
          ...blockInputs(starts),
        },
        { label: `variability of ${id}`, seconds: 0.5 * sets },
      );
      return [id, key] as const;
    }),
  );
}

/** The share of the rows that is in no part; 0 where it is a few rows. */
function restOf(shares: readonly number[]): number {
  const rest = 1 - shares.reduce((sum, share) => sum + share, 0);
  return rest > 0.01 ? rest : 0;
}

/** The disjoint parts of one repetition. */
function partsOf({ plan, study, data, shares }: Shared, repetition: number): (index: number) => PartRef {
  const rest = restOf(shares);
  const about = { label: "split", seconds: 0.3 + rowCount(data.train.dataset) / 50_000 };
  const parameters = { seed: study.seed, repetition, fractions: [...shares, ...(rest > 0 ? [rest] : [])] };
  const split = plan.add("split", parameters, { data: data.train.key }, about);
  return (index) => {
    if (index !== TEST || !data.test) return { data: data.train.key, split, part: index };
    const keep = asShare(study.split.test, rowCount(data.test.dataset));
    const chosen = plan.add(
      "split",
      { seed: study.seed, repetition, fractions: [1], keep: [Math.min(1, keep)] },
      { data: data.test.key },
      about,
    );
    return { data: data.test.key, split: chosen, part: 0 };
  };
}

const asShare = (value: number, rows: number) => (value < 1 ? value : value / rows);

/** Rows and shares of the parts; with a test file the last of the shares is left out. */
function sizesOf({ split }: PoisoningStudy, data: StudyData): Pick<Shared, "rows" | "shares"> {
  const n = rowCount(data.train.dataset);
  const wanted = [split.surrogate, split.target, split.validation, ...(data.test ? [] : [split.test])];
  const shares = wanted.map((value) => asShare(value, n));
  if (shares.reduce((sum, share) => sum + share, 0) > 1 + 1e-9) {
    throw new InputError("invalid", "split", {
      expected: `parts that together are at most the ${n} rows of data.train`,
      got: JSON.stringify(split),
      remedy: "make the parts smaller",
    });
  }
  return { rows: shares.map((share) => Math.round(share * n)), shares };
}

/** Reads the outcome of a study whose plan has been executed. */
export async function readPoisoning(
  store: Store,
  keys: readonly PoisoningKeys[],
  study: PoisoningStudy,
  data: PoisoningResult["data"],
): Promise<PoisoningResult> {
  const read = async (key: string) => {
    const artifact = await store.read(key);
    if (!artifact) throw new Error(`artifact ${key} is gone from the store`);
    return artifact.json;
  };
  const whole: PoisonTransfer[] = [];
  const variability: SurrogateVariability[] = [];
  for (const { transfer, variability: varied } of keys) {
    whole.push((await read(transfer)) as unknown as PoisonTransfer);
    for (const [surrogate, key] of varied) {
      const found = (await read(key)) as unknown as Omit<SurrogateVariability, "surrogate"> | null;
      if (found) variability.push({ surrogate, ...found });
    }
  }
  const repetitions = whole.map((each) => select(each, study));
  const cells = repetitions[0].cells.map(({ surrogate, target, fraction }): PoisoningCell => {
    const same = repetitions.map(
      (each) =>
        each.cells.find(
          (cell) => cell.surrogate === surrogate && cell.target === target && cell.fraction === fraction,
        )!,
    );
    const ratios = same.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio]));
    return {
      ...{ surrogate, target, fraction },
      errorUnderAttack: overRepetitions(same.map(({ errorUnderAttack }) => errorUnderAttack)),
      ...(ratios.length === same.length && { ratio: mean(ratios)! }),
    };
  });
  const fractions = [...study.fractions].sort((a, b) => a - b);
  const transferRates = study.surrogates.flatMap((choice) =>
    fractions.map((fraction) => {
      const surrogate = surrogateId(nameOf(choice));
      const row = cells.filter((cell) => cell.surrogate === surrogate && cell.fraction === fraction);
      return { surrogate, fraction, rate: mean(row.map(({ errorUnderAttack }) => errorUnderAttack.estimate))! };
    }),
  );
  const explanation = explainPoisoning({ study, repetitions, transferRates, variability });
  return { carom: VERSION, study, data, repetitions, cells, transferRates, variability, explanation };
}

/** Leaves out the metrics that were not asked for. */
function select(transfer: PoisonTransfer, { metrics }: PoisoningStudy): PoisonTransfer {
  const { models, cells, pairs } = transfer;
  return {
    models: metrics.includes("size") ? models : models.map(({ gradientSize: _, ...rest }) => rest),
    cells: metrics.includes("perturbation") ? cells : cells.map(({ perturbationCorrelation: _, ...rest }) => rest),
    pairs: metrics.includes("alignment") ? pairs : [],
  };
}
