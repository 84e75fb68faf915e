// What a model of affine scores says of sparse rows that are never written out: scores, losses, and gradients as sums
// of slopes.

import type { Dataset } from "../../data/dataset.ts";
import { isSparse, type SparseRows } from "../../data/sparse.ts";
import { affineScores } from "../../models/affineScores.ts";
import type { OpenModel } from "../../models/open.ts";
import { slopesOn } from "../../models/scoreRows.ts";
import { type FloatType, type Tensor, tensor, toFloat } from "../../tensor.ts";
import { type FactoredRows, factoredRows } from "../../transfer/factoredRows.ts";

/** Answers of a model about sparse rows. */
export interface BySlopes {
  /** The rows that were given, as they are. */
  readonly rows: SparseRows;
  /** Scores of any rows of so many columns, summed in float64 and rounded once. */
  scores(rows: SparseRows): Tensor<FloatType>;
  /** Gradients of the cross-entropy at rows with these scores [N, K]. */
  gradients(scores: Tensor<FloatType>, labels: Int32Array): FactoredRows;
}

/** Undefined where rows are dense, scores are probabilities or not affine, or the model's own are others. */
export async function bySlopes(opened: OpenModel, data: Dataset): Promise<BySlopes | undefined> {
  const { features, featureShape } = data;
  if (!isSparse(features) || opened.probabilities) return undefined;
  const slopes = await slopesOn(opened, data);
  return (
    slopes && {
      rows: features,
      scores: (rows) => toFloat(affineScores(slopes, rows), slopes.atZero.type),
      gradients: (scores, labels) => factoredRows(slopesOfLoss(scores, labels), slopes.weights, featureShape),
    }
  );
}

/** The derivative of -log softmax(s)_y by the scores s, [N, K]: softmax(s), less 1 for the class y. */
function slopesOfLoss(scores: Tensor<FloatType>, labels: Int32Array): Tensor<"float64"> {
  const [n, classes] = scores.shape;
  const found = new Float64Array(n * classes);
  for (let i = 0; i < n; i++) {
    const row = Array.from(scores.data.subarray(i * classes, (i + 1) * classes));
    const highest = Math.max(...row);
    const shares = row.map((score) => Math.exp(score - highest));
    const sum = shares.reduce((total, share) => total + share, 0);
    for (let k = 0; k < classes; k++) found[i * classes + k] = shares[k] / sum - (k === labels[i] ? 1 : 0);
  }
  return tensor("float64", [n, classes], found);
}
