// Scores of all rows of a dataset, a block at a time: what the model takes of another type, or sparse rows, would fill
// the memory.

import { type Dataset, denseRows, featureCount, rowCount } from "../data/dataset.ts";
import { isSparse, type SparseRows, sparseType } from "../data/sparse.ts";
import { allocate, type FloatType, type Tensor, tensor } from "../tensor.ts";
import type { Scorer } from "./open.ts";

/** Numbers of a block. */
const WRITTEN = 2 ** 21;

/** The scores [N, K] that a model gives the rows of a dataset, in memory that does not grow with N D. */
export async function scoreRows(model: Pick<Scorer, "scores" | "classes">, data: Dataset): Promise<Tensor<FloatType>> {
  const n = rowCount(data);
  const height = Math.max(1, Math.floor(WRITTEN / featureCount(data)));
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
