// Files from anywhere: a thousand mutations of sound models, and faults made by hand, each refused or read in bounds.

import { describe, expect, test } from "vitest";
import { InputError } from "../src/errors.ts";
import { GraphBuilder, modelOf } from "../src/onnx/builder.ts";
import { differentiate } from "../src/onnx/differentiate.ts";
import type { Attribute, Graph, Node, OnnxModel } from "../src/onnx/graph.ts";
import { readModel, writeModel } from "../src/onnx/proto.ts";
import { simplify } from "../src/onnx/simplify.ts";
import { upgrade } from "../src/onnx/upgrade.ts";
import { type Stream, stream } from "../src/random.ts";
import { tensor } from "../src/tensor.ts";

/** Everything that is done to a file before the runtime sees it. */
function openStrictly(bytes: Uint8Array): void {
  const { graph } = upgrade(readModel(bytes));
  GraphBuilder.from(graph);
  simplify(differentiate(graph, { of: graph.outputs[0].name, by: graph.inputs.map(({ name }) => name) }));
}

function open(bytes: Uint8Array): "graph" | "refused" {
  try {
    openStrictly(bytes);
    return "graph";
  } catch (error) {
    if (error instanceof InputError) return "refused";
    throw error;
  }
}

/** Numbers of a fixed pattern; values do not matter here. */
const numbers = (...shape: number[]) => {
  const size = shape.reduce((product, each) => product * each, 1);
  return tensor(
    "float32",
    shape,
    Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
  );
};

function perceptron(): OnnxModel {
  const g = new GraphBuilder();
  g.input("x", "float32", ["N", 6]);
  const hidden = g.node("Relu", [g.node("Gemm", ["x", g.initializer("w", numbers(6, 4)), g.constant(numbers(4))])]);
  g.output(g.node("LogSoftmax", [g.node("MatMul", [hidden, g.constant(numbers(4, 3))])], { axis: { int: 1 } }), "y");
  return modelOf(g.graph(), { classes: '["a","b","c"]' });
}

function images(): OnnxModel {
  const g = new GraphBuilder();
  g.input("x", "float32", ["N", 2, 8, 8]);
  const square = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
  const a = g.node("Conv", ["x", g.constant(numbers(4, 2, 3, 3))], { pads: { ints: [1, 1, 1, 1] } });
  const statistics = Array.from({ length: 4 }, (_, i) => g.initializer(`s${i}`, tensor("float32", [4], [1, 2, 3, i])));
  const b = g.node("MaxPool", [g.node("BatchNormalization", [a, ...statistics])], square);
  const c = g.node("ConvTranspose", [g.node("AveragePool", [b], square), g.constant(numbers(4, 2, 3, 3))]);
  const d = g.node("Slice", [c, g.ints([3, 0]), g.ints([-100, 4]), g.ints([2, 3]), g.ints([-1, 2])]);
  g.output(g.node("Flatten", [g.node("GlobalAveragePool", [d])]), "y");
  return modelOf(g.graph());
}

function shapes(): OnnxModel {
  const g = new GraphBuilder();
  g.input("x", "float32", ["N", 3, 4]);
  const rows = g.node("Gather", [g.node("Shape", ["x"]), g.ints([0])]);
  const target = g.node("Concat", [rows, g.ints([-1])], { axis: { int: 0 } });
  const flat = g.node("Reshape", ["x", target]);
  const [left, right] = g.nodeOutputs("Split", [flat, g.ints([5, 7])], { axis: { int: 1 } }, 2);
  const tall = g.node("Transpose", [g.node("Pad", [left, g.ints([0, 1, 0, 1])])], { perm: { ints: [1, 0] } });
  const wide = g.node("Expand", [g.node("Unsqueeze", [right, g.ints([1])]), g.ints([1, 2, 1])]);
  const mean = g.node("ReduceMean", [wide, g.ints([1])], { keepdims: { int: 0 } });
  const chosen = g.node("Where", [g.node("Greater", [mean, g.scalar(0, mean)]), mean, g.node("Exp", [mean])]);
  const product = g.node("MatMul", [tall, g.node("Cast", [chosen], { to: { int: 1 } })]);
  const filled = g.node("ConstantOfShape", [g.ints([7, 7])], { value: { tensor: tensor("float32", [1], [2]) } });
  g.output(g.node("Add", [g.node("Squeeze", [g.node("Unsqueeze", [product, g.ints([0])]), g.ints([0])]), filled]), "y");
  return modelOf(g.graph());
}

/** Values that lengths, sizes, axes and types hold in hostile files. */
const extremes = [0n, 1n, 127n, 1n << 31n, (1n << 32n) - 1n, 1n << 53n, (1n << 63n) - 1n, (1n << 64n) - 1n];

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
}

const splice = (bytes: Uint8Array, at: number, remove: number, insert: ArrayLike<number> = []) =>
  Uint8Array.from([...bytes.subarray(0, at), ...Array.from(insert), ...bytes.subarray(at + remove)]);

const below = (random: Stream, limit: number) => Math.floor(random.uniform() * limit);

/** Ways to damage a file. Each takes bytes and returns others. */
const mutations: Readonly<Record<string, (bytes: Uint8Array, random: Stream) => Uint8Array>> = {
  "flip bytes": (bytes, random) => {
    const changed = bytes.slice();
    for (let count = 1 + below(random, 8); count > 0; count--)
      changed[below(random, bytes.length)] = below(random, 256);
    return changed;
  },
  truncate: (bytes, random) => bytes.slice(0, below(random, bytes.length)),
  "change the type of a field": (bytes, random) => {
    const at = below(random, bytes.length);
    return bytes.with(at, (bytes[at] & ~7) | below(random, 8));
  },
  "write an extreme number": (bytes, random) =>
    splice(bytes, below(random, bytes.length), 1, varint(extremes[below(random, extremes.length)])),
  "repeat a chunk": (bytes, random) => {
    const from = below(random, bytes.length);
    const chunk = bytes.subarray(from, from + below(random, 200));
    return splice(bytes, below(random, bytes.length), 0, chunk);
  },
  "remove a chunk": (bytes, random) => splice(bytes, below(random, bytes.length), below(random, 40)),
  "wrap in messages": (bytes, random) => {
    let wrapped: Uint8Array = bytes;
    const field = (1 + below(random, 20)) * 8 + 2;
    for (let depth = 10 ** below(random, 4); depth > 0; depth--) {
      wrapped = Uint8Array.from([field, ...varint(BigInt(wrapped.length)), ...wrapped]);
      if (wrapped.length > 20_000) break;
    }
    return Uint8Array.from([...bytes, ...wrapped]);
  },
};

/** Damage that keeps the file a file: fields of the graph with values that do not belong there. */
function changeGraph(model: OnnxModel, random: Stream): OnnxModel {
  const { graph } = model;
  const pick = <T>(list: readonly T[]) => list[below(random, list.length)];
  const nodes = graph.nodes.map((node) => ({ ...node }));
  const names = [
    "",
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.keys(),
    ...nodes.map((n) => n.name),
  ];
  const node = pick(nodes) as { -readonly [K in keyof Node]: Node[K] };
  const number = () => Number(BigInt.asIntN(54, pick(extremes))) * pick([1, -1]);
  const anything = (): Attribute =>
    pick<() => Attribute>([
      () => ({ int: number() }),
      () => ({ ints: Array.from({ length: below(random, 6) }, number) }),
      () => ({ float: pick([Number.NaN, Number.POSITIVE_INFINITY, -1, 0]) }),
      () => ({ string: "SAME_UPPER" }),
      () => ({ tensor: tensor("int64", [2], [-1, 2 ** 40]) }),
    ])();
  const initializers = new Map(graph.initializers);
  const known = [
    "axis",
    "perm",
    "pads",
    "strides",
    "dilations",
    "kernel_shape",
    "group",
    "to",
    "value",
    "keepdims",
    "alpha",
  ];
  const changes: (() => void)[] = [
    () => Object.assign(node, { op: pick([...nodes.map(({ op }) => op), "toString", "__proto__", "Slice", "Split"]) }),
    () => Object.assign(node, { inputs: node.inputs.map((name) => (random.uniform() < 0.5 ? pick(names) : name)) }),
    () => Object.assign(node, { inputs: node.inputs.slice(0, below(random, node.inputs.length + 1)) }),
    () => Object.assign(node, { outputs: [...node.outputs, pick(["more", "y", "x"])] }),
    () => Object.assign(node, { attributes: { ...node.attributes, [pick(known)]: anything() } }),
    () => {
      const name = pick([...initializers.keys()]);
      const size = below(random, 4);
      initializers.set(name, pick([numbers(size), tensor("int64", [size], Array.from({ length: size }, number))]));
    },
  ];
  for (let count = 1 + below(random, 2); count > 0; count--) pick(changes)();
  const inputs = graph.inputs.map((input) =>
    random.uniform() < 0.2
      ? { ...input, shape: Array.from({ length: below(random, 5) }, () => Math.abs(number())) }
      : input,
  );
  return { ...model, graph: { ...graph, nodes, inputs, initializers } };
}

describe("mutated files", () => {
  const models = [perceptron(), images(), shapes()];

  test("the models themselves are sound", () => {
    for (const model of models) expect(open(writeModel(model))).toBe("graph");
  });

  test("a thousand are graphs or input errors, each within a second, all within a gigabyte", () => {
    const random = stream(20, "hostile");
    const counts = { graph: 0, refused: 0 };
    let slowest = 0;
    const ways = Object.values(mutations);
    for (let i = 0; i < 1000; i++) {
      const model = models[i % models.length];
      let bytes: Uint8Array;
      if (i % 2 === 0) bytes = writeModel(changeGraph(model, random));
      else bytes = ways[below(random, ways.length)](writeModel(model), random);
      const start = performance.now();
      counts[open(bytes)]++;
      slowest = Math.max(slowest, performance.now() - start);
    }
    const most = process.resourceUsage().maxRSS / 2 ** 20;
    expect(counts.graph).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(500);
    expect(slowest).toBeLessThan(1000);
    expect(most).toBeLessThan(1);
  });
});

describe("hostile files by hand", () => {
  const node = (op: string, inputs: readonly string[], output: string, attributes = {}): Node => {
    return { op, domain: "", name: output, inputs, outputs: [output], attributes };
  };
  const file = (nodes: readonly Node[], change: Partial<Graph> = {}) =>
    writeModel(
      modelOf({
        name: "g",
        inputs: [{ name: "x", type: "float32", shape: ["N", "M"] }],
        outputs: [{ name: nodes[nodes.length - 1].outputs[0] }],
        initializers: new Map(),
        nodes,
        ...change,
      }),
    );
  const chain = (length: number, link: (before: string, after: string, i: number) => readonly Node[]) =>
    Array.from({ length }, (_, i) => link(i === 0 ? "x" : `y${i - 1}`, `y${i}`, i)).flat();
  const huge = [{ name: "s", type: "int64" as const, shape: [2 ** 40] }];
  const dims = (...values: number[]) => new Map([["d", tensor("int64", [values.length], values)]]);
  const along = { axis: { int: 0 } };

  /** A graph in an attribute of a node of a graph, and so on, as bytes. */
  const nested = (depth: number) => {
    const heads: number[][] = [];
    let length = 0;
    for (let i = 0; i < 3 * depth; i++) {
      // Field 6 of an attribute is a graph, 5 of a node its attributes, 1 of a graph its nodes.
      const head = [[6, 5, 1][i % 3] * 8 + 2, ...varint(BigInt(length))];
      heads.push(head);
      length += head.length;
    }
    return Uint8Array.from([0x3a, ...varint(BigInt(length)), ...heads.reverse().flat()]);
  };

  test.each<[string, Uint8Array, RegExp]>([
    [
      "shapes that double",
      file(chain(60, (a, b) => [node("Shape", [a], `s${b}`), node("Concat", [`s${b}`, `s${b}`], b, along)])),
      /./,
    ],
    [
      "lists that double",
      file([
        node("Shape", ["x"], "y0"),
        ...chain(40, (a, b, i) => [node("Concat", [i ? a : "y0", i ? a : "y0"], `${b}`, along)]).slice(1),
      ]),
      /real-valued/,
    ],
    [
      "products that double",
      file(
        chain(60, (a, b) => [
          node("Flatten", [a], `c${b}`, { axis: { int: 2 } }),
          node("Flatten", [a], `r${b}`, { axis: { int: 0 } }),
          node("MatMul", [`c${b}`, `r${b}`], b),
        ]),
      ),
      /product of at most/,
    ],
    [
      "axes without end",
      file(
        chain(80, (a, b) => [node("Unsqueeze", [a, "d"], b)]),
        { initializers: dims(0, 1) },
      ),
      /axes/,
    ],
    ["an Expand to a list of 2^40", file([node("Expand", ["x", "s"], "y")], { inputs: huge }), /"x"/],
    ["a ConstantOfShape of 2^40 axes", file([node("ConstantOfShape", ["s"], "y")], { inputs: huge }), /known length/],
    ["a negative size", file([node("ConstantOfShape", ["d"], "y")], { initializers: dims(-3) }), /make a shape/],
    ["an operator that objects have", file([node("toString", ["x"], "y")]), /operator/],
    ["a node without inputs", file([node("Conv", [], "y")]), /at least 2 inputs/],
    ["a step of zero", file([node("Slice", ["x", "d", "d", "d", "d"], "y")], { initializers: dims(0) }), /step 0/],
  ])("%s", (_, bytes, message) => {
    const start = performance.now();
    expect(() => openStrictly(bytes)).toThrow(InputError);
    expect(() => openStrictly(bytes)).toThrow(message);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test.each([10, 1000, 20_000])("graphs nested %i deep", (depth) => {
    const bytes = nested(depth);
    const start = performance.now();
    expect(() => openStrictly(bytes)).toThrow(InputError);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("sizes of 2^40 are shapes, not memory", () => {
    const big = file([node("ConstantOfShape", ["d"], "z"), node("Expand", ["z", "d"], "y")], {
      initializers: dims(2 ** 40, 2 ** 10),
    });
    const { graph } = upgrade(readModel(big));
    expect(GraphBuilder.from(graph).type("y").shape).toEqual([2 ** 40, 2 ** 10]);
  });

  test("a node of a hundred thousand inputs, each from a later node", () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `v${i}`);
    const nodes = [node("Sum", names, "y"), ...names.map((name) => node("Exp", ["x"], name))];
    const read = readModel(file(nodes, { outputs: [{ name: "y" }] }));
    expect(read.graph.nodes[100_000].op).toBe("Sum");
  });
});
