// The classes that a model gives the rows of a dataset, without sparse rows being written out where its scores are
// affine.

import type { Dataset } from "../data/dataset.ts";
import { isSparse, type SparseRows } from "../data/sparse.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { differentiate, gradientName } from "../onnx/differentiate.ts";
import { writeModel } from "../onnx/proto.ts";
import { allocate, type FloatType, sizeOf, type Tensor, tensor } from "../tensor.ts";
import { isAffine } from "./affine.ts";
import { compile, tellModel } from "./compile.ts";
import { rowsInput } from "./endpoints.ts";
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
  if (isSparse(data.features) && isAffine(model)) return argMax(await affineScores(runtime, model, data.features));
  const opened = await openModel(runtime, model);
  try {
    return argMax(await scoreRows(opened, data));
  } finally {
    await opened.close();
  }
}

/** Scores [N, K] that are affine in the rows: those of a row of zeros, and each row's product with their gradients. */
export async function affineScores(runtime: Runtime, model: Model, rows: SparseRows): Promise<Tensor<"float64">> {
  const { graph } = model.onnx!;
  const [{ name: input }] = graph.inputs;
  const output = model.scores ?? graph.outputs[0].name;
  const g = GraphBuilder.from(graph);
  const classes = Number(g.type(output).shape[1]);
  const single = Array.from({ length: classes }, (_, k) => g.node("Gather", [output, g.ints([k])], AXIS));
  const slopes = differentiate(g.graph([output, ...single]), { of: single, by: input, keep: [output] });
  const session = await compile(runtime, writeModel(modelOf(slopes)), tellModel(model));
  const { inputShape, inputType } = rowsInput(session);
  const zeros = allocate(inputType as FloatType, sizeOf(inputShape));
  const found = await session.run({ [input]: tensor(inputType as FloatType, [1, ...inputShape], zeros) });
  await session.release();
  const atZero = found[output].data as Float32Array;
  const weights = single.map((name) => found[gradientName(name, input)].data as Float32Array);
  const scores = new Float64Array(rows.rows * classes);
  weights.forEach((w, k) => {
    for (let i = 0; i < rows.rows; i++) {
      let score = atZero[k];
      for (let entry = rows.start[i]; entry < rows.start[i + 1]; entry++)
        score += rows.value[entry] * w[rows.index[entry]];
      scores[i * classes + k] = score;
    }
  });
  return tensor("float64", [rows.rows, classes], scores);
}

const AXIS = { axis: { int: 1 } };
