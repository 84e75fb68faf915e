// Flips of binary features in rows of very many columns: only columns that matter are ever written out.

import type { SparseRows } from "../../data/sparse.ts";
import { assert, InputError } from "../../errors.ts";
import { isAffine } from "../../models/affine.ts";
import { onColumns, weightedColumns } from "../../models/columns.ts";
import type { Model } from "../../models/model.ts";
import { openModel } from "../../models/open.ts";
import type { Runtime } from "../../models/runtime.ts";
import { tensor } from "../../tensor.ts";
import { l1 } from "../../threat/norm.ts";
import type { BudgetedThreat } from "../../threat/threat.ts";
import type { Points } from "../attack.ts";
import { pointsOf } from "../latePoints.ts";
import { runAttack } from "../run.ts";
import { flipAttack } from "./flips.ts";

/** Sparse binary rows to attack by setting or clearing features. */
export interface SparseFlipsTask {
  /** Takes rows of D columns and only weighs or sums them: linear models, RBF kernels, networks. */
  readonly model: Model;
  readonly runtime: Runtime;
  /** Binary rows: every entry is 1. */
  readonly x: SparseRows;
  readonly labels: Int32Array;
  /** The class each point should end in; where absent, any other than its own. */
  readonly targets?: Int32Array;
  /** Numbers of changes. */
  readonly epsilons: readonly number[];
  readonly direction?: "add" | "remove";
  /**
   * Features changed between two gradients; 1 where absent, all of them where the model is affine and of two classes.
   */
  readonly perGradient?: number;
  onProgress?(done: number): void;
}

/** Attacked sparse rows at one number of changes. */
export interface SparseFlipsResult {
  readonly points: SparseRows;
  /** The objective reached, one per point, positive where the model errs. */
  readonly objective: Float64Array;
  /** How many features of each point changed. */
  readonly size: Float64Array;
  /** 1 for each row that met a gradient, or scores, that are not finite. */
  readonly nonFinite: Uint8Array;
  /** Rows of scores and of gradients that were asked for. */
  readonly queries: { readonly scores: number; readonly gradients: number };
}

/** Numbers that a block of written-out rows may have: 16 MB of float32. */
const BLOCK = 2 ** 22;

/**
 * Changes up to epsilon binary features of each row, one result per budget, in the order given.
 *
 * The attack sees a model of the columns in which the full model has a weight or a row of the block an entry, because
 * no other has a gradient at zero; of an affine model only the columns that any row could choose. Rows go through in
 * blocks of bounded size; each budget starts from the smaller one's solution.
 *
 * Source: Demontis et al. 2019, section 5.1 (Drebin: L1, additions only).
 *
 * @throws InputError for rows that are not binary, and for models that do more with columns than weigh or sum them.
 */
export async function sparseFlips(task: SparseFlipsTask): Promise<readonly SparseFlipsResult[]> {
  const { model, runtime, x, labels, targets, epsilons, direction } = task;
  assert(labels.length === x.rows, "one label per row");
  requireBinary(x);
  const strongest = isAffine(model) ? await strongestColumns(task) : undefined;
  const candidates = strongest ?? weightedColumns(model);
  const attack = flipAttack({ perGradient: task.perGradient ?? (strongest ? Number.POSITIVE_INFINITY : 1) });
  const order = epsilons.map((_, e) => e).sort((a, b) => epsilons[a] - epsilons[b]);
  const changed = epsilons.map(() => [] as Int32Array[]);
  const objective = epsilons.map(() => new Float64Array(x.rows));
  const size = epsilons.map(() => new Float64Array(x.rows));
  const nonFinite = epsilons.map(() => new Uint8Array(x.rows));
  const queries = epsilons.map(() => ({ scores: 0, gradients: 0 }));
  for (let from = 0; from < x.rows; ) {
    const block = nextBlock(x, from, candidates);
    const to = from + block.rows;
    const { columns } = block;
    const opened = await openModel(runtime, onColumns(model, columns));
    if (!opened.differentiable) throw new Error(`internal: ${opened.notDifferentiable}`);
    const dense = writeOut(x, from, to, columns);
    let previous: Points | undefined;
    for (const e of order) {
      const threat: BudgetedThreat = {
        norm: l1,
        epsilon: epsilons[e],
        domain: {
          lower: new Float64Array(columns.length),
          upper: new Float64Array(columns.length).fill(1),
          kinds: new Array<"binary">(columns.length).fill("binary"),
        },
        ...(direction && { direction }),
      };
      const result = await runAttack(attack, {
        models: [opened.differentiable],
        x: tensor("float32", [to - from, columns.length], dense),
        labels: labels.subarray(from, to),
        ...(targets && { targets: targets.subarray(from, to) }),
        threat,
        ...(previous && { start: previous }),
        seed: 0,
      });
      previous = pointsOf(result.points);
      objective[e].set(result.objective, from);
      size[e].set(result.size, from);
      nonFinite[e].set(result.nonFinite, from);
      queries[e].scores += result.queries.scores;
      queries[e].gradients += result.queries.gradients;
      for (let row = 0; row < to - from; row++) changed[e].push(setColumns(previous, row, columns));
    }
    await opened.close();
    from = to;
    task.onProgress?.(from / x.rows);
  }
  return epsilons.map((_, e) => ({
    points: ofColumns(changed[e], x.columns),
    objective: objective[e],
    size: size[e],
    nonFinite: nonFinite[e],
    queries: queries[e],
  }));
}

/**
 * Where an affine model of two classes has the same gradient at every point, no point can choose but among the columns
 * of largest gradient of either sign: as many as it may change and has set already. Else undefined: of more classes the
 * best other one changes from place to place.
 */
async function strongestColumns({ model, runtime, x, epsilons }: SparseFlipsTask): Promise<Int32Array | undefined> {
  const opened = await openModel(runtime, model);
  if (opened.classes !== 2 || !opened.differentiable) return opened.close().then(() => undefined);
  const zero = tensor("float32", [1, x.columns], new Float32Array(x.columns));
  const { gradient } = await opened.differentiable.inputGradient("margin", zero, Int32Array.of(0));
  await opened.close();
  let entries = 0;
  for (let i = 0; i < x.rows; i++) entries = Math.max(entries, x.start[i + 1] - x.start[i]);
  const count = Math.floor(Math.max(...epsilons)) + entries;
  const slopes = gradient.data;
  const sorted = Int32Array.from(slopes.keys())
    .filter((j) => slopes[j] !== 0)
    .sort((a, b) => slopes[a] - slopes[b] || a - b);
  return sorted.filter((_, rank) => rank < count || rank >= sorted.length - count);
}

/** As many rows from `from` on as fit, and the columns they need: candidates for changes and their own. */
function nextBlock(x: SparseRows, from: number, candidates: Int32Array) {
  const isUsed = new Uint8Array(x.columns);
  for (const j of candidates) isUsed[j] = 1;
  let count = candidates.length;
  let rows = 0;
  while (from + rows < x.rows) {
    const own = x.index.subarray(x.start[from + rows], x.start[from + rows + 1]);
    const grown = count + own.reduce((sum, j) => sum + (isUsed[j] === 1 ? 0 : 1), 0);
    if (rows > 0 && grown * (rows + 1) > BLOCK) break;
    for (const j of own) isUsed[j] = 1;
    count = grown;
    rows++;
  }
  const columns = new Int32Array(count);
  for (let j = 0, at = 0; j < x.columns; j++) if (isUsed[j] === 1) columns[at++] = j;
  return { rows, columns };
}

function writeOut(x: SparseRows, from: number, to: number, columns: Int32Array): Float32Array {
  const position = new Map(Array.from(columns, (j, at) => [j, at]));
  const dense = new Float32Array((to - from) * columns.length);
  for (let row = from; row < to; row++) {
    for (let entry = x.start[row]; entry < x.start[row + 1]; entry++) {
      dense[(row - from) * columns.length + position.get(x.index[entry])!] = x.value[entry];
    }
  }
  return dense;
}

/** The columns, in the full space, that are set in a row. */
function setColumns({ data, columns: width }: Points, row: number, columns: Int32Array): Int32Array {
  const set: number[] = [];
  for (let j = 0; j < width; j++) if (data[row * width + j] !== 0) set.push(columns[j]);
  return Int32Array.from(set);
}

function ofColumns(rows: readonly Int32Array[], columns: number): SparseRows {
  const start = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    start[i + 1] = start[i] + row.length;
  });
  const index = new Int32Array(start[rows.length]);
  rows.forEach((row, i) => {
    index.set(row, start[i]);
  });
  return { rows: rows.length, columns, start, index, value: new Float64Array(index.length).fill(1) };
}

function requireBinary(x: SparseRows): void {
  const stranger = x.value.find((value) => value !== 1);
  if (stranger === undefined) return;
  throw new InputError("invalid", "features to flip", {
    expected: "binary ones, each 0 or 1",
    got: `${stranger}`,
    remedy: "binarise the data, or choose an attack for real features",
  });
}
