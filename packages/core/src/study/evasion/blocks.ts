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
/** More than two blocks are a multiple of this, all of one length, so that few workers end at the same time. */
const EVENLY = 4;

/** Adds the crafting of points at each budget. What is found for a row does not depend on the block it is in. */
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
  const sources = models.map((model) => plan.model(model));
  const shared = {
    ...(models.length === 1 ? { model: sources[0] } : { models: sources }),
    ...(pool && { pool: plan.data(pool) }),
    ...(changeable && { changeable: plan.source(flagsCodec, changeable) }),
  };
  const n = rowCount(attacked);
  const asked = { ...parameters, attacker: withDefaults(parameters.attacker) };
  const blocks = mixesRows ? 1 : blocksFor(n, rowsOfChunk(limits, featureCount(attacked)));
  return Array.from({ length: blocks }, (_, i) => {
    const [from, to] = [i, i + 1].map((end) => Math.floor((end * n) / blocks));
    const inputs = { ...shared, attacked: plan.data(sliceDataset(attacked, from, to)) };
    const ref = add({ ...asked, ...(from > 0 && { from }) }, inputs, `${label} ${from} to ${to - 1}`);
    return { from, to, ref };
  });
}

/** How many blocks so many rows make: whole chunks of at most `chunk` rows each, the same for any number of workers. */
function blocksFor(rows: number, chunk: number): number {
  const chunks = Math.ceil(rows / chunk);
  const blocks = Math.ceil(chunks / Math.ceil(chunks / MOST_BLOCKS));
  return Math.min(rows, blocks <= 2 ? blocks : EVENLY * Math.ceil(blocks / EVENLY));
}
