// Resampling along one axis as a matrix: which elements of the input each element of the output is made of.

import { type FloatType, type Tensor, tensor } from "../tensor.ts";
import { floatAttribute, intAttribute, type Node, stringAttribute } from "./graph.ts";
import { requireSmall } from "./limits.ts";
import { nodeError, unsupportedNode } from "./operator.ts";

/** What becomes of an axis. */
export interface Resampling {
  readonly input: number;
  readonly output: number;
  /** Output by input, as the node says or as follows from its sizes. */
  readonly scale: number;
  /** The part of the input that is cut out, as shares of its length, where the node cuts. */
  readonly region?: readonly [start: number, end: number] | undefined;
}

/** The matrix [output, input] by which a Resize node multiplies along an axis; a row outside of the input is zero. */
export function interpolationMatrix(node: Node, axis: Resampling, type: FloatType): Tensor {
  const { input, output, scale } = axis;
  requireSmall(input * output, "pairs of elements along a resampled axis");
  const matrix = new Float64Array(output * input);
  const weigh = weightsOf(node, scale);
  const isCut = stringAttribute(node, "coordinate_transformation_mode", "half_pixel") === CUT;
  const excludesOutside = intAttribute(node, "exclude_outside", 0) !== 0;
  for (let o = 0; o < output; o++) {
    const x = scale === 1 && !isCut ? o : coordinate(node, o, axis);
    if (isCut && !(x >= 0 && x <= input - 1)) continue;
    const all = weigh(x);
    const kept = excludesOutside ? all.filter(([place]) => place >= 0 && place < input) : all;
    const total = kept.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [place, weight] of kept) matrix[o * input + Math.min(input - 1, Math.max(0, place))] += weight / total;
  }
  return tensor(type, [output, input], Array.from(matrix));
}

/** The coordinates that begin and end where the node says. */
const CUT = "tf_crop_and_resize";

/** Where an element of the output lies in the input, rounded step by step as the runtime's float32 is. */
function coordinate(node: Node, o: number, { input, output, scale, region }: Resampling): number {
  const centered = () => Math.fround(Math.fround((o + 0.5) / scale) - 0.5);
  const mode = stringAttribute(node, "coordinate_transformation_mode", "half_pixel");
  switch (mode) {
    case "half_pixel":
      return centered();
    case "pytorch_half_pixel":
      return output > 1 ? centered() : 0;
    case "half_pixel_symmetric": {
      // Its last bit is not the standard's, which decides for one neighbour or the other where they tie.
      if (stringAttribute(node, "mode", "nearest") === "nearest") {
        throw unsupportedNode(node, "neighbours that no rounding exchanges", "the nearest of half_pixel_symmetric");
      }
      const adjustment = Math.fround(output / Math.fround(input * scale));
      const offset = Math.fround((input / 2) * Math.fround(1 - adjustment));
      return Math.fround(Math.fround(offset + Math.fround((o + 0.5) / scale)) - 0.5);
    }
    case "align_corners":
      return output === 1 ? 0 : Math.fround((o * (input - 1)) / (output - 1));
    case "asymmetric":
      return Math.fround(o / scale);
    case CUT: {
      if (!region) throw nodeError(node, "the region to cut out", "none");
      const [start, end] = region.map(Math.fround);
      if (output === 1) return Math.fround(0.5 * (start + end) * (input - 1));
      return Math.fround(start * (input - 1) + (o * (end - start) * (input - 1)) / (output - 1));
    }
    default:
      throw unsupportedNode(node, "coordinates of a known mode", mode);
  }
}

/** The places that an element at a coordinate is made of, in the input or beside it, with their weights. */
function weightsOf(node: Node, scale: number): (x: number) => readonly (readonly [place: number, weight: number])[] {
  const mode = stringAttribute(node, "mode", "nearest");
  if (mode === "nearest") return (x) => [[nearest(node, x), 1]];
  if (mode !== "linear" && mode !== "cubic") throw unsupportedNode(node, "mode nearest, linear or cubic", mode);
  const kernel = mode === "linear" ? triangle : cubic(floatAttribute(node, "cubic_coeff_a", -0.75));
  // To smaller sizes the kernel is stretched, so that every element of the input counts.
  const stretch = intAttribute(node, "antialias", 0) === 0 ? 1 : Math.max(1, 1 / scale);
  const radius = (mode === "linear" ? 1 : 2) * stretch;
  return (x) => {
    const first = Math.floor(x - radius) + 1;
    const count = Math.ceil(x + radius) - first;
    return Array.from({ length: count }, (_, i) => [first + i, kernel(Math.abs(first + i - x) / stretch)] as const);
  };
}

function triangle(distance: number): number {
  return Math.max(0, 1 - distance);
}

/** The cubic convolution kernel with slope a (Keys, 1981). */
function cubic(a: number): (distance: number) => number {
  return (d) => {
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
  };
}

/**
 * The runtime takes a coordinate for half-way where it is nearer to it than this: less decides by what rounding lost.
 */
const TIE = 1e-6;

function nearest(node: Node, x: number): number {
  const mode = stringAttribute(node, "nearest_mode", "round_prefer_floor");
  if (mode === "floor") return Math.floor(x);
  if (mode === "ceil") return Math.ceil(x);
  const below = Math.floor(x);
  if (Math.abs(x - below - 0.5) < TIE) return mode === "round_prefer_ceil" ? below + 1 : below;
  return Math.round(x);
}
