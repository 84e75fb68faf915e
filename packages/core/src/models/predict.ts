// The classes that a model gives the rows of a dataset, without sparse rows being written out where its scores are
// affine.

import type { Dataset } from "../data/dataset.ts";
import { isSparse } from "../data/sparse.ts";
import { hasAffineScores } from "./affine.ts";
import { affineScores, slopesOf } from "./affineScores.ts";
import { argMax } from "./losses.ts";
import type { Model } from "./model.ts";
import { openModel } from "./open.ts";
import type { Runtime } from "./runtime.ts";
import { scoreRows } from "./scoreRows.ts";

/**
 * The class of the highest score of each row, for models that were trained here: scores that are affine in sparse rows
 * are computed in float64 from the model's slopes, and so differ from its own by the rounding of float32.
 *
 * @example
 * ```ts
 * import { dataset, fit, learnerByName, predict, runtimeFrom, tensor } from "@carom/core";
 * import * as ort from "onnxruntime-node";
 *
 * const runtime = runtimeFrom(ort);
 * const data = dataset({ features: tensor("float32", [4, 1], [0, 1, 9, 10]), labels: [0, 0, 1, 1] });
 * const { model } = await fit(learnerByName("ridge"), data, { runtime, seed: 0, stream: "example" });
 * console.log([...(await predict(runtime, model, data))]); // [ 0, 0, 1, 1 ]
 * ```
 */
export async function predict(runtime: Runtime, model: Model, data: Dataset): Promise<Int32Array> {
  if (isSparse(data.features) && hasAffineScores(model)) {
    return argMax(affineScores(await slopesOf(runtime, model), data.features));
  }
  const opened = await openModel(runtime, model);
  try {
    return argMax(await scoreRows(opened, data));
  } finally {
    await opened.close();
  }
}
