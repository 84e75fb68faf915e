// Multidirectional broadcasting: the shape that results, and the sum that undoes it in a gradient.

import type { Dim } from "./dim.ts";
import { type GraphWriter, type InferContext, nodeError } from "./operator.ts";
import type { ValueType } from "./valueType.ts";

/** The common shape of operands of one node. A symbol against a number other than 1 is taken to equal it. */
export function broadcastShapes({ node, inputs }: InferContext): readonly Dim[] {
  let shape: readonly Dim[] = [];
  for (const input of inputs) {
    const [long, short] = shape.length >= input!.shape.length ? [shape, input!.shape] : [input!.shape, shape];
    const offset = long.length - short.length;
    shape = long.map((a, i) => {
      const b = i < offset ? 1 : short[i - offset];
      if (a === b || b === 1) return a;
      if (a === 1) return b;
      if (typeof a === "string" || typeof b === "string") return typeof a === "number" ? a : b;
      const shapes = inputs.map((value) => `[${value!.shape}]`).join(" and ");
      throw nodeError(node, "shapes that broadcast", shapes);
    });
  }
  return shape;
}

/** The shape rule of elementwise operators of several inputs: broadcast shape, type of the first. */
export function broadcastFirstType(context: InferContext): readonly ValueType[] {
  return [{ type: context.inputs[0]!.type, shape: broadcastShapes(context) }];
}

/** The shape rule of comparisons: broadcast shape, truth values. */
export function broadcastToBool(context: InferContext): readonly ValueType[] {
  return [{ type: "bool", shape: broadcastShapes(context) }];
}

/** Sums a gradient over the axes along which `target` was broadcast, so that it has the shape of `target`. */
export function reduceTo(g: GraphWriter, gradient: string, target: string): string {
  const from = g.type(gradient).shape;
  const to = g.type(target).shape;
  const offset = from.length - to.length;
  const leading = Array.from({ length: offset }, (_, i) => i);
  const stretched = to.flatMap((dim, i) => (dim === 1 && from[i + offset] !== 1 ? [i + offset] : []));
  let result = gradient;
  if (stretched.length > 0) result = g.node("ReduceSum", [result, g.ints(stretched)], { keepdims: { int: 1 } });
  if (leading.length > 0) result = g.node("ReduceSum", [result, g.ints(leading)], { keepdims: { int: 0 } });
  return result;
}

/** Zeros of the shape and type of a value, whatever it holds (zero times infinity is not zero). */
export function zerosLike(g: GraphWriter, value: string): string {
  return g.node("Expand", [g.scalar(0, value), g.node("Shape", [value])]);
}

/** Repeats `value` to the shape of `like`, unless it has that shape already. */
export function expandLike(g: GraphWriter, value: string, like: string): string {
  const from = g.type(value).shape;
  const to = g.type(like).shape;
  if (from.length === to.length && from.every((dim, i) => dim === to[i])) return value;
  return g.node("Expand", [value, g.node("Shape", [like])]);
}
