// Networks as lists of layers: convolutions, pooling, dense layers, dropout; ReLU between, scores at the end.

import { z } from "zod";
import { InputError } from "../../errors.ts";
import type { Stream } from "../../random.ts";
import { sizeOf, type Tensor, tensor } from "../../tensor.ts";
import type { Network } from "./sgdGraph.ts";

const count = z.number().int().positive();

/** One layer as data. Convolutions and dense layers are followed by ReLU. */
export const layerSchema = z.union([
  z.strictObject({ conv: count, kernel: count, stride: count.default(1) }),
  z.strictObject({ pool: count }),
  z.strictObject({ dense: count }),
  z.strictObject({ dropout: z.number().min(0).lt(1) }),
]);

export type Layer = z.infer<typeof layerSchema>;

/** Weights of a network that an ONNX file of 2 GB holds; training has three more numbers for each. */
const MOST_WEIGHTS = 2 ** 28;

/** A step of the forward pass and the shape of a row after it. */
interface Stage {
  readonly shape: readonly number[];
  readonly add: Network["forward"];
}

/**
 * The network of the given layers on rows of a shape, with a dense layer of K scores at the end.
 *
 * `conv` has that many square filters without padding, `pool` takes the maximum of squares that do not overlap. Weights
 * and biases start uniform on +-1/sqrt(inputs of a unit), as in PyTorch.
 *
 * @throws InputError where a filter or a pool is larger than what it is to slide over.
 */
export function networkOf(
  rowShape: readonly number[],
  layers: readonly Layer[],
  classes: number,
  random: Stream,
): Network {
  const weights = new Map<string, Tensor<"float32">>();
  let total = 0;
  const addWeights = (shape: readonly number[], units: number): [string, string] => {
    const names: [string, string] = [`weights${weights.size / 2 + 1}`, `bias${weights.size / 2 + 1}`];
    const bound = 1 / Math.sqrt(sizeOf(shape) / units);
    total += sizeOf(shape) + units;
    if (total > MOST_WEIGHTS) throw tooLarge(layers, total);
    const draw = (size: number) => Float32Array.from({ length: size }, () => (2 * random.uniform() - 1) * bound);
    weights.set(names[0], tensor("float32", shape, draw(sizeOf(shape))));
    weights.set(names[1], tensor("float32", [units], draw(units)));
    return names;
  };
  const stages: Stage[] = [];
  let shape = rowShape;
  const push = (stage: Stage) => {
    stages.push(stage);
    shape = stage.shape;
  };
  const pushDense = (units: number, activated: boolean) => {
    const inputs = sizeOf(shape);
    const flat = shape.length === 1;
    const [w, b] = addWeights([inputs, units], units);
    push({
      shape: [units],
      add(g, x, weight = same) {
        const rows = flat ? x : g.node("Reshape", [x, g.ints([-1, inputs])]);
        const value = g.node("Gemm", [rows, weight(w), weight(b)]);
        return activated ? g.node("Relu", [value]) : value;
      },
    });
  };
  for (const layer of layers) {
    if ("dense" in layer) pushDense(layer.dense, true);
    else if ("dropout" in layer) {
      const { dropout } = layer;
      if (dropout > 0) push({ shape, add: (_g, x, _weight, drop) => (drop ? drop(x, dropout) : x) });
    } else if ("pool" in layer) {
      const ints = { ints: [layer.pool, layer.pool] };
      const after = [shape[0], ...slide(shape, layer.pool, layer.pool)];
      push({ shape: after, add: (g, x) => g.node("MaxPool", [x], { kernel_shape: ints, strides: ints }) });
    } else {
      const { conv, kernel, stride } = layer;
      const after = [conv, ...slide(shape, kernel, stride)];
      const [w, b] = addWeights([conv, shape[0], kernel, kernel], conv);
      const strides = { strides: { ints: [stride, stride] } };
      push({
        shape: after,
        add: (g, x, weight = same) => g.node("Relu", [g.node("Conv", [x, weight(w), weight(b)], strides)]),
      });
    }
  }
  pushDense(classes, false);
  return {
    weights,
    forward: (g, x, weight, drop) => stages.reduce((value, { add }) => add(g, value, weight, drop), x),
  };
}

const same = (name: string) => name;

/** Height and width after a square window has slid over rows of [C, H, W]. */
function slide(shape: readonly number[], size: number, stride: number): number[] {
  const [, height, width] = shape;
  if (shape.length !== 3 || height < size || width < size) {
    throw new InputError("invalid", "layers of the network", {
      expected: `an image of at least ${size} x ${size} before a window of that size`,
      got: shape.length === 3 ? `${height} x ${width}` : `a row of shape [${shape}]`,
      remedy: "use smaller windows or strides, and put them before dense layers",
    });
  }
  return [Math.floor((height - size) / stride) + 1, Math.floor((width - size) / stride) + 1];
}

function tooLarge(layers: readonly Layer[], weights: number): InputError {
  return new InputError("unsupported", "layers of the network", {
    expected: `at most ${MOST_WEIGHTS} weights, which fit into an ONNX file`,
    got: `${weights.toPrecision(3)} or more with ${JSON.stringify(layers)}`,
    remedy: "give fewer units or filters (widths of mlp, layers of cnn)",
  });
}
