// Evasion points for many rows: crafted some rows at a time, so that memory does not grow with their number.

import { type Dataset, denseRows, rowCount } from "../../data/dataset.ts";
import type { FloatType, Tensor } from "../../tensor.ts";
import type { ThreatModel } from "../../threat/threat.ts";
import type { Queries } from "../queries.ts";
import type { AttackResult, RuleOutcome } from "../task.ts";
import type { AttackedModel } from "./affine.ts";
import { type CraftTask, craftEvasion, strongestAttack } from "./craft.ts";
import { type MinimumTask, minimumEpsilon } from "./minimum.ts";

interface Chunked {
  readonly data: Dataset;
  /** Rows of a chunk, at most (`rowsOfChunk`). */
  readonly rows: number;
  /** The class each point should end in; where absent, any other than its own. */
  readonly target?: number;
  readonly threat: ThreatModel;
  /** The number of the first row, where the data are some rows of more: random streams are named by it. */
  readonly first?: number;
}

/** Points to attack in chunks, so that few are in memory at a time. */
export interface ChunksTask
  extends Chunked,
    AttackedModel,
    Pick<
      CraftTask,
      "others" | "epsilons" | "seed" | "attack" | "objective" | "fromOrigin" | "pool" | "shape" | "onProgress"
    > {
  /** Takes what became of rows `from` on at a budget, which is named by its position. */
  place(budget: number, from: number, result: AttackResult): void | Promise<void>;
}

/** Points whose smallest budgets are sought in chunks. */
export interface MinimumChunksTask
  extends Chunked,
    Pick<
      MinimumTask,
      "models" | "seed" | "attack" | "objective" | "pool" | "shape" | "tolerance" | "byScores" | "onProgress"
    > {
  /** Takes the points of rows `from` on. */
  place(from: number, points: Tensor<FloatType>): void | Promise<void>;
}

/** What crafting took, and where it met its limits. */
export interface Crafting {
  readonly queries: Queries;
  /** 1 for each row that met a gradient, or scores, that are not finite, at any budget. */
  readonly nonFinite: Uint8Array;
  /** What became of the rules of a table, of each budget; absent where there are none. */
  readonly rules?: readonly RuleCounts[];
}

/** How many points broke a rule as the attack returned them, and how many rows break one themselves. */
export interface RuleCounts {
  /** Broke a rule and were put back. */
  readonly broken: number;
  /** Of those, how many would have misled the attacked model, and do not count: wrong but invalid. */
  readonly wrongButInvalid: number;
  /** Break one as they are returned, since their rows do. */
  readonly invalidRows: number;
}

/** Counts over points. */
export function ruleCounts({ broken, brokenSuccess, invalid }: RuleOutcome): RuleCounts {
  const count = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0);
  return { broken: count(broken), wrongButInvalid: count(brokenSuccess), invalidRows: count(invalid) };
}

/** The counts of some points and of others. */
export function addCounts(a: RuleCounts, b: RuleCounts): RuleCounts {
  return {
    broken: a.broken + b.broken,
    wrongButInvalid: a.wrongButInvalid + b.wrongButInvalid,
    invalidRows: a.invalidRows + b.invalidRows,
  };
}

/**
 * Attacks every row at every budget; what happens to a row does not depend on the chunk it is in.
 *
 * @throws InputError where the threat model does not fit the points.
 */
export async function craftInChunks({
  data,
  rows,
  target,
  first,
  place,
  onProgress,
  ...task
}: ChunksTask): Promise<Crafting> {
  const queries = { scores: 0, gradients: 0 };
  const nonFinite = new Uint8Array(rowCount(data));
  const rules: RuleCounts[] = [];
  // Of very many columns a chunk is one row, for which slopes are not sought anew.
  const all = [task, ...(task.others ?? [])];
  const strongest = task.attack
    ? undefined
    : await strongestAttack(all, task.threat.domain, target !== undefined, task.objective);
  for (const chunk of chunksOf(data, rows, target, first)) {
    const results = await craftEvasion({
      ...task,
      ...(strongest && { strongest }),
      ...chunk.rows,
      onProgress: (done) => onProgress?.(chunk.before + done * chunk.share),
    });
    for (const [e, result] of results.entries()) {
      await place(e, chunk.from, result);
      queries.scores += result.queries.scores;
      queries.gradients += result.queries.gradients;
      if (result.rules) {
        const counts = ruleCounts(result.rules);
        const before = rules[e];
        rules[e] = before ? addCounts(before, counts) : counts;
      }
      result.nonFinite.forEach((flag, i) => {
        nonFinite[chunk.from + i] |= flag;
      });
    }
  }
  return { queries, nonFinite, ...(rules.length > 0 && { rules }) };
}

/**
 * Searches for every row the smallest budget; what is found for a row does not depend on the chunk it is in.
 *
 * @throws InputError where the threat model does not fit the points.
 */
export async function minimumInChunks({
  data,
  rows,
  target,
  first,
  place,
  onProgress,
  ...task
}: MinimumChunksTask): Promise<Crafting & { readonly epsilon: Float64Array }> {
  const queries = { scores: 0, gradients: 0 };
  const epsilon = new Float64Array(rowCount(data));
  const nonFinite = new Uint8Array(rowCount(data));
  for (const chunk of chunksOf(data, rows, target, first)) {
    const result = await minimumEpsilon({
      ...task,
      ...chunk.rows,
      onProgress: (done) => onProgress?.(chunk.before + done * chunk.share),
    });
    await place(chunk.from, result.points);
    epsilon.set(result.epsilon, chunk.from);
    nonFinite.set(result.nonFinite, chunk.from);
    queries.scores += result.queries.scores;
    queries.gradients += result.queries.gradients;
  }
  return { epsilon, queries, nonFinite };
}

/** Consecutive rows written out, and which share of all comes before them and is theirs. */
function* chunksOf(data: Dataset, rows: number, target: number | undefined, first = 0) {
  const n = rowCount(data);
  for (let from = 0; from < n; from += rows) {
    const to = Math.min(n, from + rows);
    const labels = data.labels.subarray(from, to);
    yield {
      from,
      before: from / n,
      share: (to - from) / n,
      rows: {
        x: denseRows(data, from, to),
        labels,
        ids: Int32Array.from(labels, (_, i) => first + from + i),
        ...(target !== undefined && { targets: new Int32Array(to - from).fill(target) }),
      },
    };
  }
}
