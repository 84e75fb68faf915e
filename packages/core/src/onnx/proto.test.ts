import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  AttributeProto_AttributeType as AttributeKind,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from "onnx-buf";
import { describe, expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { allocate, type ElementType, sizeOf, type Tensor, tensor } from "../tensor.ts";
import { GraphBuilder, modelOf } from "./builder.ts";
import { differentiate } from "./differentiate.ts";
import type { Attribute, Graph, Node, OnnxModel } from "./graph.ts";
import { orderNodes } from "./order.ts";
import { readModel, writeModel } from "./proto.ts";
import { writeTensor } from "./protoTensor.ts";
import { writeValueInfo } from "./protoValue.ts";

const types: readonly ElementType[] = [
  "float32",
  "float64",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "bool",
];

/** Any tensor, its bytes random: not-a-number, infinities and the largest integers included. */
const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom(...types),
    fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
    fc.infiniteStream(fc.nat({ max: 255 })),
  )
  .map(([type, shape, bytes]) => {
    const data = allocate(type, sizeOf(shape));
    const view = new Uint8Array(data.buffer);
    for (let i = 0; i < view.length; i++) view[i] = type === "bool" ? i % 2 : bytes.next().value;
    return { type, shape, data };
  });

const text = fc.string({ unit: "grapheme", maxLength: 8 });
const int = fc.maxSafeInteger();
const float = fc.float({ noNaN: true });

const anyAttribute: fc.Arbitrary<Attribute> = fc.oneof(
  int.map((value) => ({ int: value })),
  float.map((value) => ({ float: value })),
  text.map((value) => ({ string: value })),
  fc.array(int, { maxLength: 3 }).map((value) => ({ ints: value })),
  fc.array(float, { maxLength: 3 }).map((value) => ({ floats: value })),
  fc.array(text, { maxLength: 3 }).map((value) => ({ strings: value })),
  anyTensor.map((value) => ({ tensor: value })),
  fc.tuple(text, anyTensor).map(([name, value]) => ({
    graph: {
      name,
      inputs: [{ name: "a" }],
      outputs: [{ name: "b", type: "float32" as const, shape: ["N", 2] }],
      initializers: new Map([["w", value]]),
      nodes: [{ op: "Add", domain: "", name, inputs: ["a", "w"], outputs: ["b"], attributes: { axis: { int: 1 } } }],
    },
  })),
);

const names = (prefix: string) => fc.nat({ max: 4 }).map((n) => Array.from({ length: n }, (_, i) => `${prefix}${i}`));
const dims = fc.array(fc.oneof(fc.nat({ max: 9 }), fc.constantFrom("N", "4*N", "2*M*N", "batch size")), {
  maxLength: 3,
});

/** Any model whose node k reads inputs, weights and the results of nodes before it. */
const anyModel: fc.Arbitrary<OnnxModel> = fc
  .record({
    inputs: names("x").chain((all) =>
      fc.tuple(
        ...all.map((name) => fc.record({ name: fc.constant(name), type: fc.constantFrom(...types), shape: dims })),
      ),
    ),
    weights: names("w").chain((all) => fc.tuple(...all.map((name) => fc.tuple(fc.constant(name), anyTensor)))),
    nodes: fc.array(
      fc.record({
        op: fc.string({ minLength: 1, maxLength: 6 }),
        domain: fc.constantFrom("", "ai.onnx.ml"),
        reads: fc.array(fc.nat(), { maxLength: 3 }),
        attributes: fc.dictionary(
          fc.string({ minLength: 1, maxLength: 5 }).filter((key) => key !== "__proto__"),
          anyAttribute,
          { maxKeys: 3 },
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    metadata: fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"),
      text,
      { maxKeys: 3 },
    ),
    producer: text,
  })
  .map(({ inputs, weights, nodes, metadata, producer }) => {
    const available = ["", ...inputs.map(({ name }) => name), ...weights.map(([name]) => name)];
    const made = nodes.map(({ op, domain, reads, attributes }, k): Node => {
      const node = { op, domain, name: `node ${k}`, outputs: [`y${k}`], attributes };
      const chosen = reads.map((read) => available[read % available.length]);
      available.push(`y${k}`);
      return { ...node, inputs: chosen };
    });
    const outputs = [{ name: `y${made.length - 1}` }];
    const graph: Graph = { name: "g", inputs, outputs, initializers: new Map(weights), nodes: made };
    return { graph, opsets: { "": 18, "ai.onnx.ml": 3 }, metadata, producer };
  });

/** Bytes instead of numbers, so that not-a-number and negative zero compare as what they are. */
function comparable(model: OnnxModel): unknown {
  const bytes = ({ type, shape, data }: Tensor) => ({
    type,
    shape,
    bytes: [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  });
  const plain = (graph: Graph): object => ({
    ...graph,
    initializers: [...graph.initializers].map(([name, value]) => [name, bytes(value)]),
    nodes: graph.nodes.map((node) => ({
      ...node,
      attributes: Object.entries(node.attributes).map(([name, value]) => [
        name,
        "tensor" in value ? bytes(value.tensor) : "graph" in value ? plain(value.graph) : value,
      ]),
    })),
  });
  return {
    ...model,
    opsets: { ...model.opsets },
    metadata: { ...model.metadata },
    graph: plain(model.graph),
  };
}

describe("a file", () => {
  test("gives back the model that was written", () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        expect(comparable(readModel(writeModel(model)))).toEqual(comparable(model));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("is the same for the same model, also after it was read back", () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const bytes = writeModel(model);
        expect(writeModel(model)).toEqual(bytes);
        expect(writeModel(readModel(bytes))).toEqual(bytes);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test("is what the library for protocol buffers writes, though its weights are joined apart", () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const bytes = writeModel(model);
        expect(toBinary(ModelProtoSchema, fromBinary(ModelProtoSchema, bytes))).toEqual(bytes);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  test("holds a gradient graph whose dimensions are products", () => {
    const g = new GraphBuilder();
    g.input("x", "float32", ["N", 4]);
    g.output(g.node("Flatten", [g.node("Exp", ["x"])], { axis: { int: 0 } }), "y");
    const graph = differentiate(g.graph(), { of: "y", by: "x" });
    expect(graph.outputs[0].shape).toEqual([1, "4*N"]);
    expect(readModel(writeModel(modelOf(graph))).graph.outputs).toEqual(graph.outputs);
  });
});

/** x -> a -> b -> y, with a weight. */
function chain(): OnnxModel {
  const node = (op: string, inputs: readonly string[], output: string): Node => ({
    op,
    domain: "",
    name: output,
    inputs,
    outputs: [output],
    attributes: {},
  });
  return modelOf({
    name: "g",
    inputs: [{ name: "x", type: "float32", shape: ["N", 2] }],
    outputs: [{ name: "y", type: "float32", shape: ["N", 2] }],
    initializers: new Map([["w", tensor("float32", [2], [1, 2])]]),
    nodes: [node("Exp", ["x"], "a"), node("Mul", ["a", "w"], "b"), node("Add", ["b", "a"], "y")],
  });
}

function withGraph(change: (graph: Graph) => Partial<Graph>): OnnxModel {
  const model = chain();
  return { ...model, graph: { ...model.graph, ...change(model.graph) } };
}

const refused = (model: OnnxModel) => () => readModel(writeModel(model));

describe("a file with unordered nodes", () => {
  test("is read in an order in which every value is made before it is used", () => {
    const { nodes } = chain().graph;
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders) {
      const read = readModel(writeModel(withGraph(() => ({ nodes: order.map((i) => nodes[i]) }))));
      expect(read.graph.nodes.map(({ name }) => name)).toEqual(["a", "b", "y"]);
    }
  });

  test("keeps the order of nodes that are ordered already, and orders long chains without a deep stack", () => {
    const length = 50_000;
    const nodes = Array.from({ length }, (_, i): Node => {
      return {
        op: "Exp",
        domain: "",
        name: "",
        inputs: [i === 0 ? "x" : `y${i - 1}`],
        outputs: [`y${i}`],
        attributes: {},
      };
    });
    const graph = { ...chain().graph, outputs: [{ name: `y${length - 1}` }], nodes };
    expect(orderNodes(graph).nodes).toEqual(nodes);
    expect(orderNodes({ ...graph, nodes: nodes.toReversed() }).nodes).toEqual(nodes);
  });
});

describe("a faulty file is an input error", () => {
  const rename = (graph: Graph, at: number, change: Partial<Node>) =>
    graph.nodes.map((node, i) => (i === at ? { ...node, ...change } : node));

  test.each<[string, OnnxModel, RegExp]>([
    ["a cycle", withGraph((g) => ({ nodes: rename(g, 0, { inputs: ["b"] }) })), /without cycles/],
    [
      "a node that uses its own result",
      withGraph((g) => ({ nodes: rename(g, 0, { inputs: ["a"] }) })),
      /without cycles/,
    ],
    ["two nodes with one result", withGraph((g) => ({ nodes: rename(g, 1, { outputs: ["a"] }) })), /"a" made again/],
    ["a result named as an input", withGraph((g) => ({ nodes: rename(g, 1, { outputs: ["x"] }) })), /"x" made again/],
    ["a result named as a weight", withGraph((g) => ({ nodes: rename(g, 1, { outputs: ["w"] }) })), /"w" made again/],
    ["two inputs of one name", withGraph((g) => ({ inputs: [...g.inputs, ...g.inputs] })), /"x" made again/],
    ["a value nobody makes", withGraph((g) => ({ nodes: rename(g, 1, { inputs: ["a", "v"] }) })), /using "v"/],
    ["an output nobody makes", withGraph(() => ({ outputs: [{ name: "z" }] })), /output "z"/],
    ["no output", withGraph(() => ({ outputs: [] })), /at least one output, got none/],
    ["no opset", { ...chain(), opsets: {} }, /opset/],
  ])("%s", (_, model, message) => {
    expect(refused(model)).toThrow(InputError);
    expect(refused(model)).toThrow(message);
  });

  test("bytes cut off anywhere within the graph or its opset", () => {
    const bytes = writeModel(chain());
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readModel(bytes.subarray(0, length)), `${length} bytes`).toThrow(InputError);
    }
  });

  test("random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(() => readModel(bytes)).toThrow(InputError);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test("bytes of a real file in which one is changed give a model or an input error, nothing else", () => {
    const bytes = writeModel(chain());
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        try {
          readModel(bytes.with(at, value));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { seed: 4, numRuns: 3000 },
    );
  });
});

test("a number that JavaScript cannot hold exactly is refused when it would be written again", () => {
  const g = new GraphBuilder();
  g.output(g.node("Relu", [g.input("x", "float32", ["N", 2])]), "scores");
  const bytes = writeModel(modelOf(g.graph()));
  // One more import of the standard operators: field 8, of 11 bytes, version 2^63 - 1.
  const version = [0x42, 11, 0x0a, 0, 0x10, ...new Array<number>(8).fill(255), 127];
  version[1] = version.length - 2;
  const read = readModel(Uint8Array.from([...bytes, ...version]));
  expect(() => writeModel(read)).toThrow(InputError);
  expect(() => writeModel(read)).toThrow(
    /unsupported OperatorSetIdProto\.version of the ONNX file: .* got 9223372036854775808/,
  );
});

test("the largest integers of attributes stay large, and are written again", () => {
  const largest = 2n ** 63n - 1n;
  const ends = create(AttributeProtoSchema, {
    name: "value_ints",
    type: AttributeKind.INTS,
    ints: [largest, -largest],
  });
  const nodes = [
    create(NodeProtoSchema, { opType: "Constant", output: ["end"], attribute: [ends] }),
    create(NodeProtoSchema, { opType: "Gather", input: ["end", "first"], output: ["last"] }),
    create(NodeProtoSchema, { opType: "Slice", input: ["x", "start", "last"], output: ["y"] }),
  ];
  const file = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: 18n })],
    graph: create(GraphProtoSchema, {
      name: "g",
      input: [writeValueInfo({ name: "x", type: "float32", shape: [5] })],
      output: [writeValueInfo({ name: "y", type: "float32", shape: [3] })],
      initializer: [writeTensor("start", tensor("int64", [1], [2])), writeTensor("first", tensor("int64", [1], [0]))],
      node: nodes,
    }),
  });
  const model = readModel(toBinary(ModelProtoSchema, file));
  expect(GraphBuilder.from(model.graph).type("y").shape).toEqual([3]);
  const again = readModel(writeModel(model));
  expect(again.graph.nodes[0].attributes).toEqual(model.graph.nodes[0].attributes);
});
