import { zerosLike } from "../broadcast.ts";
import { requirePlaces } from "../checks.ts";
import { isStatic } from "../dim.ts";
import { intAttribute } from "../graph.ts";
import { nodeError, type Operator, unknownSize } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = the slices of x at places that the last axis of the indices names. */
export const GatherND: Operator = {
  required: 2,
  check: requirePlaces,
  infer({ node, inputs: [x, indices] }) {
    const batch = intAttribute(node, "batch_dims", 0);
    const depth = indices!.shape.at(-1);
    if (typeof depth !== "number" || batch + depth > x!.shape.length) {
      throw nodeError(node, `places of at most ${x!.shape.length - batch} known numbers`, `${depth}`);
    }
    return [{ type: x!.type, shape: [...indices!.shape.slice(0, -1), ...x!.shape.slice(batch + depth)] }];
  },
  range: sameRange,
  gradient({ g, node, inputs: [x, indices], cotangent }) {
    const batch = intAttribute(node, "batch_dims", 0);
    const leading = g.type(indices).shape.slice(0, batch);
    let places = indices;
    // Each axis of the batch becomes a number in front of the place.
    for (let axis = batch - 1; axis >= 0; axis--) {
      if (!isStatic(leading)) throw unknownSize(node, "sizes of the batch axes", `[${leading}]`);
      const { shape } = g.type(indices);
      const column = shape.map((_, i) => (i === axis ? leading[axis] : 1));
      const count = Array.from({ length: leading[axis] }, (_, i) => i);
      const row = g.node("Reshape", [g.ints(count), g.ints(column)]);
      const head = g.node("Shape", [indices], { end: { int: -1 } });
      const wide = g.node("Concat", [head, g.ints([1])], { axis: { int: 0 } });
      places = g.node("Concat", [g.node("Expand", [row, wide]), places], { axis: { int: -1 } });
    }
    return [g.node("ScatterND", [zerosLike(g, x), places, cotangent], { reduction: { string: "add" } })];
  },
};
