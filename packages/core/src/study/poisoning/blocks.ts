// The tasks of poisoning that a study and the command line share: points in blocks, and the judging of targets.

import { poisoningByName } from "../../attacks/poisoning/index.ts";
import { buildPoisoning } from "../../attacks/poisoning/poisoningEntry.ts";
import { InputError } from "../../errors.ts";
import type { AnyLearner } from "../../learners/learner.ts";
import { learners } from "../../learners/registry.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import type { Ref } from "../engine/reference.ts";
import { type Block, type PoisonInputs, type PoisonParameters, poison } from "../tasks/poison.ts";

/**
 * Points that one task crafts, at most. A run that is killed loses no more than a block in flight, and what was crafted
 * for few points is used again for many; each block retrains once with every point before it.
 */
const BLOCK = 20;

/** Which points are crafted against what, and how many for each budget. */
export interface CraftQuestion extends Omit<PoisonParameters, "count">, Omit<PoisonInputs, "blocks"> {
  /** Budgets in ascending order. */
  readonly counts: readonly number[];
  /** What people are told. */
  readonly label: string;
}

/** Adds the crafting of points; returns the blocks in order. Smaller budgets are the first of the points. */
export function planCraft(plan: PlanBuilder, question: CraftQuestion): readonly Ref<Block>[] {
  const { attack, settings, learner, options, training, validation, pool, counts, seed, label } = question;
  const blocks: Ref<Block>[] = [];
  for (const [from, to] of cuts(question)) {
    const parameters = { attack, settings, learner, options, seed, count: to - from };
    const inputs = { training, validation, ...(pool && { pool }), blocks: [...blocks] };
    const what = `${label}, points ${from + 1} to ${to} of ${counts[counts.length - 1]}`;
    blocks.push(plan.add(poison, parameters, inputs, what));
  }
  return blocks;
}

/** Where blocks begin and end. An attack that moves points together must not be cut between them. */
function cuts({ counts, settings }: CraftQuestion): (readonly [number, number])[] {
  const { together = 1, passes = 1 } = settings as { readonly together?: number; readonly passes?: number };
  if (together > 1 || passes > 1) return counts.map((to, i) => [i === 0 ? 0 : counts[i - 1], to]);
  const total = counts[counts.length - 1];
  return Array.from({ length: Math.ceil(total / BLOCK) }, (_, i) => [BLOCK * i, Math.min(total, BLOCK * (i + 1))]);
}

/**
 * Refuses a learner that cannot be retrained while points move, and settings that the attack lacks.
 *
 * @throws InputError for an attack or options that do not exist, and a learner that the attack cannot be made on.
 */
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

/**
 * Refuses more points than there are rows to clone.
 *
 * @throws InputError where there are fewer rows to clone than points.
 */
export function requireClones(count: number, rows: number): void {
  if (count <= rows) return;
  throw new InputError("invalid", "number of poisoning points", {
    expected: `at most ${rows}, one for each row to clone`,
    got: String(count),
    remedy: "ask for fewer points, or give more training data",
  });
}
