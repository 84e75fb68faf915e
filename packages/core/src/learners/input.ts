// The input of every model that a learner writes.

import { type Dataset, featureCount } from "../data/dataset.ts";
import type { GraphBuilder } from "../onnx/builder.ts";

/** Declares the input `x` [N, ...featureShape] and returns its rows as vectors, [N, D]. */
export function flatInput(g: GraphBuilder, data: Dataset): string {
  const x = g.input("x", "float32", ["N", ...data.featureShape]);
  return data.featureShape.length === 1 ? x : g.node("Reshape", [x, g.ints([-1, featureCount(data)])]);
}
