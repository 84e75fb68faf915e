// The kernels of support vector machines between rows and constant vectors.

import { tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import { type Node, stringAttribute } from "../graph.ts";
import { nodeError } from "../operator.ts";
import { numbers } from "./lowering.ts";

/**
 * k(x, v) for rows x [N, F] and vectors v [M, F], as [N, M].
 *
 * LINEAR x.v; POLY (gamma x.v + c)^degree; SIGMOID tanh(gamma x.v + c); RBF exp(-gamma |x - v|^2), whose distances are
 * those of products, after the vectors' mean was taken from both so that little is lost to rounding.
 */
export function kernel(
  g: GraphBuilder,
  node: Node,
  x: string,
  vectors: readonly number[],
  [rows, features]: readonly [number, number],
): string {
  const name = stringAttribute(node, "kernel_type", "LINEAR");
  const [gamma = 0, coef0 = 0, degree = 0] = numbers(node, "kernel_params");
  const scaled = (value: string, factor: number) => g.node("Mul", [value, g.scalar(factor, value)]);
  const products = (left: string, right: readonly number[]) =>
    g.node("Gemm", [left, g.constant(tensor("float32", [rows, features], right))], { transB: { int: 1 } });
  const affine = () => g.node("Add", [scaled(products(x, vectors), gamma), g.scalar(coef0, x)]);
  switch (name) {
    case "LINEAR":
      return products(x, vectors);
    case "POLY":
      return g.node("Pow", [affine(), g.scalar(degree, x)]);
    case "SIGMOID":
      return g.node("Tanh", [affine()]);
    case "RBF": {
      const mean = Array.from({ length: features }, (_, f) => columnMean(vectors, f, features, rows));
      const centred = vectors.map((value, i) => value - mean[i % features]);
      const rest = g.node("Sub", [x, g.constant(tensor("float32", [features], mean))]);
      const norms = Array.from({ length: rows }, (_, i) =>
        centred.slice(i * features, (i + 1) * features).reduce((sum, value) => sum + value * value, 0),
      );
      const own = g.node("ReduceSum", [g.node("Mul", [rest, rest]), g.ints([1])]);
      const both = g.node("Add", [own, g.constant(tensor("float32", [1, rows], norms))]);
      return g.node("Exp", [scaled(g.node("Add", [both, scaled(products(rest, centred), -2)]), -gamma)]);
    }
    default:
      throw nodeError(node, "kernel_type LINEAR, POLY, RBF or SIGMOID", name);
  }
}

function columnMean(values: readonly number[], column: number, columns: number, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += values[row * columns + column];
  return Math.fround(sum / rows);
}
