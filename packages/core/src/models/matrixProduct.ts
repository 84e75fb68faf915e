// Matrix products by the injected runtime, for what plain loops would compute twenty times slower.

import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { writeModel } from "../onnx/proto.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { Runtime } from "./runtime.ts";

/** A product of two float64 matrices, compiled once; `release` ends it. */
export interface MatrixProduct {
  multiply(a: Tensor<"float64">, b: Tensor<"float64">): Promise<Tensor<"float64">>;
  release(): Promise<void>;
}

/** Compiles A B^T (`transpose` "right") or A^T B ("left") in float64. */
export async function matrixProduct(runtime: Runtime, transpose: "left" | "right"): Promise<MatrixProduct> {
  const g = new GraphBuilder();
  const a = g.input("a", "float64", ["M", "P"]);
  const b = g.input("b", "float64", ["N", "Q"]);
  g.output(g.node("Gemm", [a, b], { [transpose === "left" ? "transA" : "transB"]: { int: 1 } }), "product");
  const session = await runtime.compile(writeModel(modelOf(g.graph())));
  return {
    async multiply(left, right) {
      const inner = transpose === "left" ? 0 : 1;
      const shape = [left.shape[1 - inner], right.shape[1 - inner]];
      // The runtime refuses empty matrices in some hosts.
      if (shape.includes(0) || left.shape[inner] === 0) {
        return tensor("float64", shape, new Float64Array(shape[0] * shape[1]));
      }
      return (await session.run({ a: left, b: right })).product as Tensor<"float64">;
    },
    release: () => session.release(),
  };
}
