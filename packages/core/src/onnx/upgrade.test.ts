import { expect, test } from "vitest";
import type { Value } from "../../test/reference/value.ts";
import { runModel } from "../../test/runtime.ts";
import { InputError } from "../errors.ts";
import { type ElementType, type Tensor, tensor } from "../tensor.ts";
import { GraphBuilder } from "./builder.ts";
import type { Dim } from "./dim.ts";
import type { Attributes, Node, OnnxModel } from "./graph.ts";
import { rewrites } from "./rewrites/index.ts";
import { upgrade } from "./upgrade.ts";

const x: Value = {
  type: "float32",
  shape: [2, 3, 5],
  data: Array.from({ length: 30 }, (_, i) => Math.fround(Math.sin(1 + i) + 0.6)),
};

/** A model of one node, as an exporter of that opset writes it. */
function model(
  version: number,
  op: string,
  attributes: Attributes,
  outputs = ["y"],
  extra: readonly string[] = [],
  type: ElementType = "float32",
  shape: readonly Dim[] = ["N", 3, 5],
): OnnxModel {
  const node: Node = { op, domain: "", name: "n", inputs: ["x", ...extra], outputs, attributes };
  return {
    graph: {
      name: "g",
      inputs: [{ name: "x", type: "float32", shape }],
      outputs: outputs.map((name) => ({ name, type: name === "whence" ? "int64" : type })),
      initializers: new Map<string, Tensor>([
        ["w", tensor("int64", [2], [2, 3])],
        ["margins", tensor("int64", [6], [0, 1, 0, 0, 0, 2])],
        ["one", tensor("float32", [], [0.5])],
        ["double", tensor("float64", [], [1])],
        ["two", tensor("float32", [1], [1.5])],
        ["scale", tensor("float32", [3], [0.5, 1, 2])],
        ["bias", tensor("float32", [3], [0.25, 0, -1])],
        ["scales", tensor("float32", [3], [1, 2, 1.5])],
        ["imageScales", tensor("float32", [4], [1, 1, 2, 2.5])],
        ["places", tensor("int64", [2, 1, 2], [2, 1, 0, 2])],
        ["updates", tensor("float32", [2, 1, 2], [5, 6, 7, 8])],
      ]),
      nodes: [node],
    },
    opsets: { "": version },
    metadata: {},
    producer: "test",
  };
}

const ints = (...values: readonly number[]) => ({ ints: values });
const int = (value: number) => ({ int: value });
const reduced = (op: string): Cases => [
  ["over two axes", (version) => model(version, op, { axes: ints(0, -1), keepdims: int(0) })],
  ["over everything", (version) => model(version, op, {})],
];

/** Models by what they show; undefined where an opset has none. */
type Cases = readonly (readonly [name: string, make: (version: number) => OnnxModel | undefined])[];

/** For every rewrite, models that exporters of those opsets write. */
const cases: Readonly<Record<string, Cases>> = {
  AveragePool: [["without dilations", (v) => model(v, "AveragePool", { kernel_shape: ints(2), dilations: ints(1) })]],
  BatchNormalization: [
    ["of one output", (v) => model(v, "BatchNormalization", {}, ["y"], ["scale", "bias", "bias", "scale"])],
    [
      "of channels",
      (v) =>
        v < 9
          ? model(v, "BatchNormalization", { spatial: int(1) }, ["y"], ["scale", "bias", "bias", "scale"])
          : undefined,
    ],
  ],
  Cast: [["that saturates", (v) => model(v, "Cast", { to: int(11), saturate: int(1) }, ["y"], [], "float64")]],
  CastLike: [["that saturates", (v) => model(v, "CastLike", { saturate: int(1) }, ["y"], ["double"], "float64")]],
  Clip: [
    ["between bounds", (v) => model(v, "Clip", { min: { float: -0.25 }, max: { float: 0.75 } })],
    ["from above", (v) => model(v, "Clip", { max: { float: 0.75 } })],
    ["without bounds", (v) => model(v, "Clip", {})],
  ],
  Dropout: [["with a ratio", (v) => model(v, "Dropout", { ratio: { float: 0.25 } })]],
  Gelu: [
    ["exact", (v) => model(v, "Gelu", {})],
    ["by the hyperbolic tangent", (v) => model(v, "Gelu", { approximate: { string: "tanh" } })],
  ],
  GroupNormalization: [
    // Scale and bias belong to the groups before opset 21: with as many groups as channels the two agree.
    ["of one channel each", (v) => model(v, "GroupNormalization", { num_groups: int(3) }, ["y"], ["scale", "bias"])],
    [
      "of all channels",
      (v) => model(v, "GroupNormalization", { num_groups: int(1) }, ["y"], v < 21 ? ["two", "two"] : ["scale", "bias"]),
    ],
  ],
  LogSoftmax: [
    ["by default", (v) => model(v, "LogSoftmax", {})],
    ["of the last axis", (v) => model(v, "LogSoftmax", { axis: int(-1) })],
  ],
  ReduceL1: reduced("ReduceL1"),
  ReduceL2: reduced("ReduceL2"),
  ReduceLogSum: reduced("ReduceLogSum"),
  ReduceLogSumExp: reduced("ReduceLogSumExp"),
  ReduceMax: reduced("ReduceMax"),
  ReduceMean: reduced("ReduceMean"),
  ReduceMin: reduced("ReduceMin"),
  ReduceProd: reduced("ReduceProd"),
  ReduceSum: reduced("ReduceSum"),
  ReduceSumSquare: reduced("ReduceSumSquare"),
  Resize: [
    ["of the nearest", (v) => (v < 10 ? undefined : model(v, "Resize", {}, ["y"], ["scales"]))],
    [
      "between neighbours",
      (v) => (v < 10 ? undefined : model(v, "Resize", { mode: { string: "linear" } }, ["y"], ["scales"])),
    ],
  ],
  Scatter: [
    ["of a row", (v) => (v < 9 ? undefined : model(v, "Scatter", { axis: int(1) }, ["y"], ["places", "updates"]))],
  ],
  Slice: [
    ["of two axes", (v) => model(v, "Slice", { starts: ints(-2, 1), ends: ints(9, 4), axes: ints(1, 2) })],
    ["of the first axes", (v) => model(v, "Slice", { starts: ints(0, 1), ends: ints(2 ** 40, 9) })],
  ],
  Softmax: [
    ["by default", (v) => model(v, "Softmax", {})],
    ["from axis 0 on", (v) => model(v, "Softmax", { axis: int(0) })],
    ["of the last axis", (v) => model(v, "Softmax", { axis: int(2) })],
  ],
  Split: [
    ["into equal parts", (v) => model(v, "Split", { axis: int(1) }, ["a", "b", "c"])],
    [
      "into given sizes",
      (v) =>
        v < 13
          ? model(v, "Split", { axis: int(2), split: ints(2, 3) }, ["a", "b"])
          : model(v, "Split", { axis: int(2) }, ["a", "b"], ["w"]),
    ],
  ],
  Squeeze: [["of axis 0", (v) => model(v, "Squeeze", { axes: ints(0) }, ["y"], [], "float32", [1, 3, 5])]],
  TopK: [
    ["of the last axis", (v) => model(v, "TopK", { k: int(2) }, ["y", "whence"])],
    ["of another axis", (v) => model(v, "TopK", { k: int(2), axis: int(1) }, ["y", "whence"])],
  ],
  Unsqueeze: [["at two places", (v) => model(v, "Unsqueeze", { axes: ints(1, -1) })]],
  Upsample: ["nearest", "linear"].map((mode) => [
    mode,
    (v) =>
      v < 9
        ? model(v, "Upsample", { mode: { string: mode }, scales: { floats: [1, 1, 2, 2.5] } }, ["y"], [], "float32", [
            "N",
            1,
            3,
            5,
          ])
        : model(v, "Upsample", { mode: { string: mode } }, ["y"], ["imageScales"], "float32", ["N", 1, 3, 5]),
  ]),
};

/** What changed for no one. */
const unchanged: Cases = [
  ["Relu", (v) => model(v, "Relu", {})],
  ["Clip", (v) => (v < 11 ? undefined : model(v, "Clip", {}, ["y"], ["one"]))],
  ["Pad", (v) => (v < 11 ? undefined : model(v, "Pad", {}, ["y"], ["margins"]))],
];

/** Those that have tests of their own, by the file beside them. */
const elsewhere = {
  "controlFlow.test.ts": ["If", "Loop", "Scan"],
  "recurrence.test.ts": ["GRU", "LSTM", "RNN"],
  "attention.test.ts": ["Attention", "RotaryEmbedding"],
  "quantized.test.ts": [
    "ConvInteger",
    "DequantizeLinear",
    "DynamicQuantizeLinear",
    "MatMulInteger",
    "QLinearConv",
    "QLinearMatMul",
    "QuantizeLinear",
  ],
  "sequences.test.ts": [
    "ConcatFromSequence",
    "SequenceAt",
    "SequenceConstruct",
    "SequenceEmpty",
    "SequenceErase",
    "SequenceInsert",
    "SequenceLength",
    "SplitToSequence",
  ],
  "written.test.ts": [
    "Conv",
    "GlobalLpPool",
    "Hardmax",
    "LRN",
    "LpNormalization",
    "MeanVarianceNormalization",
    "OneHot",
    "Pad",
    "RMSNormalization",
    "Shrink",
    "SimplifiedLayerNormalization",
    "Swish",
  ],
};

test("every rewrite of a standard operator is tested", () => {
  const standard = Object.keys(rewrites).filter((name) => !name.includes("."));
  const own = new Set(Object.values(elsewhere).flat());
  expect(Object.keys(cases)).toEqual(standard.filter((name) => !own.has(name)));
});

const versions = Array.from({ length: 20 }, (_, i) => 7 + i);
const rows = versions.flatMap((version) =>
  [
    ...Object.entries(cases).flatMap(([op, of]) => {
      const { since = 0, until = 99 } = rewrites[op];
      return version < since || version > until
        ? []
        : of.map(([name, make]) => [`${op} ${name}`, make(version)] as const);
    }),
    ...unchanged.map(([name, make]) => [name, make(version)] as const),
  ].flatMap(([name, given]) => (given ? [[version, name, given] as const] : [])),
);

test.each(rows)(
  "opset %i: %s gives the same outputs after the upgrade, of the shapes inferred",
  async (_version, _name, before) => {
    const after = upgrade(before);
    const feeds = { x: { ...x, shape: before.graph.inputs[0].shape!.map((dim) => (dim === "N" ? 2 : Number(dim))) } };
    feeds.x.data = feeds.x.data.slice(
      0,
      feeds.x.shape.reduce((size, each) => size * each, 1),
    );
    const expected = await runModel(before, feeds);
    expect(Object.values(expected).every(({ data }) => new Set(data).size > 1 || data.length === 1)).toBe(true);
    const computed = await runModel({ ...after, opsets: { "": 18 } }, feeds);
    const g = GraphBuilder.from(after.graph);
    for (const [name, { shape, type, data }] of Object.entries(expected)) {
      expect(computed[name].type).toBe(type);
      expect(computed[name].shape).toEqual(shape);
      computed[name].data.forEach((value, i) => {
        expect(value).toBeCloseTo(data[i], 5);
      });
      expect(g.type(name).shape.map((dim) => (dim === "N" ? 2 : dim))).toEqual([...shape]);
    }
  },
);

test("the name of the new input does not hide a value that exists", async () => {
  const before = model(13, "ReduceMax", { axes: { ints: [1] } });
  const renamed = { ...before.graph.inputs[0], name: "y_constant" };
  const nodes = [{ ...before.graph.nodes[0], inputs: ["y_constant"] }];
  const after = upgrade({ ...before, graph: { ...before.graph, inputs: [renamed], nodes } });
  const { y } = await runModel(after, { y_constant: x });
  expect(y).toEqual((await runModel(before, { x })).y);
});

test.each(versions.filter((version) => version >= 18))(
  "a model of opset %i that means the same in 18 is left as it is",
  (version) => {
    const given = model(version, "Relu", {});
    expect(upgrade(given)).toBe(given);
  },
);

test("scale and bias of a group normalization belong to groups in opset 18, to channels in opset 21", async () => {
  const make = (version: number, parameter: string) => {
    const given = model(
      version,
      "GroupNormalization",
      { num_groups: { int: 2 } },
      ["y"],
      [parameter, parameter],
      "float32",
      ["N", 4, 2],
    );
    const initializers = new Map<string, Tensor>([
      ["groups", tensor("float32", [2], [0.5, 2])],
      ["channels", tensor("float32", [4], [0.5, 0.5, 2, 2])],
    ]);
    return upgrade({ ...given, graph: { ...given.graph, initializers } });
  };
  const image = { x: { ...x, shape: [3, 4, 2], data: x.data.slice(0, 24) } };
  const [groups, channels] = [await runModel(make(18, "groups"), image), await runModel(make(21, "channels"), image)];
  groups.y.data.forEach((value, i) => {
    expect(value).toBeCloseTo(channels.y.data[i], 5);
  });
  expect(groups.y.shape).toEqual([3, 4, 2]);
});

test("a model without standard operators is left as it is", () => {
  const given = { ...model(18, "Relu", {}), opsets: { "ai.onnx.ml": 3 } };
  expect(upgrade(given)).toBe(given);
});

test.each([1, 6, 27])("a model of opset %i is refused with the range that is read", (version) => {
  const refusal = () => upgrade(model(version, "Relu", {}));
  expect(refusal).toThrow(InputError);
  expect(refusal).toThrow(/opset 7 to 26, got opset/);
});

test("batch normalization of elements in place of channels is refused", () => {
  expect(() => upgrade(model(8, "BatchNormalization", { spatial: int(0) }))).toThrow(InputError);
});

test("batch normalization that trains in the manner of opset 13 is refused", () => {
  expect(() => upgrade(model(13, "BatchNormalization", {}, ["y", "mean"]))).toThrow(InputError);
});
