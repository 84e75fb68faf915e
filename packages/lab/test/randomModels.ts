// Networks of random shapes, written as ONNX files by a seed.

import { type Stream, sizeOf, stream, tensor } from "@carom/core";
import { GraphBuilder, modelOf, writeModel } from "@carom/core/onnx";
import type { OwnFile } from "../src/own/read.ts";

const one = <T>(random: Stream, choices: readonly T[]): T => choices[random.integer(choices.length)];
const ints = (...values: readonly number[]) => ({ ints: values });

/** Adds layers to a graph, of weights that keep the size of what goes through. */
function layersOf(g: GraphBuilder, random: Stream) {
  const weights = (...shape: readonly number[]) => {
    const scale = 1.5 / Math.sqrt(sizeOf(shape.slice(1)));
    return g.constant(
      tensor(
        "float32",
        shape,
        Float32Array.from({ length: sizeOf(shape) }, () => scale * random.normal()),
      ),
    );
  };
  const shift = (length: number) =>
    g.constant(
      tensor(
        "float32",
        [length],
        Array.from({ length }, () => random.normal() / 5),
      ),
    );
  const sizes = (name: string) => g.type(name).shape.map(Number);
  const activation = one(random, ["Relu", "Tanh", "Sigmoid", "Softplus", "LeakyRelu", "Elu", "HardSwish"]);
  return {
    active: (x: string) => g.node(activation, [x]),
    dense(x: string, width: number): string {
      const [, from] = sizes(x);
      if (random.uniform() < 0.5)
        return g.node("Gemm", [x, weights(width, from), shift(width)], { transB: { int: 1 } });
      const product = g.node("MatMul", [x, g.constant(transposed(random, from, width))]);
      return random.uniform() < 0.5 ? product : g.node("Add", [product, shift(width)]);
    },
    /** A convolution that fits; all of its attributes are drawn, those of the two axes apart. */
    conv(x: string): string {
      const [, channels, ...image] = sizes(x);
      const group = one(random, [1, 1, 1, ...(channels % 2 === 0 ? [2] : []), channels]);
      const filters = group * (1 + random.integer(3));
      const dilations = image.map((size) => (size >= 7 ? 1 + random.integer(2) : 1));
      const kernel = image.map(
        (size, axis) => 1 + random.integer(Math.min(5, 1 + Math.floor((size - 1) / dilations[axis]))),
      );
      const pads = Array.from({ length: 4 }, (_, i) => random.integer(Math.min(3, kernel[i % 2])));
      return g.node(
        "Conv",
        [x, weights(filters, channels / group, ...kernel), ...(random.uniform() < 0.7 ? [shift(filters)] : [])],
        {
          group: { int: group },
          kernel_shape: ints(...kernel),
          strides: ints(...image.map(() => 1 + random.integer(2))),
          dilations: ints(...dilations),
          pads: ints(...pads),
        },
      );
    },
    pool(x: string): string {
      const image = sizes(x).slice(2);
      const kernel = image.map((size) => Math.min(size, 2 + random.integer(2)));
      const strides = ints(...image.map(() => 1 + random.integer(2)));
      return g.node(one(random, ["MaxPool", "AveragePool"]), [x], { kernel_shape: ints(...kernel), strides });
    },
    normalized(x: string): string {
      const [, channels] = sizes(x);
      const spread = g.constant(
        tensor(
          "float32",
          [channels],
          Array.from({ length: channels }, () => 0.5 + random.uniform()),
        ),
      );
      return g.node("BatchNormalization", [x, spread, shift(channels), shift(channels), spread]);
    },
  };
}

function transposed(random: Stream, rows: number, columns: number) {
  const scale = 1.5 / Math.sqrt(rows);
  const values = Float32Array.from({ length: rows * columns }, () => scale * random.normal());
  return tensor("float32", [rows, columns], values);
}

/** A network of random depth, widths, activation and classes, or of random convolutions and pools before that. */
export function randomNetwork(kind: "MLP" | "CNN", seed: number): OwnFile {
  const random = stream(seed, "lab", kind);
  const g = new GraphBuilder();
  const shape =
    kind === "MLP" ? [2 + random.integer(30)] : [1 + random.integer(3), 5 + random.integer(8), 5 + random.integer(8)];
  const { active, dense, conv, pool, normalized } = layersOf(g, random);
  let x = g.input("x", "float32", ["N", ...shape]);
  if (kind === "CNN") {
    for (let k = 1 + random.integer(2); k > 0; k--) {
      x = conv(x);
      if (random.uniform() < 0.3) x = normalized(x);
      x = active(x);
      if (random.uniform() < 0.5) x = pool(x);
    }
    x = g.node(random.uniform() < 0.3 ? "GlobalAveragePool" : "Identity", [x]);
    x = g.node("Flatten", [x]);
  }
  for (let k = random.integer(4); k > 0; k--) x = active(dense(x, 2 + random.integer(20)));
  x = dense(x, 2 + random.integer(4));
  if (random.uniform() < 0.4) x = g.node("Softmax", [x], { axis: { int: -1 } });
  g.output(x, "scores");
  return { name: `${kind}${seed}.onnx`, bytes: writeModel(modelOf(g.graph())) };
}
