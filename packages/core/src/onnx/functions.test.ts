// Files with functions of their own, against the runtime, which knows functions itself.

import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeKind,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from "onnx-buf";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { runModel } from "../../test/runtime.ts";
import { InputError } from "../errors.ts";
import { inlineFunctions, type LocalFunction } from "./functions.ts";
import type { Graph, Node } from "./graph.ts";
import { readModel } from "./proto.ts";
import { writeValueInfo } from "./protoValue.ts";

const DOMAIN = "functions of this file";
const opset = (domain: string, version: number) =>
  create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) });

const reference = (name: string, to: string) =>
  create(AttributeProtoSchema, { name, type: AttributeKind.FLOAT, refAttrName: to });
const float = (name: string, f: number) => create(AttributeProtoSchema, { name, type: AttributeKind.FLOAT, f });

/**
 * y = twice(leak(x; slope 0.5)) and z = leak(x), where leak is LeakyRelu with a slope that is 0.125 by default, twice
 * gives a second result, the input itself, and asks for leak, and both use the same names inside. One function has an
 * overload.
 */
function file(version = 18, first = "LeakyRelu"): Uint8Array {
  const node = (opType: string, input: string[], output: string[], rest: object = {}) =>
    create(NodeProtoSchema, { opType, input, output, ...rest });
  const own = { domain: DOMAIN };
  const leak = create(FunctionProtoSchema, {
    ...own,
    name: "leak",
    input: ["a"],
    output: ["b"],
    attributeProto: [float("slope", 0.125)],
    opsetImport: [opset("", version)],
    node: [node(first, ["a"], ["inner"], { attribute: [reference("alpha", "slope")] }), node("Neg", ["inner"], ["b"])],
  });
  const twice = create(FunctionProtoSchema, {
    ...own,
    name: "twice",
    overload: "float",
    input: ["a", "nothing"],
    output: ["b", "a2"],
    attribute: ["slope"],
    opsetImport: [opset("", version), opset(DOMAIN, 1)],
    node: [
      node("leak", ["a"], ["inner"], { ...own, attribute: [reference("slope", "slope")] }),
      node("Add", ["inner", "inner"], ["b"]),
      node("Identity", ["a"], ["a2"]),
    ],
  });
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [opset("", 18), opset(DOMAIN, 1), opset("not used by any node", 7)],
    functions: [leak, twice],
    graph: create(GraphProtoSchema, {
      name: "g",
      input: [writeValueInfo({ name: "x", type: "float32", shape: ["N", 2] })],
      output: ["y", "z", "same"].map((name) => writeValueInfo({ name, type: "float32", shape: ["N", 2] })),
      node: [
        node("twice", ["x"], ["y", "same"], { ...own, overload: "float", attribute: [float("slope", 0.5)] }),
        node("leak", ["x"], ["z"], own),
      ],
    }),
  });
  return toBinary(ModelProtoSchema, model);
}

test("functions that call functions, with attributes given and by default, compute what the runtime says", async () => {
  const x = new ort.Tensor("float32", Float32Array.of(1, -2, -3, 4), [2, 2]);
  const session = await ort.InferenceSession.create(file());
  const expected = await session.run({ x });
  const read = readModel(file());
  expect(read.graph.nodes.map(({ domain }) => domain)).toEqual(read.graph.nodes.map(() => ""));
  const own = await runModel(read, { x: { type: "float32", shape: [2, 2], data: [1, -2, -3, 4] } });
  for (const name of ["y", "z", "same"]) {
    expect(own[name].data).toEqual(Array.from(expected[name].data as Float32Array));
  }
  expect(own.y.data).toEqual([-2, 2, 3, -8]);
  expect(own.z.data).toEqual([-1, 0.25, 0.375, -4]);
});

test("a function of another opset than the model's is refused where an operator meant something else in it", () => {
  expect(() => readModel(file(17, "ReduceMax"))).toThrow(InputError);
  expect(() => readModel(file(17, "ReduceMax"))).toThrow(/\(ReduceMax\).*opset 18.*17/);
  expect(readModel(file(17)).opsets[""]).toBe(18);
});

const call = (op: string, output: string): Node => {
  return { op, domain: DOMAIN, name: "", inputs: ["a"], outputs: [output], attributes: {} };
};
const calling = (op: string, nodes: readonly Node[]): LocalFunction => {
  return { op, domain: DOMAIN, inputs: ["a"], outputs: ["b"], defaults: {}, nodes, opsets: {} };
};

test("functions without end, and those that double at each call, are refused in bounds", () => {
  const own = [calling("f", [call("f", "b")])];
  expect(() => inlineFunctions([call("f", "y")], own, {})).toThrow(InputError);
  const doubling = Array.from({ length: 40 }, (_, i) =>
    calling(`f${i}`, [call(`f${i + 1}`, "c"), { ...call(`f${i + 1}`, "b"), inputs: ["c"] }]),
  );
  expect(() => inlineFunctions([call("f0", "y")], doubling, {})).toThrow(InputError);
  const many = Array.from({ length: 14 }, (_, i) =>
    calling(
      `f${i}`,
      Array.from({ length: 4 }, (_, k) => call(`f${i + 1}`, k === 3 ? "b" : `c${k}`)),
    ),
  );
  expect(() => inlineFunctions([call("f0", "y")], many, {})).toThrow(InputError);
});

test("an input that a function returns is copied", () => {
  const returning: LocalFunction = { ...calling("f", []), outputs: ["a"] };
  const [copy] = inlineFunctions([{ ...call("f", "y"), inputs: ["x"] }], [returning], {});
  expect(copy).toMatchObject({ op: "Identity", inputs: ["x"], outputs: ["y"] });
});

test("what a branch inside a function names for itself does not hide what the caller gives", () => {
  const branch = (name: string): Graph => ({
    name,
    inputs: [],
    outputs: [{ name: "x" }],
    initializers: new Map(),
    nodes: [{ op: name, domain: "", name: "", inputs: ["a"], outputs: ["x"], attributes: {} }],
  });
  const attributes = { then_branch: { graph: branch("Exp") }, else_branch: { graph: branch("Neg") } };
  const choose: Node = { op: "If", domain: "", name: "", inputs: ["c"], outputs: ["b"], attributes };
  const chosen: LocalFunction = { ...calling("f", [choose]), inputs: ["a", "c"] };
  const [node] = inlineFunctions([{ ...call("f", "y"), inputs: ["x", "isOne"] }], [chosen], {});
  const { then_branch: inner } = node.attributes as unknown as Record<string, { graph: Graph }>;
  const [{ inputs, outputs }] = inner.graph.nodes;
  expect(inputs).toEqual(["x"]);
  expect(outputs).not.toEqual(["x"]);
  expect(inner.graph.outputs).toEqual([{ name: outputs[0] }]);
});
