import { describe, expect, test } from "vitest";
import type { Value } from "../../test/reference/value.ts";
import { runModel } from "../../test/runtime.ts";
import { InputError } from "../errors.ts";
import { tensor } from "../tensor.ts";
import { GraphBuilder } from "./builder.ts";
import type { Attributes, Node, OnnxModel } from "./graph.ts";
import { operators } from "./ops/index.ts";
import { upgrade } from "./upgrade.ts";

const x: Value = {
  type: "float32",
  shape: [2, 3, 5],
  data: Array.from({ length: 30 }, (_, i) => Math.fround(Math.sin(1 + i))),
};

/** A model of one node, as an exporter of that opset writes it. */
function model(
  version: number,
  op: string,
  attributes: Attributes,
  outputs = ["y"],
  extra: readonly string[] = [],
): OnnxModel {
  const node: Node = { op, domain: "", name: "n", inputs: ["x", ...extra], outputs, attributes };
  return {
    graph: {
      name: "g",
      inputs: [{ name: "x", type: "float32", shape: ["N", 3, 5] }],
      outputs: outputs.map((name) => ({ name, type: "float32" })),
      initializers: new Map([["w", tensor("int64", [2], [2, 3])]]),
      nodes: [node],
    },
    opsets: { "": version },
    metadata: {},
    producer: "test",
  };
}

const reductions = [
  "ReduceL1",
  "ReduceL2",
  "ReduceLogSumExp",
  "ReduceMax",
  "ReduceMean",
  "ReduceMin",
  "ReduceProd",
  "ReduceSumSquare",
];

const older: [string, (version: number) => OnnxModel][] = [
  ...reductions.flatMap((op): [string, (version: number) => OnnxModel][] => [
    [`${op} over two axes`, (version) => model(version, op, { axes: { ints: [0, -1] }, keepdims: { int: 0 } })],
    [`${op} over everything`, (version) => model(version, op, {})],
  ]),
  ["Split into equal parts", (version) => model(version, "Split", { axis: { int: 1 } }, ["a", "b", "c"])],
  ["Split into given sizes", (version) => model(version, "Split", { axis: { int: 2 } }, ["a", "b"], ["w"])],
  ["Softmax", (version) => model(version, "Softmax", { axis: { int: 1 } })],
  ["Relu", (version) => model(version, "Relu", {})],
];

describe.each([13, 15, 17])("a model of opset %i", (version) => {
  test.each(older)("%s gives the same outputs after the upgrade, of the shapes inferred", async (_, make) => {
    const before = make(version);
    const after = upgrade(before);
    expect(after.opsets).toEqual({ "": 18 });
    const expected = await runModel(before, { x });
    expect(Object.values(expected).every(({ data }) => new Set(data).size > 1 || data.length === 1)).toBe(true);
    expect(await runModel(after, { x })).toEqual(expected);
    if (!(after.graph.nodes[0].op in operators)) return;
    // Shapes are inferred by the rules of opset 18.
    const g = GraphBuilder.from(after.graph);
    for (const [name, { shape }] of Object.entries(expected)) {
      expect(g.type(name).shape.map((dim) => (dim === "N" ? 2 : dim))).toEqual([...shape]);
    }
  });
});

test("the name of the new input does not hide a value that exists", async () => {
  const before = model(13, "ReduceMax", { axes: { ints: [1] } });
  const renamed = { ...before.graph.inputs[0], name: "y_axes" };
  const nodes = [{ ...before.graph.nodes[0], inputs: ["y_axes"] }];
  const after = upgrade({ ...before, graph: { ...before.graph, inputs: [renamed], nodes } });
  const { y } = await runModel(after, { y_axes: x });
  expect(y).toEqual((await runModel(before, { x })).y);
});

test.each([18, 19, 20, 21])("a model of opset %i is left as it is", (version) => {
  const given = model(version, "Relu", {});
  expect(upgrade(given)).toBe(given);
});

test("a model without standard operators is left as it is", () => {
  const given = { ...model(18, "Relu", {}), opsets: { "ai.onnx.ml": 3 } };
  expect(upgrade(given)).toBe(given);
});

test.each([1, 9, 12, 22])("a model of opset %i is refused with the range that is read", (version) => {
  const refusal = () => upgrade(model(version, "Relu", {}));
  expect(refusal).toThrow(InputError);
  expect(refusal).toThrow(/opset 13 to 21, got opset/);
});

test("batch normalization that trains in the manner of opset 13 is refused", () => {
  expect(() => upgrade(model(13, "BatchNormalization", {}, ["y", "mean"]))).toThrow(InputError);
});
