// Scores of all rows of a dataset, a block at a time: what the model takes of another type, or sparse rows, would fill
// the memory.

import { type Dataset, denseRows, featureCount, rowCount } from "../data/dataset.ts";
import { type FloatType, type Tensor, tensor } from "../tensor.ts";
import type { Scorer } from "./open.ts";

/** Numbers of a block. */
const WRITTEN = 2 ** 21;

/** The scores [N, K] that a model gives the rows of a dataset, in memory that does not grow with N D. */
export async function scoreRows(model: Pick<Scorer, "scores" | "classes">, data: Dataset): Promise<Tensor<FloatType>> {
  const n = rowCount(data);
  const height = Math.max(1, Math.floor(WRITTEN / featureCount(data)));
  const all = new Float64Array(n * model.classes);
  let type: FloatType = "float32";
  for (let from = 0; from < n; from += height) {
    const part = await model.scores(denseRows(data, from, Math.min(n, from + height)));
    type = part.type;
    all.set(part.data, from * model.classes);
  }
  const shape = [n, model.classes];
  return type === "float32" ? tensor("float32", shape, new Float32Array(all)) : tensor("float64", shape, all);
}
