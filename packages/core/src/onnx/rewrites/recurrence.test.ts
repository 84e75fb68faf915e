// Recurrent layers written out step by step, against the runtime's own, over random sizes and attributes.

import fc from "fast-check";
import { expect, test } from "vitest";
import { agreesWithRuntime, hasGradients, type Written } from "../../../test/gradients/rewritten.ts";
import { evaluate } from "../../../test/reference/evaluate.ts";
import { InputError } from "../../errors.ts";
import { stream } from "../../random.ts";
import { sizeOf, type Tensor, tensor } from "../../tensor.ts";
import type { Attribute } from "../graph.ts";
import { upgrade } from "../upgrade.ts";

const gates = { LSTM: 4, GRU: 3, RNN: 1 };
const functions = { LSTM: 3, GRU: 2, RNN: 1 };
type Layer = keyof typeof gates;

/** Names of gates' functions with what the runtime takes as parameters. */
const names = [
  "Sigmoid",
  "Tanh",
  "Relu",
  "HardSigmoid",
  "LeakyRelu",
  "Elu",
  "Softsign",
  "Softplus",
  "ScaledTanh",
  "Affine",
];

const small = fc.integer({ min: 1, max: 3 });

/** Any layer; the node's optional inputs and attributes are there or not. */
const anyLayer: fc.Arbitrary<Written> = fc
  .record({
    op: fc.constantFrom<Layer>("LSTM", "GRU", "RNN"),
    direction: fc.constantFrom("forward", "reverse", "bidirectional"),
    steps: small,
    features: small,
    hidden: small,
    hasBias: fc.boolean(),
    lengths: fc.option(fc.infiniteStream(fc.nat()), { nil: undefined }),
    hasStart: fc.boolean(),
    peepholes: fc.boolean(),
    named: fc.option(fc.infiniteStream(fc.constantFrom(...names)), { nil: undefined }),
    clip: fc.option(fc.constantFrom(0.3, 1), { nil: undefined }),
    coupled: fc.boolean(),
    resetAfter: fc.boolean(),
    version: fc.constantFrom(7, 13, 14, 22),
    used: fc.infiniteStream(fc.boolean()),
    seed: fc.nat(),
  })
  .map((options): Written => {
    const { op, steps, features, hidden, seed } = options;
    const directions = options.direction === "bidirectional" ? 2 : 1;
    const random = stream(seed, "weights");
    const weights = (...shape: number[]): Tensor =>
      tensor(
        "float32",
        shape,
        Array.from({ length: sizeOf(shape) }, () => Math.fround(2 * random.uniform() - 1)),
      );
    // The runtime's lengths are given for a batch of three.
    const lengths = options.lengths && Array.from({ length: 3 }, () => 1 + (options.lengths!.next().value % steps));
    const count = functions[op] * directions;
    const chosen = options.named && Array.from({ length: count }, () => options.named!.next().value);
    const isLstm = op === "LSTM";
    const attributes: Record<string, Attribute> = {
      hidden_size: { int: hidden },
      direction: { string: options.direction },
      ...(chosen && {
        activations: { strings: chosen },
        activation_alpha: { floats: chosen.map(() => 0.75) },
        activation_beta: { floats: chosen.map(() => 0.25) },
      }),
      ...(options.clip && { clip: { float: options.clip } }),
      ...(isLstm && options.coupled && { input_forget: { int: 1 } }),
      ...(op === "GRU" && options.resetAfter && { linear_before_reset: { int: 1 } }),
    };
    const start = lengths ? ([directions, 3, hidden] as const) : ([directions, "N", hidden] as const);
    const used = (name: string) => (options.used.next().value ? name : "");
    return {
      op,
      version: options.version,
      attributes,
      inputs: [
        lengths ? [steps, 3, features] : [steps, "N", features],
        weights(directions, gates[op] * hidden, features),
        weights(directions, gates[op] * hidden, hidden),
        options.hasBias ? weights(directions, 2 * gates[op] * hidden) : "",
        lengths ? tensor("int32", [3], lengths) : "",
        options.hasStart ? start : "",
        ...(isLstm ? [options.hasStart ? start : ("" as const)] : []),
        ...(isLstm && options.peepholes ? [weights(directions, 3 * hidden)] : []),
      ],
      outputs: ["y", used("y_h"), ...(isLstm ? [used("y_c")] : [])],
    };
  });

test(
  "values are the runtime's",
  () =>
    fc.assert(
      fc.asyncProperty(anyLayer, fc.nat(), (layer, seed) => agreesWithRuntime(layer, seed)),
      { seed: 1, numRuns: 200 },
    ),
  120_000,
);

test(
  "gradients are those of central differences",
  () =>
    fc.assert(
      fc.asyncProperty(anyLayer, fc.nat(), (layer, seed) => hasGradients(layer, seed)),
      { seed: 1, numRuns: 12 },
    ),
  240_000,
);

/** The written-out graph of a layer on x [3, 2, 2] or, batch first, [2, 3, 2]. */
function layerOf(op: Layer, layout: number, direction: string) {
  const random = stream(5, op);
  const directions = direction === "bidirectional" ? 2 : 1;
  const weights = (...shape: number[]): Tensor =>
    tensor(
      "float32",
      shape,
      Array.from({ length: sizeOf(shape) }, () => 2 * random.uniform() - 1),
    );
  const start = weights(directions, 2, 2);
  const swapped = tensor("float32", [2, directions, 2], exchanged(start.shape, Array.from(start.data as Float32Array)));
  const initializers = new Map([
    ["w", weights(directions, gates[op] * 2, 2)],
    ["r", weights(directions, gates[op] * 2, 2)],
    ["h", layout ? swapped : start],
  ]);
  const states = op === "LSTM" ? ["h", "h"] : ["h"];
  const outputs = ["y", "y_h", ...(op === "LSTM" ? ["y_c"] : [])];
  const attributes = { hidden_size: { int: 2 }, layout: { int: layout }, direction: { string: direction } };
  const nodes = [{ op, domain: "", name: "n", inputs: ["x", "w", "r", "", "", ...states], outputs, attributes }];
  const inputs = [{ name: "x", type: "float32" as const, shape: layout ? [2, 3, 2] : [3, 2, 2] }];
  const graph = { name: "g", inputs, outputs: outputs.map((name) => ({ name })), initializers, nodes };
  return upgrade({ graph, opsets: { "": 14 }, metadata: {}, producer: "test" }).graph;
}

/** A tensor with its first two axes exchanged. */
function exchanged([a, b, ...rest]: readonly number[], data: readonly number[]): readonly number[] {
  const size = sizeOf(rest);
  return Array.from({ length: a * b }, (_, k) => [Math.floor(k / a), k % a]).flatMap(([j, i]) =>
    data.slice((i * b + j) * size, (i * b + j + 1) * size),
  );
}

test.each(["forward", "reverse", "bidirectional"])(
  "%s, batch first is the same with its axes exchanged",
  (direction) => {
    const data = Array.from({ length: 12 }, (_, i) => Math.sin(i));
    for (const op of Object.keys(gates) as Layer[]) {
      const plain = evaluate(layerOf(op, 0, direction), { x: { type: "float64", shape: [3, 2, 2], data } });
      const given = { type: "float64" as const, shape: [2, 3, 2], data: exchanged([3, 2, 2], data) };
      const batchFirst = evaluate(layerOf(op, 1, direction), { x: given });
      for (const [name, { shape, data: expected }] of Object.entries(plain)) {
        // Y is [T, D, B, H] or [B, T, D, H].
        const { shape: own, data: got } = batchFirst[name];
        const [t, d, b, h] = name === "y" ? shape : [1, ...shape];
        expect(own).toEqual(name === "y" ? [b, t, d, h] : [b, d, h]);
        expected.forEach((value, at) => {
          const [i, j, k, l] = [
            Math.floor(at / (d * b * h)),
            Math.floor(at / (b * h)) % d,
            Math.floor(at / h) % b,
            at % h,
          ];
          expect(got[((k * t + i) * d + j) * h + l]).toBeCloseTo(value, 12);
        });
      }
    }
  },
);

test("sequences whose length depends on the input are refused", () => {
  const { graph, ...model } = {
    graph: {
      name: "g",
      inputs: [{ name: "x", type: "float32" as const, shape: ["T", 2, 2] }],
      outputs: [{ name: "y" }],
      initializers: new Map([["w", tensor("float32", [1, 2, 2], [1, 2, 3, 4])]]),
      nodes: [{ op: "RNN", domain: "", name: "n", inputs: ["x", "w", "w"], outputs: ["y"], attributes: {} }],
    },
    opsets: { "": 14 },
    metadata: {},
    producer: "test",
  };
  expect(() => upgrade({ ...model, graph })).toThrow(InputError);
  expect(() => upgrade({ ...model, graph })).toThrow(/length of sequences/);
});
