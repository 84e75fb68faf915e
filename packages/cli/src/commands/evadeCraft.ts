// What `carom evade` crafts, in tasks of some rows each: points for a list of budgets, or each point with the smallest
// budget that does.

import { type FloatType, type Rows, rowCount, type Store } from "@carom/core";
import { addCounts, type Queries, type RuleCounts } from "@carom/core/attacks";
import { blocksOf } from "@carom/core/data";
import {
  type BlocksQuestion,
  type CraftedBlock,
  planCraftBlocks,
  planSmallestBlocks,
  readRef,
  startPlan,
} from "@carom/core/study";
import { type EvasionFile, evasionFile } from "../host/evasionFile.ts";
import { type Draft, writeDraft } from "../host/output.ts";
import { type RunOptions, runPlan } from "../host/runPlan.ts";

/** What became of the attacked rows, and where their points are. */
export interface Evaded {
  readonly queries: Queries;
  /** How many rows met a gradient, or scores, that are not finite. */
  readonly nonFinite: number;
  /** What became of the rules of a table, of each budget; absent where there are none. */
  readonly rules?: readonly RuleCounts[];
  /** Of each row of the file. */
  readonly epsilon: Float64Array;
  readonly draft: Draft;
}

/** Where points go, and what stands beside them. */
export interface Place {
  readonly out: string;
  readonly featureShape: readonly number[];
  /** What models take, which an archive holds. */
  readonly type: FloatType;
  /** The row of the data file that each attacked row is, and its label there. */
  readonly index: Int32Array;
  readonly labels: Int32Array;
}

/** Crafts points for every budget, one budget after the other in the file. */
export async function craftBudgets(
  place: Place,
  question: BlocksQuestion,
  epsilons: readonly number[],
  options: RunOptions,
): Promise<Evaded> {
  const n = rowCount(question.attacked);
  const file = await fileAt(place, epsilons.length);
  const plan = startPlan();
  const blocks = planCraftBlocks(plan, question, epsilons);
  const store = await runPlan(plan, refsOf(blocks), options);
  const rules: RuleCounts[] = [];
  const sums = await eachBlock(store, blocks, async ({ from }, outcome) => {
    for (const [e, { points }] of outcome.budgets.entries()) await copyRows(points, file, e * n + from);
    outcome.rules?.forEach((counts, e) => {
      rules[e] = rules[e] ? addCounts(rules[e], counts) : counts;
    });
    return { queries: outcome.budgets.map(({ queries }) => queries), nonFinite: outcome.nonFinite };
  });
  const epsilon = epsilonOfRows(epsilons, n);
  return { ...sums, ...(rules.length > 0 && { rules }), epsilon, draft: await written(place, file, epsilon) };
}

/** Searches the smallest budget of each row. */
export async function craftSmallest(place: Place, question: BlocksQuestion, options: RunOptions): Promise<Evaded> {
  const file = await fileAt(place, 1);
  const plan = startPlan();
  const blocks = planSmallestBlocks(plan, question);
  const store = await runPlan(plan, refsOf(blocks), options);
  const epsilon = new Float64Array(place.index.length);
  const sums = await eachBlock(store, blocks, async ({ from }, outcome) => {
    await copyRows(outcome.points, file, from);
    epsilon.set(outcome.epsilon, from);
    return { queries: [outcome.queries], nonFinite: outcome.nonFinite };
  });
  return { ...sums, epsilon, draft: await written(place, file, epsilon) };
}

const refsOf = (blocks: readonly CraftedBlock<unknown>[]) => blocks.map(({ ref }) => ref);

/** Reads one block after the other, and adds up what they took. */
async function eachBlock<T>(
  store: Store,
  blocks: readonly CraftedBlock<T>[],
  take: (
    block: CraftedBlock<T>,
    outcome: T,
  ) => Promise<{ readonly queries: readonly Queries[]; readonly nonFinite: number }>,
): Promise<Pick<Evaded, "queries" | "nonFinite">> {
  let [scores, gradients, nonFinite] = [0, 0, 0];
  for (const block of blocks) {
    const taken = await take(block, await readRef(store, block.ref));
    for (const queries of taken.queries) {
      scores += queries.scores;
      gradients += queries.gradients;
    }
    nonFinite += taken.nonFinite;
  }
  return { queries: { scores, gradients }, nonFinite };
}

async function copyRows(points: Rows, file: EvasionFile, at: number): Promise<void> {
  for (const { from, to } of blocksOf(points.shape)) await file.put(at + from, (await points.read(from, to)).data);
}

/** A file for all rows at so many budgets. @throws InputError for more than it may hold */
export function fileAt({ out, featureShape, type, index }: Place, budgets: number): Promise<EvasionFile> {
  return evasionFile(out, budgets * index.length, featureShape, type);
}

/** The budget of each row of a file, one budget after the other. */
export function epsilonOfRows(epsilons: readonly number[], rows: number): Float64Array {
  return Float64Array.from({ length: epsilons.length * rows }, (_, i) => epsilons[Math.floor(i / rows)]);
}

/** The file under a name of its own; each budget has all rows. */
export async function written({ out, index, labels }: Place, file: EvasionFile, epsilon: Float64Array): Promise<Draft> {
  const n = labels.length;
  const draft = await writeDraft(
    out,
    file.pieces({
      labels: Int32Array.from(epsilon, (_, i) => labels[i % n]),
      epsilon,
      index: Int32Array.from(epsilon, (_, i) => index[i % n]),
    }),
  );
  await file.close();
  return draft;
}
