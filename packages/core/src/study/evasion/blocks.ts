// The tasks that attack many rows: some rows each, so that all workers have something to do and none holds all points.

import { type Attacker, withDefaults } from "../../attacks/attacker.ts";
import { type Dataset, featureCount, rowCount, sliceDataset } from "../../data/dataset.ts";
import { type Limits, rowsOfChunk } from "../../models/limits.ts";
import type { Model } from "../../models/model.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import type { Ref } from "../engine/reference.ts";
import { craft } from "../tasks/craft.ts";
import { type CraftingInputs, type CraftingParameters, flagsCodec } from "../tasks/crafting.ts";
import type { CraftOutcome } from "../tasks/craftOutcome.ts";
import { modelCodec } from "../tasks/fit.ts";
import { type SmallestOutcome, smallestBudget } from "../tasks/smallestBudget.ts";

/** Rows to attack, and how. */
export interface BlocksQuestion {
  readonly attacked: Dataset;
  /** Where starts of other classes come from. */
  readonly pool?: Dataset;
  readonly models: readonly Model[];
  readonly parameters: Omit<CraftingParameters, "from"> & { readonly attacker: Attacker };
  /** 1 for each feature that may change; all may where absent. */
  readonly changeable?: Uint8Array;
  /** Whether the attack moves rows together, so that they must not be divided. */
  readonly mixesRows?: boolean;
  /** Of the runtime that will compute. */
  readonly limits: Limits;
  /** What people are told. */
  readonly label: string;
}

/** What will come of rows `from` to `to` (exclusive). */
export interface CraftedBlock<T> {
  readonly from: number;
  readonly to: number;
  readonly ref: Ref<T>;
}

/** Blocks, at most: each reads the models and the pool again. */
const MOST_BLOCKS = 32;

/**
 * Adds the crafting of points at each budget. Blocks end where the chunks do in which one task would attack all rows,
 * so that what is found is the same to the last bit.
 */
export function planCraftBlocks(
  plan: PlanBuilder,
  question: BlocksQuestion,
  epsilons: readonly number[],
): readonly CraftedBlock<CraftOutcome>[] {
  return planBlocks(question, plan, (parameters, inputs, label) =>
    plan.add(craft, { ...parameters, epsilons }, inputs, label),
  );
}

/** Adds the search of the smallest budget of each row. */
export function planSmallestBlocks(
  plan: PlanBuilder,
  question: BlocksQuestion,
): readonly CraftedBlock<SmallestOutcome>[] {
  return planBlocks(question, plan, (parameters, inputs, label) => plan.add(smallestBudget, parameters, inputs, label));
}

function planBlocks<T>(
  { attacked, pool, models, parameters, changeable, mixesRows, limits, label }: BlocksQuestion,
  plan: PlanBuilder,
  add: (parameters: CraftingParameters, inputs: CraftingInputs, label: string) => Ref<T>,
): readonly CraftedBlock<T>[] {
  const sources = models.map(({ bytes }) => plan.source(modelCodec, { bytes }));
  const shared = {
    ...(models.length === 1 ? { model: sources[0] } : { models: sources }),
    ...(pool && { pool: plan.data(pool) }),
    ...(changeable && { changeable: plan.source(flagsCodec, changeable) }),
  };
  const n = rowCount(attacked);
  const asked = { ...parameters, attacker: withDefaults(parameters.attacker) };
  const chunk = rowsOfChunk(limits, featureCount(attacked));
  const rows = mixesRows ? n : chunk * Math.ceil(n / chunk / MOST_BLOCKS);
  return Array.from({ length: Math.ceil(n / rows) }, (_, i) => {
    const [from, to] = [i * rows, Math.min(n, (i + 1) * rows)];
    const inputs = { ...shared, attacked: plan.data(sliceDataset(attacked, from, to)) };
    const ref = add({ ...asked, ...(from > 0 && { from }) }, inputs, `${label} ${from} to ${to - 1}`);
    return { from, to, ref };
  });
}
