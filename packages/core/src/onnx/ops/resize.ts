import type { FloatType } from "../../tensor.ts";
import { type Dim, isStatic } from "../dim.ts";
import { intsAttribute, type Node, stringAttribute } from "../graph.ts";
import { interpolationMatrix, type Resampling } from "../interpolation.ts";
import {
  type GraphWriter,
  nodeError,
  normalizeAxis,
  type Operator,
  unknownSize,
  unsupportedNode,
} from "../operator.ts";
import { contentOf, type ValueType } from "../valueType.ts";

/**
 * y = x resampled along some axes, by the nearest element, linearly or by cubic convolution.
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
    const known = inputs.map((name) => (name ? g.type(name) : undefined));
    const { type, shape } = known[0]!;
    const changes = changesOf(node, known);
    if (!changes) throw unknownSize(node, "sizes", "computed ones");
    // Where no size changes the runtime copies, whatever the scales and the region say.
    if (changes.every(({ size }, axis) => size === shape[axis])) return [cotangent];
    let result = cotangent;
    changes.forEach(({ size, scale, region }, axis) => {
      const from = shape[axis];
      if (isWhole(region) && (scale === 1 || (scale === undefined && size === from))) return;
      if (typeof from !== "number" || typeof size !== "number") {
        throw unknownSize(node, "sizes along resampled axes", `${from} and ${size}`);
      }
      const resampling = { input: from, output: size, scale: scale ?? Math.fround(size / from), region };
      const matrix = g.constant(interpolationMatrix(node, resampling, type as FloatType));
      result = multiplyAlong(g, result, axis, matrix);
    });
    return [result];
  },
};

/** What becomes of an axis: its new size, where that is known, the scale, where that is given, and what is cut out. */
interface Change {
  readonly size: Dim | undefined;
  readonly scale?: number;
  readonly region?: Resampling["region"];
}

/** What becomes of each axis; undefined where sizes and scales are computed while the graph runs. */
export function changesOf(
  node: Node,
  [x, regions, scales, sizes]: readonly (ValueType | undefined)[],
): Change[] | undefined {
  const rank = x!.shape.length;
  const all = x!.shape.map((_, i) => i);
  const axes = intsAttribute(node, "axes", all).map((axis) => normalizeAxis(node, axis, rank));
  const isGiven = (value: ValueType | undefined) => value !== undefined && value.shape[0] !== 0;
  const list = contentOf(isGiven(sizes) ? sizes : scales);
  if (!list) return undefined;
  if (list.length !== axes.length) throw nodeError(node, "one size or scale per axis", `${list.length}`);
  const changes: Change[] = x!.shape.map((size) => ({ size }));
  const wanted = isGiven(sizes)
    ? inRatio(
        node,
        list,
        axes.map((axis) => x!.shape[axis]),
      )
    : undefined;
  axes.forEach((axis, i) => {
    const [from, entry] = [x!.shape[axis], list[i]];
    if (wanted) changes[axis] = wanted[i];
    else if (typeof entry === "number" && entry !== 1) {
      changes[axis] = { size: typeof from === "number" ? Math.floor(from * entry) : undefined, scale: entry };
    } else if (entry !== 1) changes[axis] = { size: undefined };
  });
  if (stringAttribute(node, "coordinate_transformation_mode", "half_pixel") !== "tf_crop_and_resize") return changes;
  const bounds = contentOf(regions);
  if (!bounds || !isStatic(bounds)) throw unsupportedNode(node, "a region that is constant", "a computed one");
  axes.forEach((axis, i) => {
    changes[axis] = { ...changes[axis], region: [bounds[i], bounds[i + axes.length]] };
  });
  return changes;
}

function isWhole(region: Change["region"]): boolean {
  return region === undefined || (region[0] === 0 && region[1] === 1);
}

/** The sizes that are given, or those in the ratio of the input that are as large as they allow, or no smaller. */
function inRatio(node: Node, sizes: readonly Dim[], from: readonly Dim[]): readonly Change[] {
  const policy = stringAttribute(node, "keep_aspect_ratio_policy", "stretch");
  if (policy === "stretch") return sizes.map((size) => ({ size }));
  if (!isStatic(sizes) || !isStatic(from)) throw unknownSize(node, "sizes that keep their ratio", `[${from}]`);
  const ratios = sizes.map((size, i) => Math.fround(size / from[i]));
  const scale = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return from.map((size) => ({ size: Math.floor(scale * size + 0.5), scale }));
}

/** The product along an axis: y[.., i, ..] = sum over o of x[.., o, ..] matrix[o, i]. */
function multiplyAlong(g: GraphWriter, value: string, axis: number, matrix: string): string {
  const rank = g.type(value).shape.length;
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[axis], perm[rank - 1]] = [rank - 1, axis];
  if (axis === rank - 1) return g.node("MatMul", [value, matrix]);
  const swap = { perm: { ints: perm } };
  return g.node("Transpose", [g.node("MatMul", [g.node("Transpose", [value], swap), matrix])], swap);
}
