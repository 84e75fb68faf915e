// ONNX files that ask the runtime, or a reader of the graph, for memory or time without end, or divide by zero.

import { tensor, writeModel } from "@carom/core";
import { modelOf } from "@carom/core/onnx";
import { varint } from "./bytes.mjs";

/** @typedef {import("@carom/core").Tensor} Tensor */

const [FLOAT, INT64] = [1, 7];

/** A graph that nobody checks while it is made. */
class Draft {
  /** @type {any[]} */
  nodes = [];
  /** @type {Map<string, Tensor>} */
  initializers = new Map();

  /** @param {string} op @param {readonly string[]} inputs */
  node(op, inputs, attributes = {}) {
    const name = `${op}${this.nodes.length}`;
    this.nodes.push({ op, domain: "", name, inputs, outputs: [name], attributes });
    return name;
  }

  /** @param {Tensor} value */
  constant(value) {
    const name = `constant${this.initializers.size}`;
    this.initializers.set(name, value);
    return name;
  }

  /** @param {any[]} inputs @param {any[]} outputs */
  graph(inputs, outputs) {
    return { name: "g", inputs, outputs, initializers: this.initializers, nodes: this.nodes };
  }
}

/**
 * A classifier of rows of 6 whose input goes through `hostile` first.
 * @param {(g: Draft, x: string) => string} hostile
 */
function through(hostile) {
  const g = new Draft();
  const weights = g.constant(
    tensor(
      "float32",
      [6, 2],
      Float32Array.from({ length: 12 }, (_, i) => (i % 5) - 2),
    ),
  );
  const scores = g.node("MatMul", [hostile(g, "x"), weights]);
  const graph = g.graph(
    [{ name: "x", type: "float32", shape: ["N", 6] }],
    [{ name: scores, type: "float32", shape: ["N", 2] }],
  );
  return Buffer.from(writeModel(modelOf(graph)));
}

const integers = (/** @type {Draft} */ g, /** @type {number[]} */ ...values) =>
  g.constant(tensor("int64", [values.length], BigInt64Array.from(values, BigInt)));
const integer = (/** @type {Draft} */ g, /** @type {bigint | number} */ value) =>
  g.constant(tensor("int64", [], new BigInt64Array([BigInt(value)])));
/** Adds the sum of something to the rows, so that it has to be computed. */
const plusSum = (/** @type {Draft} */ g, /** @type {string} */ x, /** @type {string} */ big) =>
  g.node("Add", [x, g.node("ReduceSum", [big], { keepdims: { int: 0 } })]);
const cast = (/** @type {Draft} */ g, /** @type {string} */ x, /** @type {number} */ to) =>
  g.node("Cast", [x], { to: { int: to } });

/** Rows as integers of which nobody knows before that they are zero. */
const noughts = (/** @type {Draft} */ g, /** @type {string} */ x) => {
  const whole = cast(g, x, INT64);
  return g.node("Sub", [whole, whole]);
};

const sound = () => through((_, x) => x);
/**
 * A sound file with bytes put at the end of its graph, or behind it: a field of Protocol Buffers may come in pieces.
 */
const withGraph = (/** @type {Buffer} */ more) =>
  Buffer.concat([sound(), Buffer.from([0x3a]), varint(BigInt(more.length)), more]);
const withModel = (/** @type {Buffer} */ more) => Buffer.concat([sound(), more]);
const field = (/** @type {number} */ number, /** @type {Buffer} */ content) =>
  Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(content.length)), content]);
const times = (/** @type {number} */ count, /** @type {number[]} */ ...bytes) =>
  Buffer.alloc(count * bytes.length, Buffer.from(bytes));

/** Graphs inside attributes inside nodes. @param {number} depth */
function nested(depth) {
  const heads = [];
  let length = 0;
  for (let i = 0; i < 3 * depth; i++) {
    const head = Buffer.concat([Buffer.from([[6, 5, 1][i % 3] * 8 + 2]), varint(BigInt(length))]);
    heads.push(head);
    length += head.length;
  }
  return Buffer.concat([Buffer.from([0x3a]), varint(BigInt(length)), ...heads.reverse()]);
}

/** Functions of which each calls the one before it twice. @param {number} depth */
function doubling(depth) {
  const text = (/** @type {number} */ number, /** @type {string} */ value) => field(number, Buffer.from(value));
  const call = (/** @type {string} */ from, /** @type {string} */ to, /** @type {string} */ name, domain = "f") =>
    Buffer.concat([text(1, from), text(2, to), text(4, name), ...(domain ? [text(7, domain)] : [])]);
  const opset = (/** @type {string} */ domain, /** @type {number} */ version) =>
    Buffer.concat([text(1, domain), Buffer.from([0x10, version])]);
  const functions = Array.from({ length: depth + 1 }, (_, i) => {
    const nodes = i === 0 ? [call("a", "b", "Relu", "")] : [call("a", "m", `F${i - 1}`), call("m", "b", `F${i - 1}`)];
    return field(
      25,
      Buffer.concat([
        text(1, `F${i}`),
        text(4, "a"),
        text(5, "b"),
        ...nodes.map((node) => field(7, node)),
        field(9, opset("", 18)),
        field(9, opset("f", 1)),
        text(10, "f"),
      ]),
    );
  });
  const x = field(
    11,
    Buffer.concat([
      text(1, "x"),
      field(
        2,
        field(
          1,
          Buffer.concat([
            Buffer.from([8, 1]),
            field(2, Buffer.concat([field(1, text(2, "N")), field(1, Buffer.from([8, 2]))])),
          ]),
        ),
      ),
    ]),
  );
  const scores = Buffer.concat([Buffer.from([0x62]), x.subarray(1)])
    .toString("latin1")
    .replace("\x01x", "\x01y");
  const graph = Buffer.concat([field(1, call("x", "y", `F${depth}`)), text(2, "g"), x, Buffer.from(scores, "latin1")]);
  return Buffer.concat([
    Buffer.from([8, 8]),
    field(7, graph),
    field(8, opset("", 18)),
    field(8, opset("f", 1)),
    ...functions,
  ]);
}

/** A loop that adds 1 and ends after so many rounds, which nobody can know before. @param {bigint} rounds */
const endless = (rounds) =>
  through((g, x) => {
    const body = new Draft();
    const still = body.node("Identity", ["going"]);
    const next = body.node("Add", ["value", body.constant(tensor("float32", [], [1]))]);
    const value = { type: "float32", shape: ["N", 6] };
    const graph = body.graph(
      [
        { name: "round", type: "int64", shape: [] },
        { name: "going", type: "bool", shape: [] },
        { name: "value", ...value },
      ],
      [
        { name: still, type: "bool", shape: [] },
        { name: next, ...value },
      ],
    );
    const count = g.node("Add", [integer(g, rounds), g.node("ReduceMax", [noughts(g, x)], { keepdims: { int: 0 } })]);
    const yes = g.constant(tensor("bool", [], new Uint8Array([1])));
    return g.node("Loop", [count, yes, x], { body: { graph } });
  });

/** @type {() => Record<string, Buffer>} */
export const modelTraps = () => ({
  "fill-1e10": through((g, x) => plusSum(g, x, g.node("ConstantOfShape", [integers(g, 1e10)]))),
  "fill-1e18": through((g, x) => plusSum(g, x, g.node("ConstantOfShape", [integers(g, 1e18)]))),
  "fill-negative": through((g, x) => plusSum(g, x, g.node("ConstantOfShape", [integers(g, -5)]))),
  "expand-1e10": through((g, x) => plusSum(g, x, g.node("Expand", [x, integers(g, 1e9, 1, 6)]))),
  "tile-1e9": through((g, x) => plusSum(g, x, g.node("Tile", [x, integers(g, 1e6, 1e3)]))),
  "pad-1e9": through((g, x) => plusSum(g, x, g.node("Pad", [x, integers(g, 0, 1e9, 0, 1e9)]))),
  "range-1e10": through((g, x) =>
    plusSum(g, x, cast(g, g.node("Range", [integer(g, 0), integer(g, 1e10), integer(g, 1)]), FLOAT)),
  ),
  "range-no-step": through((g, x) =>
    plusSum(g, x, cast(g, g.node("Range", [integer(g, 0), integer(g, 10), integer(g, 0)]), FLOAT)),
  ),
  "double-30": through((g, x) => {
    let big = x;
    for (let i = 0; i < 30; i++) big = g.node("Concat", [big, big], { axis: { int: 0 } });
    return plusSum(g, x, big);
  }),
  "loop-endless": endless(2n ** 62n),
  "loop-1e9": endless(10n ** 9n),
  "divide-zero": through((g, x) => g.node("Add", [x, cast(g, g.node("Div", [integer(g, 1), noughts(g, x)]), FLOAT)])),
  "divide-least": through((g, x) =>
    g.node("Add", [
      x,
      cast(g, g.node("Div", [g.node("Add", [noughts(g, x), integer(g, -(2n ** 63n))]), integer(g, -1)]), FLOAT),
    ]),
  ),
  "remainder-zero": through((g, x) =>
    g.node("Add", [x, cast(g, g.node("Mod", [integer(g, 1), noughts(g, x)]), FLOAT)]),
  ),
  "gather-far": through((g, x) => g.node("Gather", [x, integers(g, 0, 1, 2, 3, 4, 1e9)], { axis: { int: 1 } })),
  "reshape-huge": through((g, x) => g.node("Reshape", [x, integers(g, 2 ** 53, 6)])),
  "chain-20000": through((g, x) => {
    let last = x;
    for (let i = 0; i < 20_000; i++) last = g.node("Relu", [last]);
    return last;
  }),
  "nodes-empty-1e6": withGraph(times(1e6, 0x0a, 0)),
  "nodes-empty-1e7": withGraph(times(1e7, 0x0a, 0)),
  "initializers-empty-1e6": withGraph(times(1e6, 0x2a, 0)),
  "inputs-empty-1e6": withGraph(times(1e6, 0x5a, 0)),
  "outputs-empty-1e6": withGraph(times(1e6, 0x62, 0)),
  "opsets-empty-1e6": withModel(times(1e6, 0x42, 0)),
  "metadata-empty-1e6": withModel(times(1e6, 0x72, 0)),
  "functions-empty-1e6": withModel(times(1e6, 0xca, 1, 0)),
  "initializer-huge": withGraph(
    field(5, Buffer.concat([Buffer.from([8]), varint(2n ** 40n), Buffer.from([0x10, 1, 0x42, 1, 0x71])])),
  ),
  "initializer-rank": withGraph(
    field(
      5,
      Buffer.concat([
        Buffer.from([0x0a]),
        varint(1_000_000n),
        times(1_000_000, 1),
        Buffer.from([0x10, 1, 0x42, 1, 0x71]),
      ]),
    ),
  ),
  "initializer-file": withGraph(
    field(
      5,
      Buffer.concat([
        Buffer.from([8, 1, 0x10, 1, 0x42, 1, 0x71, 0x70, 1]),
        field(13, Buffer.concat([field(1, Buffer.from("location")), field(2, Buffer.from("/etc/passwd"))])),
      ]),
    ),
  ),
  "nested-20": nested(20),
  "nested-2000": nested(2000),
  "nested-200000": nested(200_000),
  "functions-doubling-12": doubling(12),
  "functions-doubling-25": doubling(25),
  "functions-doubling-60": doubling(60),
});
