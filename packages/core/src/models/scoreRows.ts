// Scores of all rows of a dataset, a block at a time: what the model takes of another type, or sparse rows, would fill
// the memory. Affine scores of sparse rows come from slopes, without the rows being written out.

import { type Dataset, denseRows, featureCount, rowCount, spreadRows } from "../data/dataset.ts";
import { isSparse, type SparseRows, sparseType } from "../data/sparse.ts";
import { allocate, type FloatType, type Tensor, tensor, toFloat, toNumbers } from "../tensor.ts";
import { affineScores, type Slopes } from "./affineScores.ts";
import type { OpenModel, Scorer } from "./open.ts";

/** Numbers of a block. */
const WRITTEN = 2 ** 21;
/** Scores from slopes that are this share of the largest away from the model's own are not believed. */
const APART = 1e-4;

type Scoring = Pick<OpenModel, "scores" | "classes" | "slopes">;

/**
 * The scores [N, K] that a model gives the rows of a dataset, in memory that does not grow with N D.
 *
 * Of sparse rows and affine scores they are sums in float64 of the model's slopes, rounded once to the type of its
 * scores: nearer to what the file says than its own, which differ by the rounding of each step. Some rows are asked of
 * the model itself, and all are where those show that its scores are something else than its graph says.
 */
export async function scoreRows(model: Scoring, data: Dataset): Promise<Tensor<FloatType>> {
  const n = rowCount(data);
  const height = heightOf(data);
  const slopes = isSparse(data.features) ? await slopesOn(model, data) : undefined;
  if (slopes) return toFloat(affineScores(slopes, data.features as SparseRows), slopes.atZero.type);
  const all = new Float64Array(n * model.classes);
  const visit = isSparse(data.features) ? sparseBlocks(data.features, data.featureShape, height) : denseBlocks(data);
  let type: FloatType = "float32";
  for (let from = 0; from < n; from += height) {
    const part = await visit(from, Math.min(n, from + height), (rows) => model.scores(rows));
    type = part.type;
    all.set(part.data, from * model.classes);
  }
  const shape = [n, model.classes];
  return type === "float32" ? tensor("float32", shape, new Float32Array(all)) : tensor("float64", shape, all);
}

/**
 * The slopes of a model on sparse rows; undefined where its scores are not affine, or some rows spread over the data
 * have others.
 */
export async function slopesOn({ slopes: read, ...model }: Scoring, data: Dataset): Promise<Slopes | undefined> {
  const slopes = await read?.();
  if (!slopes?.weights.every((each) => each.every(Number.isFinite))) return undefined;
  const some = spreadRows(data, heightOf(data));
  const [own, same] = [await scoreRows(model, some), affineScores(slopes, some.features as SparseRows)];
  const said = toNumbers(own);
  const largest = Math.max(...said.map(Math.abs));
  return said.every((score, i) => Math.abs(score - same.data[i]) <= APART * largest) ? slopes : undefined;
}

/** Rows that are written out at a time. */
const heightOf = (data: Dataset) => Math.max(1, Math.floor(WRITTEN / featureCount(data)));

/** Asks for the scores of the rows from one on, up to another. */
type Visit = (from: number, to: number, scores: Scorer["scores"]) => ReturnType<Scorer["scores"]>;

const denseBlocks =
  (data: Dataset): Visit =>
  (from, to, scores) =>
    scores(denseRows(data, from, to));

/** Writes sparse rows out in the same memory, in the type of their numbers: only what was written is cleared again. */
function sparseBlocks(x: SparseRows, shape: readonly number[], height: number): Visit {
  const type = sparseType(x);
  const written = allocate(type, Math.min(height, x.rows) * x.columns);
  const write = (from: number, to: number, value: (entry: number) => number) => {
    for (let row = from, base = 0; row < to; row++, base += x.columns) {
      for (let entry = x.start[row]; entry < x.start[row + 1]; entry++) written[base + x.index[entry]] = value(entry);
    }
  };
  return async (from, to, scores) => {
    write(from, to, (entry) => x.value[entry]);
    const found = await scores(tensor(type, [to - from, ...shape], written.subarray(0, (to - from) * x.columns)));
    write(from, to, () => 0);
    return found;
  };
}
