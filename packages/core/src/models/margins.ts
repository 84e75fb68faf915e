// Margins that attacks climb where a model gives probabilities: those of the logits, which do not saturate.

import { builderOf } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { prune } from "../onnx/prune.ts";
import { type FloatType, gatherRows, type Tensor } from "../tensor.ts";
import { logitsOf } from "./logits.ts";
import { margin } from "./losses.ts";
import type { Model } from "./model.ts";

/** The graph that gives the logits of a model's probabilities; undefined where there are none to be found. */
export function logitsGraph({ onnx, probabilities }: Model, output: string): Graph | undefined {
  if (!onnx || !probabilities) return undefined;
  const g = builderOf(onnx.graph);
  const logits = g && logitsOf(g, output);
  return logits && prune(g.graph([logits.scores]));
}

type Scores = (x: Tensor) => Promise<Tensor<FloatType>>;

/** Margins below this share of a row's largest logit may have another sign in the file, which rounds otherwise. */
const CLOSE = 1e-4;

/**
 * The margin of each row's logits. What is right is what the model's own scores say: where both could differ by
 * rounding, theirs count.
 */
export async function marginsOfLogits(
  logits: Scores,
  scores: Scores,
  x: Tensor,
  labels: Int32Array,
): Promise<Float64Array> {
  const values = await logits(x);
  const margins = margin(values, labels);
  const classes = values.shape[1];
  const close = Int32Array.from(margins.keys()).filter((i) => {
    const row = Array.from(values.data.subarray(i * classes, (i + 1) * classes), Math.abs);
    return Math.abs(margins[i]) <= CLOSE * Math.max(...row);
  });
  if (close.length === 0) return margins;
  const own = margin(
    await scores(gatherRows(x, close)),
    close.map((i) => labels[i]),
  );
  close.forEach((i, row) => {
    if (own[row] > 0 !== margins[i] > 0) margins[i] = own[row];
  });
  return margins;
}
