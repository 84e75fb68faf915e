// ArgMax and ArgMin differ in nothing but the comparison.

import { intAttribute } from "../graph.ts";
import { type InferContext, normalizeAxis } from "../operator.ts";
import type { ValueType } from "../valueType.ts";

/** The shape rule of operators that tell a place along an axis. */
export function placesShape({ node, inputs: [x] }: InferContext): readonly ValueType[] {
  const axis = normalizeAxis(node, intAttribute(node, "axis", 0), x!.shape.length);
  const keep = intAttribute(node, "keepdims", 1);
  return [{ type: "int64", shape: x!.shape.flatMap((dim, i) => (i === axis ? (keep ? [1] : []) : [dim])) }];
}
