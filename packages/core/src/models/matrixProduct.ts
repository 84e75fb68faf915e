// Matrix products by the injected runtime, for what plain loops would compute twenty times slower.

import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { writeModel } from "../onnx/proto.ts";
import { type FloatType, type Tensor, zeros } from "../tensor.ts";
import type { Runtime } from "./runtime.ts";

/** A product of two matrices of one type, compiled once; `release` ends it. */
interface MatrixProduct<T extends FloatType> {
  multiply(a: Tensor<T>, b: Tensor<T>): Promise<Tensor<T>>;
  release(): Promise<void>;
}

/** Compiles A B^T (`transpose` "right") or A^T B ("left"). */
export async function matrixProduct<T extends FloatType>(
  runtime: Runtime,
  type: T,
  transpose: "left" | "right",
): Promise<MatrixProduct<T>> {
  const g = new GraphBuilder();
  const a = g.input("a", type, ["M", "P"]);
  const b = g.input("b", type, ["N", "Q"]);
  g.output(g.node("Gemm", [a, b], { [transpose === "left" ? "transA" : "transB"]: { int: 1 } }), "product");
  const session = await runtime.processor.compile(writeModel(modelOf(g.graph())));
  const inner = transpose === "left" ? 0 : 1;
  return {
    async multiply(left, right) {
      const shape = [left.shape[1 - inner], right.shape[1 - inner]];
      // Some hosts refuse empty matrices.
      if (shape.includes(0) || left.shape[inner] === 0) return zeros(type, shape);
      return (await session.run({ a: left, b: right })).product as Tensor<T>;
    },
    release: () => session.release(),
  };
}
