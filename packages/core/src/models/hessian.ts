// Products of a loss's input Hessian with vectors: the gradient graph, contracted and differentiated once more.

import { assert } from "../errors.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { differentiate, gradientName } from "../onnx/differentiate.ts";
import { writtenFor } from "../onnx/passes/writtenFor.ts";
import { type FloatType, type Tensor, tensor } from "../tensor.ts";
import { batchOf, inBatches } from "./batches.ts";
import { compile, tellGradient, tellModel } from "./compile.ts";
import { convert, rowsInput, scoresOutput } from "./endpoints.ts";
import { gradientGraph, LABEL, LOSS } from "./gradientGraph.ts";
import type { LossName } from "./losses.ts";
import type { Model } from "./model.ts";
import type { Runtime } from "./runtime.ts";
import { seenModel } from "./seen.ts";

/** A model whose second derivatives can be asked for; `close` ends it. */
export interface HessianProduct {
  /** H v of each row: H the second derivative of the row's loss by the row, v the same row of `vectors`. */
  multiply(x: Tensor, labels: Int32Array, vectors: Tensor<FloatType>): Promise<Tensor<FloatType>>;
  close(): Promise<void>;
}

const VECTOR = "carom:vector";
const ALONG = "carom:along";

/**
 * Compiles products with the input Hessian of a loss: d/dx (g . v) with v held fixed, so no Hessian is ever formed.
 *
 * Where a function has kinks the second derivative is that of the smooth pieces: 0 for the ReLU itself.
 *
 * Source: Pearlmutter 1994.
 *
 * @throws InputError where an operator has no rule; the message names it.
 */
export async function openHessian(runtime: Runtime, file: Model, loss: LossName): Promise<HessianProduct> {
  const { lacks } = runtime.limits;
  const model = await seenModel(runtime, file);
  const session = await compile(runtime, model.bytes, tellModel(model));
  const { input, inputShape, inputType } = rowsInput(session);
  const output = scoresOutput(session, model.scores);
  await session.release();
  assert(model.onnx, "second derivatives are asked of readable models only");
  const gradient = gradientName(LOSS, input.name);
  const g = GraphBuilder.from(gradientGraph(model, loss, input.name, output.name, lacks));
  const { type, shape } = g.type(input.name);
  const vector = g.input(VECTOR, type, shape);
  const axes = g.ints(shape.slice(1).map((_, i) => i + 1));
  const along = g.node("ReduceSum", [g.node("Mul", [gradient, vector]), axes], { keepdims: { int: 0 } });
  g.output(along, ALONG);
  const graph = differentiate(g.graph([ALONG]), { of: ALONG, by: input.name, keep: [], lacks });
  const compiled = await compile(runtime, modelOf(writtenFor(graph, lacks)), tellGradient(model));
  const given = new Set(compiled.inputs.map(({ name }) => name));
  // The graph holds forward values, their cotangents and the derivatives of both.
  const { rows: most, isFixed } = batchOf(runtime.limits, model.onnx, inputShape);
  const batch = { rows: isFixed ? most : Math.max(1, Math.floor(most / 3)), isFixed };
  return {
    async multiply(x, labels, vectors) {
      assert(labels.length === x.shape[0] && vectors.shape[0] === x.shape[0], "a label and a vector per row");
      const feeds = {
        [input.name]: convert(x, inputShape, inputType),
        [LABEL]: tensor("int32", [labels.length], labels),
        [VECTOR]: convert(vectors, inputShape, inputType),
      };
      const [product] = await inBatches(feeds, batch, async (part) => {
        const used = Object.fromEntries(Object.entries(part).filter(([name]) => given.has(name)));
        return [(await compiled.run(used))[gradientName(ALONG, input.name)]];
      });
      return { ...product, shape: x.shape } as Tensor<FloatType>;
    },
    close: () => compiled.release(),
  };
}
