// The networks of the benchmarks, and the graphs of what is asked of them, made with the public interface.

import { stream, tensor } from "@carom/core";
import { differentiate, GraphBuilder, gradientName, modelOf } from "@carom/core/onnx";
import { simplify } from "../packages/core/dist/onnx/simplify.js";

/**
 * @typedef {{ rowShape: number[], weights: Map<string, ReturnType<typeof tensor>>, forward(g: GraphBuilder, x: string):
 * string }} Network
 */

/** 784-200-200-2 with ReLU. @returns {Network} */
export function mlp() {
  const widths = [784, 200, 200, 2];
  const layers = [1, 2, 3];
  const shapes = layers.flatMap((i) => [
    [`w${i}`, [widths[i - 1], widths[i]]],
    [`b${i}`, [widths[i]]],
  ]);
  return {
    rowShape: [784],
    weights: randomWeights(shapes),
    forward(g, x, weight = (name) => name) {
      let value = x;
      for (const i of layers) {
        value = g.node("Gemm", [value, weight(`w${i}`), weight(`b${i}`)]);
        if (i < 3) value = g.node("Relu", [value]);
      }
      return value;
    },
  };
}

/**
 * Carlini and Wagner's network for 28 x 28 digits (2017): three convolutions of 64 filters, 32 units.
 * @returns {Network}
 */
export function cnn() {
  const convolutions = [
    { filters: [64, 1, 5, 5], stride: 2 },
    { filters: [64, 64, 3, 3], stride: 2 },
    { filters: [64, 64, 3, 3], stride: 1 },
  ];
  return {
    rowShape: [1, 28, 28],
    weights: randomWeights([
      ...convolutions.flatMap(({ filters }, i) => [
        [`w${i}`, filters],
        [`b${i}`, [64]],
      ]),
      ["w3", [576, 32]],
      ["b3", [32]],
      ["w4", [32, 2]],
      ["b4", [2]],
    ]),
    forward(g, x, weight = (name) => name) {
      let value = x;
      convolutions.forEach(({ stride }, i) => {
        value = g.node("Relu", [
          g.node("Conv", [value, weight(`w${i}`), weight(`b${i}`)], { strides: { ints: [stride, stride] } }),
        ]);
      });
      value = g.node("Flatten", [value]);
      value = g.node("Relu", [g.node("Gemm", [value, weight("w3"), weight("b3")])]);
      return g.node("Gemm", [value, weight("w4"), weight("b4")]);
    },
  };
}

/**
 * ResNet-18 (He and others, 2016) on square images, 1000 classes, normalizations folded into the convolutions as
 * exporters do.
 *
 * @param {number} size pixels of a side
 * @returns {Network}
 */
export function resnet18(size) {
  /** @type {any[]} */
  const shapes = [
    ["stem", [64, 3, 7, 7]],
    ["stem:bias", [64]],
  ];
  /** @type {{ name: string, stride: number, shortcut: boolean }[]} */
  const blocks = [];
  for (const [stage, width] of [64, 128, 256, 512].entries()) {
    for (const index of [0, 1]) {
      const name = `stage${stage}:block${index}`;
      const inputs = index === 0 && stage > 0 ? width / 2 : width;
      const shortcut = inputs !== width;
      shapes.push([`${name}:1`, [width, inputs, 3, 3]], [`${name}:1:bias`, [width]]);
      shapes.push([`${name}:2`, [width, width, 3, 3]], [`${name}:2:bias`, [width]]);
      if (shortcut) shapes.push([`${name}:short`, [width, inputs, 1, 1]], [`${name}:short:bias`, [width]]);
      blocks.push({ name, stride: shortcut ? 2 : 1, shortcut });
    }
  }
  shapes.push(["dense", [512, 1000]], ["dense:bias", [1000]]);
  return {
    rowShape: [3, size, size],
    weights: randomWeights(shapes),
    forward(g, x) {
      const conv = (/** @type {string} */ value, /** @type {string} */ name, /** @type {number} */ stride, pad = 1) =>
        g.node("Conv", [value, name, `${name}:bias`], {
          strides: { ints: [stride, stride] },
          pads: { ints: [pad, pad, pad, pad] },
        });
      const relu = (/** @type {string} */ value) => g.node("Relu", [value]);
      let value = g.node("MaxPool", [relu(conv(x, "stem", 2, 3))], {
        kernel_shape: { ints: [3, 3] },
        strides: { ints: [2, 2] },
        pads: { ints: [1, 1, 1, 1] },
      });
      for (const { name, stride, shortcut } of blocks) {
        const inner = conv(relu(conv(value, `${name}:1`, stride)), `${name}:2`, 1);
        value = relu(g.node("Add", [inner, shortcut ? conv(value, `${name}:short`, stride, 0) : value]));
      }
      const means = g.node("Flatten", [g.node("GlobalAveragePool", [value])]);
      return g.node("Gemm", [means, "dense", "dense:bias"]);
    },
  };
}

/** Uniform on +-1/sqrt(inputs of a unit). */
function randomWeights(/** @type {any[]} */ shapes) {
  const random = stream(0, "bench");
  return new Map(
    shapes.map(([name, shape]) => {
      const size = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
      const inputs = shape.length === 2 ? shape[0] : size / shape[0];
      const data = Float32Array.from({ length: size }, () => (2 * random.uniform() - 1) / Math.sqrt(inputs));
      return [name, tensor("float32", shape, data)];
    }),
  );
}

/** Rows uniform on [0, 1] and labels of two classes. */
export function batchOf(/** @type {Network} */ { rowShape }, /** @type {number} */ rows) {
  const random = stream(1, "bench");
  const size = rows * rowShape.reduce((a, b) => a * b, 1);
  const x = tensor(
    "float32",
    [rows, ...rowShape],
    Float32Array.from({ length: size }, () => random.uniform()),
  );
  return { x, labels: Int32Array.from({ length: rows }, (_, i) => i % 2) };
}

/** Scores with the weights inside: what a file holds. */
export function scoresModel(/** @type {Network} */ network) {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", ...network.rowShape]);
  for (const [name, value] of network.weights) g.initializer(name, value);
  g.output(network.forward(g, x), "scores");
  return modelOf(g.graph());
}

/** The mean cross-entropy of a graph's input `x` and one-hot `labels` [N, 2]. */
export function addMeanLoss(/** @type {GraphBuilder} */ g, /** @type {Network} */ network, x, labels) {
  const logarithms = g.node("LogSoftmax", [network.forward(g, x)], { axis: { int: 1 } });
  const own = g.node("ReduceSum", [g.node("Mul", [logarithms, labels]), g.ints([1])], { keepdims: { int: 0 } });
  return g.node("Neg", [g.node("ReduceMean", [own], { keepdims: { int: 0 } })]);
}

/** Hessian of the mean loss by the weights, times a direction that is fed: `differentiate` twice. */
export function hessianVectorProduct(/** @type {Network} */ network) {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", ...network.rowShape]);
  const labels = g.input("labels", "float32", ["N", 2]);
  const names = [...network.weights.keys()];
  for (const [name, value] of network.weights) g.initializer(name, value);
  g.output(addMeanLoss(g, network, x, labels), "loss");
  const h = GraphBuilder.from(differentiate(g.graph(), { of: "loss", by: names }));
  const terms = names.map((name) => {
    const direction = h.input(`v:${name}`, "float32", network.weights.get(name).shape);
    return h.node("ReduceSum", [h.node("Mul", [gradientName("loss", name), direction])], { keepdims: { int: 0 } });
  });
  h.output(h.node("Sum", terms), "along");
  return modelOf(simplify(differentiate(h.graph(), { of: "along", by: names, keep: [] })));
}
