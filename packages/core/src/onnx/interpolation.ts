// Resampling along one axis as a matrix: which elements of the input each element of the output is made of.

import { type FloatType, type Tensor, tensor } from "../tensor.ts";
import { type Node, stringAttribute } from "./graph.ts";
import { requireSmall } from "./limits.ts";
import { unsupportedNode } from "./operator.ts";

/** The matrix [output, input] by which a Resize node multiplies along an axis. */
export function interpolationMatrix(node: Node, input: number, output: number, scale: number, type: FloatType): Tensor {
  requireSmall(input * output, "pairs of elements along a resampled axis");
  const isLinear = stringAttribute(node, "mode", "nearest") === "linear";
  const matrix = new Float64Array(output * input);
  for (let o = 0; o < output; o++) {
    const x = scale === 1 ? o : coordinate(node, o, input, output, scale);
    const add = (place: number, weight: number) => {
      matrix[o * input + Math.min(input - 1, Math.max(0, place))] += weight;
    };
    if (isLinear) {
      const inside = Math.min(input - 1, Math.max(0, x));
      const low = Math.floor(inside);
      add(low, 1 - (inside - low));
      add(low + 1, inside - low);
    } else add(nearest(node, x), 1);
  }
  return tensor(type, [output, input], Array.from(matrix));
}

/** Where an element of the output lies in the input, rounded step by step as the runtime's float32 is. */
function coordinate(node: Node, o: number, input: number, output: number, scale: number): number {
  const centered = () => Math.fround(Math.fround((o + 0.5) / scale) - 0.5);
  const mode = stringAttribute(node, "coordinate_transformation_mode", "half_pixel");
  switch (mode) {
    case "half_pixel":
      return centered();
    case "pytorch_half_pixel":
      return output > 1 ? centered() : 0;
    case "half_pixel_symmetric": {
      const adjustment = output / (input * scale);
      return Math.fround((input / 2) * (1 - adjustment) + centered());
    }
    case "align_corners":
      return output === 1 ? 0 : Math.fround((o * (input - 1)) / (output - 1));
    case "asymmetric":
      return Math.fround(o / scale);
    default:
      throw unsupportedNode(node, "half_pixel, pytorch_half_pixel, align_corners or asymmetric coordinates", mode);
  }
}

function nearest(node: Node, x: number): number {
  const mode = stringAttribute(node, "nearest_mode", "round_prefer_floor");
  if (mode === "floor") return Math.floor(x);
  if (mode === "ceil") return Math.ceil(x);
  return mode === "round_prefer_ceil" ? Math.floor(x + 0.5) : Math.ceil(x - 0.5);
}
