// Resampling, by what the standard says of each element of the output: a weighted sum of neighbours along each axis.

import { floatAttribute, intAttribute, intsAttribute, type Node, stringAttribute } from "../../src/onnx/graph.ts";
import { at, axisOf, type Evaluate, generate, type Index, type Value } from "./value.ts";

/** What happens along one axis. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** Start and end of what is cut out, as shares of the length. */
  readonly region: readonly [number, number];
}

/** The triangle, or cubic convolution with slope a (Keys, 1981): the weight at a distance. */
function kernel(mode: string, d: number, a: number): number {
  if (mode === "linear") return Math.max(0, 1 - d);
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

export const Resize: Evaluate = (node, [x, roi, scales, sizes]) => {
  const axes = axesOf(node, x, roi, scales, sizes);
  const outside = floatAttribute(node, "extrapolation_value", 0);
  const isCut = stringAttribute(node, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";
  const same = axes.every(({ from, to }) => from === to);
  const value = (index: Index, axis: number, places: readonly number[]): number => {
    if (axis === axes.length) return at(x, places);
    return neighbours(node, index[axis], axes[axis]).reduce(
      (sum, [place, weight]) => sum + weight * value(index, axis + 1, [...places, place]),
      0,
    );
  };
  const isOutside = (index: Index) =>
    isCut &&
    axes.some((axis, i) => {
      const place = source(node, index[i], axis);
      return place < 0 || place > axis.from - 1;
    });
  const shape = axes.map(({ to }) => to);
  // The runtime copies where no size changes.
  return [same ? x : generate(x.type, shape, (index) => (isOutside(index) ? outside : value(index, 0, [])))];
};

function axesOf(node: Node, x: Value, roi?: Value, scales?: Value, sizes?: Value): readonly Axis[] {
  const rank = x.shape.length;
  const all = x.shape.map((_, axis) => axis);
  const chosen = intsAttribute(node, "axes", all).map((axis) => axisOf(axis, rank));
  const policy = stringAttribute(node, "keep_aspect_ratio_policy", "stretch");
  const [given, wanted] = [scales?.data ?? [], sizes?.data ?? []];
  const ratios = chosen.map((axis, i) => Math.fround(wanted[i] / x.shape[axis]));
  const common = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  const isCut = stringAttribute(node, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";
  return x.shape.map((from, axis): Axis => {
    const i = chosen.indexOf(axis);
    if (i < 0) return { from, to: from, scale: 1, region: [0, 1] };
    const region = isCut ? ([roi!.data[i], roi!.data[i + chosen.length]] as const) : ([0, 1] as const);
    if (wanted.length === 0) return { from, to: Math.floor(from * given[i]), scale: given[i], region };
    if (policy === "stretch") return { from, to: wanted[i], scale: ratios[i], region };
    return { from, to: Math.floor(common * from + 0.5), scale: common, region };
  });
}

/**
 * Where an element lies in the input; in float32, as the runtime reckons, since halves decide which neighbour is taken.
 */
function source(node: Node, o: number, { from, to, scale, region }: Axis): number {
  const f = Math.fround;
  const half = () => f(f((o + 0.5) / f(scale)) - 0.5);
  switch (stringAttribute(node, "coordinate_transformation_mode", "half_pixel")) {
    case "asymmetric":
      return f(o / f(scale));
    case "align_corners":
      return to === 1 ? 0 : f((o * (from - 1)) / (to - 1));
    case "pytorch_half_pixel":
      return to === 1 ? 0 : half();
    case "half_pixel_symmetric":
      return (from / 2) * (1 - to / (from * scale)) + (o + 0.5) / scale - 0.5;
    case "tf_crop_and_resize":
      return to === 1
        ? 0.5 * (region[0] + region[1]) * (from - 1)
        : region[0] * (from - 1) + (o * (region[1] - region[0]) * (from - 1)) / (to - 1);
    default:
      return half();
  }
}

/** The elements of the input that one of the output is made of, with their weights. */
function neighbours(node: Node, o: number, axis: Axis): readonly (readonly [place: number, weight: number])[] {
  const { from, to, scale, region } = axis;
  if (from === to && scale === 1 && region[0] === 0 && region[1] === 1) return [[o, 1]];
  const clamp = (place: number) => Math.min(from - 1, Math.max(0, place));
  const place = source(node, o, axis);
  const mode = stringAttribute(node, "mode", "nearest");
  if (mode === "nearest") return [[clamp(rounded(node, place)), 1]];
  const stretch = intAttribute(node, "antialias", 0) === 0 ? 1 : Math.max(1, 1 / scale);
  const a = floatAttribute(node, "cubic_coeff_a", -0.75);
  const reach = Math.ceil(2 * stretch) + 1;
  const all = Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const at = Math.floor(place) - reach + i;
    return [at, kernel(mode, Math.abs(at - place) / stretch, a)] as const;
  });
  const isInside = (at: number) => at >= 0 && at < from;
  const kept = intAttribute(node, "exclude_outside", 0) === 0 ? all : all.filter(([at]) => isInside(at));
  const total = kept.reduce((sum, [, weight]) => sum + weight, 0);
  return kept.filter(([, weight]) => weight !== 0).map(([at, weight]) => [clamp(at), weight / total]);
}

function rounded(node: Node, place: number): number {
  switch (stringAttribute(node, "nearest_mode", "round_prefer_floor")) {
    case "floor":
      return Math.floor(place);
    case "ceil":
      return Math.ceil(place);
    default: {
      // The runtime takes what is less than a millionth off half-way for half-way.
      const isHalf = Math.abs(place - Math.floor(place) - 0.5) < 1e-6;
      const prefersCeil = stringAttribute(node, "nearest_mode", "round_prefer_floor") === "round_prefer_ceil";
      return isHalf ? Math.floor(place) + Number(prefersCeil) : Math.round(place);
    }
  }
}
