import type { FloatType } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import type { Dim } from "../dim.ts";
import { intAttribute, intsAttribute, type Node, stringAttribute } from "../graph.ts";
import { interpolationMatrix } from "../interpolation.ts";
import {
  contentOf,
  nodeError,
  normalizeAxis,
  type Operator,
  unknownSize,
  unsupportedNode,
  type ValueType,
} from "../operator.ts";

/**
 * y = x resampled along some axes, by the nearest element or linearly between neighbours.
 *
 * Along each axis that is a product with a matrix; the gradient is the product with its transpose.
 */
export const Resize: Operator = {
  infer({ node, inputs, unknownDim }) {
    const [x] = inputs;
    const changes = changesOf(node, inputs);
    return [{ type: x!.type, shape: changes?.map(({ size }) => size ?? unknownDim()) ?? x!.shape.map(unknownDim) }];
  },
  gradient({ g, node, inputs, cotangent }) {
    const mode = stringAttribute(node, "mode", "nearest");
    if ((mode !== "nearest" && mode !== "linear") || intAttribute(node, "antialias", 0) !== 0) {
      throw nodeError(node, 'mode "nearest" or "linear" without antialias', `"${mode}"`);
    }
    const known = inputs.map((name) => (name ? g.type(name) : undefined));
    const { type, shape } = known[0]!;
    const changes = changesOf(node, known);
    if (!changes) throw unknownSize(node, "sizes", "computed ones");
    let result = cotangent;
    changes.forEach(({ size, scale }, axis) => {
      const from = shape[axis];
      if (scale === 1 || (scale === undefined && size === from)) return;
      if (typeof from !== "number" || typeof size !== "number") {
        throw unknownSize(node, "sizes along resampled axes", `${from} and ${size}`);
      }
      const ratio = scale ?? Math.fround(size / from);
      const matrix = g.constant(interpolationMatrix(node, from, size, ratio, type as FloatType));
      result = multiplyAlong(g, result, axis, matrix);
    });
    return [result];
  },
};

/** What becomes of an axis: its new size, where that is known, and the scale, where that is given. */
interface Change {
  readonly size: Dim | undefined;
  readonly scale?: number;
}

/** What becomes of each axis; undefined where sizes and scales are computed while the graph runs. */
function changesOf(node: Node, [x, , scales, sizes]: readonly (ValueType | undefined)[]): Change[] | undefined {
  const rank = x!.shape.length;
  if (stringAttribute(node, "keep_aspect_ratio_policy", "stretch") !== "stretch") {
    throw unsupportedNode(node, 'keep_aspect_ratio_policy "stretch"', "another");
  }
  const axes = intsAttribute(
    node,
    "axes",
    x!.shape.map((_, i) => i),
  ).map((axis) => normalizeAxis(node, axis, rank));
  const isGiven = (value: ValueType | undefined) => value !== undefined && value.shape[0] !== 0;
  const list = contentOf(isGiven(sizes) ? sizes : scales);
  if (!list) return undefined;
  if (list.length !== axes.length) throw nodeError(node, "one size or scale per axis", `${list.length}`);
  const changes: Change[] = x!.shape.map((size) => ({ size }));
  axes.forEach((axis, i) => {
    const [from, entry] = [x!.shape[axis], list[i]];
    if (isGiven(sizes)) changes[axis] = { size: entry };
    else if (typeof entry === "number" && entry !== 1) {
      changes[axis] = { size: typeof from === "number" ? Math.floor(from * entry) : undefined, scale: entry };
    } else if (entry !== 1) changes[axis] = { size: undefined };
  });
  return changes;
}

/** The product along an axis: y[.., i, ..] = sum over o of x[.., o, ..] matrix[o, i]. */
function multiplyAlong(g: GraphBuilder, value: string, axis: number, matrix: string): string {
  const rank = g.type(value).shape.length;
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[axis], perm[rank - 1]] = [rank - 1, axis];
  if (axis === rank - 1) return g.node("MatMul", [value, matrix]);
  const swap = { perm: { ints: perm } };
  return g.node("Transpose", [g.node("MatMul", [g.node("Transpose", [value], swap), matrix])], swap);
}
