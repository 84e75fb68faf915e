// Classical operators written out, against ONNX Runtime's own of the domain ai.onnx.ml; gradients by differences.

import { describe, expect, test } from "vitest";
import type { Value } from "../../../test/reference/value.ts";
import { runModel, withSession } from "../../../test/runtime.ts";
import { InputError } from "../../errors.ts";
import { tensor } from "../../tensor.ts";
import { GraphBuilder, modelOf, OPSET } from "../builder.ts";
import { differentiate, gradientName } from "../differentiate.ts";
import type { Attribute, Attributes, OnnxModel } from "../graph.ts";
import { upgrade } from "../upgrade.ts";
import { classical } from "./index.ts";

const FEATURES = 4;

/** Numbers between -1 and 1 that follow from a key. */
const wave = (count: number, key: number) =>
  Array.from({ length: count }, (_, i) => Math.fround(Math.sin(1.7 * i + 12.9 * key + i * i)));

const floats = (...values: readonly number[]): Attribute => ({ floats: values });
const string = (value: string): Attribute => ({ string: value });
const labels = (count: number): Attribute => ({ ints: Array.from({ length: count }, (_, k) => k) });

/** A model of one classical node on rows x [N, 4]; a classifier's scores are its second output. */
function model(op: string, attributes: Attributes, extra: readonly (readonly [string, Value])[] = []): OnnxModel {
  const outputs = op.endsWith("Classifier") ? ["label", "y"] : ["y"];
  return {
    graph: {
      name: "g",
      inputs: [{ name: "x", type: "float32", shape: ["N", FEATURES] }],
      outputs: [{ name: "y", type: "float32" }],
      initializers: new Map(extra.map(([name, { type, shape, data }]) => [name, tensor(type, shape, data)])),
      nodes: [
        { op, domain: "ai.onnx.ml", name: "n", inputs: ["x", ...extra.map(([name]) => name)], outputs, attributes },
      ],
    },
    opsets: { "": OPSET, "ai.onnx.ml": 3 },
    metadata: {},
    producer: "test",
  };
}

const transforms = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

function linear(op: string, outputs: number, classes: number, post: string): OnnxModel {
  // PROBIT is of probabilities: scores that stay between 0 and 1.
  const scale = post === "PROBIT" ? 0.1 : 1;
  const middle = post === "PROBIT" ? 0.4 : 0;
  return model(op, {
    coefficients: floats(...wave(outputs * FEATURES, 3).map((w) => w * scale)),
    intercepts: floats(...wave(outputs, 4).map((w) => middle + w * scale)),
    post_transform: string(post),
    ...(op === "LinearClassifier" ? { classlabels_ints: labels(classes) } : { targets: { int: outputs } }),
  });
}

/** A machine that holds coefficients of more features than its input has. */
function wider(outputs: number, classes: number): OnnxModel {
  return model("LinearClassifier", {
    coefficients: floats(...wave(outputs * (FEATURES + 2), 3)),
    intercepts: floats(...wave(outputs, 4)),
    post_transform: string("LOGISTIC"),
    classlabels_ints: labels(classes),
  });
}

const sizes: Readonly<Record<number, readonly number[]>> = { 2: [3, 4], 3: [3, 2, 4], 5: [2, 3, 1, 2, 3] };

function machine(kernel: string, classes: number, probabilities: boolean, post = "NONE"): OnnxModel {
  const perClass = sizes[classes];
  const count = perClass.reduce((a, b) => a + b);
  const pairs = (classes * (classes - 1)) / 2;
  return model("SVMClassifier", {
    kernel_type: string(kernel),
    kernel_params: floats(0.4, 0.3, 3),
    vectors_per_class: { ints: perClass },
    support_vectors: floats(...wave(count * FEATURES, 5)),
    coefficients: floats(...wave(count * (classes - 1), 6)),
    rho: floats(...wave(pairs, 7).map((w) => w * 0.3 + 0.45)),
    classlabels_ints: labels(classes),
    post_transform: string(post),
    ...(probabilities && {
      prob_a: floats(...wave(pairs, 8).map((w) => w - 1.5)),
      prob_b: floats(...wave(pairs, 9).map((w) => 0.2 * w)),
    }),
  });
}

const kernels = ["LINEAR", "POLY", "RBF", "SIGMOID"];

const regressor = (kernel: string, vectors: number): OnnxModel =>
  model("SVMRegressor", {
    kernel_type: string(kernel),
    kernel_params: floats(0.4, 0.3, 2),
    support_vectors: floats(...wave(vectors * FEATURES, 5)),
    coefficients: floats(...wave(vectors || FEATURES, 6)),
    rho: floats(0.7),
    n_supports: { int: vectors },
  });

type Cases = readonly (readonly [name: string, model: OnnxModel])[];

const cases: Readonly<Record<string, Cases>> = {
  ArrayFeatureExtractor: [
    [
      "columns in another order",
      model("ArrayFeatureExtractor", {}, [["i", { type: "int64", shape: [1, 3], data: [2, 0, 3] }]]),
    ],
  ],
  Binarizer: [["a threshold", model("Binarizer", { threshold: { float: 0.1 } })]],
  FeatureVectorizer: [
    ["one input", model("FeatureVectorizer", { inputdimensions: { ints: [4] } })],
    ["two inputs", withPair(model("FeatureVectorizer", { inputdimensions: { ints: [4, 4] } }))],
  ],
  Imputer: [
    [
      "a number",
      model("Imputer", { replaced_value_float: { float: wave(24, 1)[6] }, imputed_value_floats: floats(5, 6, 7, 8) }),
    ],
    [
      "not a number",
      model("Imputer", { replaced_value_float: { float: Number.NaN }, imputed_value_floats: floats(2) }),
    ],
  ],
  LinearClassifier: [
    ...transforms.flatMap(
      (post): Cases => [
        [`three classes, ${post}`, linear("LinearClassifier", 3, 3, post)],
        [`two scores, ${post}`, linear("LinearClassifier", 2, 2, post)],
        ...(post === "PROBIT" ? [] : [[`one score, ${post}`, linear("LinearClassifier", 1, 2, post)] as const]),
      ],
    ),
    ["three classes, more coefficients than features", wider(3, 3)],
    ["one score, more coefficients than features", wider(1, 2)],
  ],
  LinearRegressor: [
    ["one target", linear("LinearRegressor", 1, 1, "NONE")],
    ["three targets", linear("LinearRegressor", 3, 3, "NONE")],
  ],
  Normalizer: ["MAX", "L1", "L2"].map((norm) => [norm, model("Normalizer", { norm: string(norm) })] as const),
  OneHotEncoder: [["two categories", model("OneHotEncoder", { cats_int64s: { ints: [1, 0] }, zeros: { int: 1 } })]],
  SVMClassifier: [
    ...kernels.flatMap((kernel) =>
      [2, 3, 5].flatMap((classes) =>
        [false, true].map(
          (probabilities) =>
            [
              `${kernel}, ${classes} classes${probabilities ? ", probabilities" : ""}`,
              machine(kernel, classes, probabilities),
            ] as const,
        ),
      ),
    ),
    ...["SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"].flatMap(
      (post): Cases => [
        [`three classes, ${post}`, machine("RBF", 3, false, post)],
        [`two classes, ${post}`, machine("RBF", 2, false, post)],
        [`probabilities, ${post}`, machine("RBF", 3, true, post)],
      ],
    ),
    [
      "weights of classes",
      model("SVMClassifier", {
        kernel_type: string("LINEAR"),
        kernel_params: floats(0.4, 0.3, 3),
        coefficients: floats(...wave(3 * FEATURES, 6)),
        rho: floats(0.2, 0.2, 0.2),
        classlabels_ints: labels(3),
      }),
    ],
  ],
  SVMRegressor: [
    ...kernels.map((kernel) => [kernel, regressor(kernel, 5)] as const),
    ["weights", regressor("LINEAR", 0)],
  ],
  Scaler: [
    ["by feature", model("Scaler", { offset: floats(0.1, -0.2, 0.3, 0.4), scale: floats(2, 0.5, -1, 3) })],
    ["one for all", model("Scaler", { offset: floats(0.25), scale: floats(3) })],
  ],
};

/** The same node with its input twice. */
function withPair(one: OnnxModel): OnnxModel {
  const [node] = one.graph.nodes;
  return { ...one, graph: { ...one.graph, nodes: [{ ...node, inputs: ["x", "x"] }] } };
}

test.each(["float32", "int64"] as const)("one of some categories, unknown ones among them, of %s", async (type) => {
  const data = [3, -1, 0, 7, 5, 3, -2, 0, 3.9, -1.9, 0.9, -0.9].map((value) =>
    type === "int64" ? Math.trunc(value) : value,
  );
  const given = model("OneHotEncoder", { cats_int64s: { ints: [3, 0, -1, 5] }, zeros: { int: 1 } });
  const typed = { ...given, graph: { ...given.graph, inputs: [{ name: "x", type, shape: ["N", FEATURES] }] } };
  const x: Value = { type, shape: [3, FEATURES], data };
  const { y } = await runModel(typed, { x });
  expect(y.data.reduce((sum, value) => sum + value, 0)).toBe(10);
  expect((await runModel(upgrade(typed), { x })).y).toEqual(y);
});

const ROWS = 6;
const x: Value = { type: "float32", shape: [ROWS, FEATURES], data: wave(ROWS * FEATURES, 1) };

test("labels are those of the runtime", async () => {
  for (const [outputs, classes] of [
    [1, 2],
    [2, 2],
    [3, 3],
  ]) {
    for (const post of transforms.filter((each) => each !== "PROBIT")) {
      const given = linear("LinearClassifier", outputs, classes, post);
      const labelled = { ...given, graph: { ...given.graph, outputs: [{ name: "label", type: "int64" as const }] } };
      const { label } = await runModel(labelled, { x });
      expect((await runModel(upgrade(labelled), { x })).label).toEqual(label);
      expect(new Set(label.data).size).toBeGreaterThan(1);
    }
  }
});

test("every lowering has a case", () => {
  expect(Object.keys(cases)).toEqual(Object.keys(classical).map((name) => name.replace("ai.onnx.ml.", "")));
});

/**
 * Cases whose values alone are compared: at what is no number there is no gradient, and coupled probabilities take the
 * runtime seconds to open with theirs. Each kernel's is seen with fewer classes, that of each transform without them.
 */
const valuesAlone =
  /^not a number|^(LINEAR|POLY|SIGMOID), 5 classes, probabilities|^probabilities, (LOGISTIC|SOFTMAX_ZERO)/;

describe.each(Object.keys(cases))("%s", (op) => {
  for (const [name, original] of cases[op]) {
    const hasGradient = !valuesAlone.test(name);
    test(`${name} is what ONNX Runtime computes${hasGradient ? ", and so is its gradient" : ""}`, async () => {
      const lowered = upgrade(original);
      expect(lowered.graph.nodes.filter(({ domain }) => domain !== "")).toEqual([]);
      const feeds = { x: name === "not a number" ? { ...x, data: x.data.map((v, i) => (i % 5 ? v : Number.NaN)) } : x };
      const own = await runModel(lowered, feeds);
      await withSession(original, async (ask) => {
        const { y } = await ask(feeds);
        expect(own.y.shape).toEqual(y.shape);
        const largest = Math.max(1, ...y.data.map(Math.abs));
        for (let i = 0; i < y.data.length; i++) {
          expect(Math.abs(own.y.data[i] - y.data[i])).toBeLessThan(1e-5 * largest);
        }
        if (hasGradient) await compareWithDifferences(ask, lowered, y);
      });
    });
  }
});

/** The gradient of weighted outputs along a direction, against differences of what ONNX Runtime computes. */
async function compareWithDifferences(
  ask: (feeds: Readonly<Record<string, Value>>) => Promise<Readonly<Record<string, Value>>>,
  lowered: OnnxModel,
  y: Value,
): Promise<void> {
  const g = GraphBuilder.from(lowered.graph);
  const weights = wave(y.data.length, 11);
  const weighted = g.node("Mul", ["y", g.constant(tensor("float32", y.shape, weights))]);
  g.output(g.node("ReduceSum", [weighted], { keepdims: { int: 0 } }), "sum");
  const graph = differentiate(g.graph(["sum"]), { of: "sum", by: "x", keep: [] });
  const result = await runModel(modelOf(graph), { x });
  const gradient = result[gradientName("sum", "x")].data;
  const step = 2 ** -7;
  const at = async (i: number, by: number) => {
    const moved = { ...x, data: x.data.map((value, j) => (j === i ? Math.fround(value + by) : value)) };
    const { y: there } = await ask({ x: moved });
    return there.data.reduce((sum, value, j) => sum + value * weights[j], 0);
  };
  const central = async (i: number, by: number) => ((await at(i, by)) - (await at(i, -by))) / (2 * by);
  let compared = 0;
  for (let i = 0; i < x.data.length; i += 5) {
    const [wide, narrow] = [await central(i, step), await central(i, step / 2)];
    const size = Math.max(1, Math.abs(narrow));
    // Where one more iteration of a coupling, or another maximum, lies between the points there is no derivative.
    if (Math.abs(wide - narrow) > 0.02 * size) continue;
    compared++;
    expect(Math.abs(gradient[i] - (4 * narrow - wide) / 3)).toBeLessThan(5e-3 * size);
  }
  expect(compared).toBeGreaterThan(2);
}

test("ensembles of trees stay as they are", () => {
  const trees = model("TreeEnsembleClassifier", {});
  expect(upgrade(trees)).toBe(trees);
});

const { rho: _, ...unmoved } = machine("RBF", 3, false).graph.nodes[0].attributes;

test.each([
  ["a machine without thresholds", model("SVMClassifier", unmoved)],
  ["counts of vectors for other classes", model("SVMClassifier", { ...unmoved, vectors_per_class: { ints: [4, 5] } })],
  ["counts below zero", model("SVMClassifier", { ...unmoved, vectors_per_class: { ints: [9, -2, 2] } })],
  ["half a support vector", model("SVMRegressor", { support_vectors: floats(1, 2), coefficients: floats(1) })],
  [
    "weights that do not fit",
    model("LinearClassifier", { coefficients: floats(1, 2, 3), classlabels_ints: labels(2) }),
  ],
  ["an unknown transform", linear("LinearClassifier", 3, 3, "CUBE")],
  ["an unknown kernel", machine("WAVE", 2, false)],
  ["an unknown norm", model("Normalizer", { norm: string("L7") })],
  ["a scaler of two numbers", model("Scaler", { offset: floats(1, 2), scale: floats(1) })],
  [
    "support vectors that do not fit",
    model("SVMClassifier", {
      vectors_per_class: { ints: [3, 3] },
      support_vectors: floats(1),
      classlabels_ints: labels(2),
    }),
  ],
])("%s is told", (_, broken) => {
  expect(() => upgrade(broken)).toThrow(InputError);
});
