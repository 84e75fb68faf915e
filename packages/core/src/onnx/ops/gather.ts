import { zerosLike } from "../broadcast.ts";
import { requirePlaces } from "../checks.ts";
import { axisOf, elementAt, moved } from "../dataPropagation.ts";
import { intAttribute } from "../graph.ts";
import { normalizeAxis, type Operator } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = the slices of x at indices along an axis; the axes of the index take the place of that axis. */
export const Gather: Operator = {
  required: 2,
  check: requirePlaces,
  infer({ node, inputs: [x, index] }) {
    const axis = normalizeAxis(node, intAttribute(node, "axis", 0), x!.shape.length);
    const shape = [...x!.shape.slice(0, axis), ...index!.shape, ...x!.shape.slice(axis + 1)];
    return [{ type: x!.type, shape }];
  },
  propagate: moved((node, [x, which]) => {
    const axis = axisOf(intAttribute(node, "axis", 0), x.shape.length);
    const rank = which.shape.length;
    return (index) => {
      const place = elementAt(which, index.slice(axis, axis + rank));
      if (typeof place !== "number") return undefined;
      return elementAt(x, [...index.slice(0, axis), axisOf(place, x.shape[axis]), ...index.slice(axis + rank)]);
    };
  }),
  range: sameRange,
  gradient({ g, node, inputs: [x, index], cotangent }) {
    const axis = normalizeAxis(node, intAttribute(node, "axis", 0), g.type(x).shape.length);
    const head = g.node("Shape", [x], { end: { int: axis } });
    const tail = g.node("Shape", [x], { start: { int: axis + 1 } });
    const flat = g.node("Concat", [head, g.ints([-1]), tail], { axis: { int: 0 } });
    const updates = g.node("Reshape", [cotangent, flat]);
    const after = g.type(x).shape.length - axis - 1;
    const column = g.node("Reshape", [index, g.ints([-1, ...new Array<number>(after).fill(1)])]);
    const indices = g.node("Expand", [column, g.node("Shape", [updates])]);
    const zeros = zerosLike(g, x);
    const attributes = { axis: { int: axis }, reduction: { string: "add" } };
    return [g.node("ScatterElements", [zeros, indices, updates], attributes)];
  },
};
