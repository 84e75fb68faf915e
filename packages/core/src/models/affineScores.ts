// Scores that are affine in the rows, of sparse rows that are never written out: those of a row of zeros, and each
// row's product with the slopes.

import type { SparseRows } from "../data/sparse.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { differentiate, gradientName } from "../onnx/differentiate.ts";
import { writeModel } from "../onnx/proto.ts";
import { allocate, type FloatType, sizeOf, type Tensor, tensor } from "../tensor.ts";
import { compile, tellModel } from "./compile.ts";
import { rowsInput } from "./endpoints.ts";
import type { Model } from "./model.ts";
import type { Runtime } from "./runtime.ts";

/** What affine scores are made of. */
export interface Slopes {
  /** The K scores of a row of zeros. */
  readonly atZero: Tensor<FloatType>;
  /** Of each class the D slopes. */
  readonly weights: readonly Tensor<FloatType>["data"][];
}

/** The slopes of a model whose scores are affine (`hasAffineScores`), as the runtime computes them at zeros. */
export async function slopesOf(runtime: Runtime, model: Model): Promise<Slopes> {
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
  return {
    atZero: found[output] as Tensor<FloatType>,
    weights: single.map((name) => (found[gradientName(name, input)] as Tensor<FloatType>).data),
  };
}

/** The scores [N, K], each summed in float64. */
export function affineScores({ atZero, weights }: Slopes, rows: SparseRows): Tensor<"float64"> {
  const classes = weights.length;
  const scores = new Float64Array(rows.rows * classes);
  weights.forEach((w, k) => {
    for (let i = 0; i < rows.rows; i++) {
      let score = atZero.data[k];
      for (let entry = rows.start[i]; entry < rows.start[i + 1]; entry++)
        score += rows.value[entry] * w[rows.index[entry]];
      scores[i * classes + k] = score;
    }
  });
  return tensor("float64", [rows.rows, classes], scores);
}

const AXIS = { axis: { int: 1 } };
