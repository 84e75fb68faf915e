// The tasks of poisoning that a study and the command line share: points in blocks, and the judging of targets.

import { buildPoisoning, poisoningByName } from "../attacks/poisoning/poison.ts";
import { InputError } from "../errors.ts";
import { type AnyLearner, learners } from "../learners/index.ts";
import type { PlanBuilder } from "./plan.ts";
import { secondsOfFit } from "./seconds.ts";
import type { Parameters } from "./task.ts";
import { type PartRef, partInputs, partParameters } from "./tasks/dataset.ts";

/**
 * Points that one task crafts, at most. A run that is killed loses no more than a block in flight, and what was crafted
 * for few points is used again for many; each block retrains once with every point before it.
 */
const BLOCK = 20;

export interface CraftQuestion {
  readonly attack: string;
  /** Options of the attack. */
  readonly settings: Parameters;
  readonly learner: string;
  readonly options: Parameters;
  readonly training: PartRef;
  readonly validation: PartRef;
  /** Whose rows are cloned; the training data where absent. */
  readonly pool?: PartRef;
  /** Budgets in ascending order. */
  readonly counts: readonly number[];
  readonly seed: number;
  /** For estimates: rows of the training and the validation data, and features. */
  readonly size: { readonly rows: number; readonly validation: number; readonly features: number };
  /** What people are told. */
  readonly label: string;
}

/** Adds the crafting of points; returns the keys of the blocks in order. Smaller budgets are the first of the points. */
export function planCraft(plan: PlanBuilder, question: CraftQuestion): readonly string[] {
  const { attack, settings, learner, options, training, validation, pool, counts, seed, size, label } = question;
  const keys: string[] = [];
  const total = counts[counts.length - 1];
  for (const [from, to] of cuts(question)) {
    const blocks = keys.length;
    const key = plan.add(
      "poison",
      {
        ...partParameters("training", training),
        ...partParameters("validation", validation),
        ...(pool && partParameters("pool", pool)),
        ...{ attack, settings, learner, options, seed },
        ...{ count: to - from, blocks },
      },
      {
        ...partInputs("training", training),
        ...partInputs("validation", validation),
        ...(pool && partInputs("pool", pool)),
        ...blockInputs(keys),
      },
      {
        label: `${label}, points ${from + 1} to ${to} of ${total}`,
        seconds: 0.1 + (to - from) * secondsPerPoint(learner, attack, size),
        bytes: 16 * (to - from) * size.features,
      },
    );
    keys.push(key);
  }
  return keys;
}

/** Where blocks begin and end. An attack that moves points together must not be cut between them. */
function cuts({ counts, settings }: CraftQuestion): (readonly [number, number])[] {
  const { together = 1, passes = 1 } = settings as { readonly together?: number; readonly passes?: number };
  if (together > 1 || passes > 1) return counts.map((to, i) => [i === 0 ? 0 : counts[i - 1], to]);
  const total = counts[counts.length - 1];
  return Array.from({ length: Math.ceil(total / BLOCK) }, (_, i) => [BLOCK * i, Math.min(total, BLOCK * (i + 1))]);
}

/** Measured on one core with 500 rows, 1,000 validation points and 784 features; what grows with each is scaled. */
const perPoint: Readonly<Record<string, number>> = {
  "svm-linear": 0.1,
  "svm-rbf": 0.2,
  logistic: 0.3,
  ridge: 0.09,
};

function secondsPerPoint(
  learner: string,
  attack: string,
  { rows, validation, features }: CraftQuestion["size"],
): number {
  const whole = (perPoint[learner] ?? 5) * (((rows + validation) / 1500) * (features / 784)) ** 0.9;
  return attack === "gradient" ? whole : whole / 8;
}

export interface JudgeQuestion {
  readonly learner: string;
  readonly options: Parameters;
  readonly training: PartRef;
  readonly test: PartRef;
  /** Keys of the blocks of points that join the training data; none for the clean error. */
  readonly blocks: readonly string[];
  readonly counts: readonly number[];
  readonly seed: number;
  /** Names the random streams of training. */
  readonly stream: string;
  readonly retune: boolean;
  /** Whether test rows may be among the training rows. */
  readonly overlap?: boolean;
  /** Rows that the target learns from, for estimates. */
  readonly rows: number;
  readonly label: string;
}

/** Adds the judging of a target at each of the budgets. */
export function planPoisonJudge(plan: PlanBuilder, question: JudgeQuestion): string {
  const { learner, options, training, test, blocks, counts, seed, stream, retune, overlap, rows, label } = question;
  return plan.add(
    "poisonJudge",
    {
      ...partParameters("training", training),
      ...partParameters("test", test),
      ...{ learner, options, counts, seed, label: stream, retune, blocks: blocks.length },
      ...(overlap && { overlap }),
    },
    { ...partInputs("training", training), ...partInputs("test", test), ...blockInputs(blocks) },
    { label, seconds: 0.1 + counts.length * (retune ? 20 : 1) * secondsOfFit(learner, options, rows) },
  );
}

/** The inputs by which a task is given blocks of points. */
export function blockInputs(keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key, i) => [`block:${i}`, key]));
}

/** @throws InputError for an attack or options that do not exist, and a learner that the attack cannot be made on. */
export function requirePoisonable(
  learner: AnyLearner,
  attack: string,
  settings: Readonly<Record<string, unknown>>,
): void {
  buildPoisoning(poisoningByName(attack), settings);
  if (learner.retrain) return;
  const able = Object.values(learners).filter(({ retrain }) => retrain);
  throw new InputError("unsupported", `poisoning of ${learner.name}`, {
    expected: `a learner with a poisoning gradient: ${able.map(({ name }) => name).join(", ")}`,
    got: learner.name,
    remedy: "craft on one of those and judge on this one",
  });
}

/** @throws InputError where there are fewer rows to clone than points. */
export function requireClones(count: number, rows: number): void {
  if (count <= rows) return;
  throw new InputError("invalid", "number of poisoning points", {
    expected: `at most ${rows}, one for each row to clone`,
    got: String(count),
    remedy: "ask for fewer points, or give more training data",
  });
}
