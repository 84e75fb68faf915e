// Branches and loops written out, against the runtime's own, over random bodies, lengths, axes and directions.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Value } from "../../../test/reference/value.ts";
import { runModel } from "../../../test/runtime.ts";
import { sizeOf, type Tensor, tensor } from "../../tensor.ts";
import type { Attributes, Graph, Node, OnnxModel, ValueInfo } from "../graph.ts";
import { readModel, writeModel } from "../proto.ts";
import { upgrade } from "../upgrade.ts";

const RUNS = { seed: 1, numRuns: 60 };

const node = (op: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes = {}): Node => {
  return { op, domain: "", name: outputs[0], inputs, outputs, attributes };
};
const real = (name: string, shape?: readonly number[]): ValueInfo => ({
  name,
  type: "float32",
  ...(shape && { shape }),
});
const inner = (inputs: readonly ValueInfo[], nodes: readonly Node[], outputs: readonly ValueInfo[]): Graph => {
  return { name: "inner", inputs, outputs, nodes, initializers: new Map([["half", tensor("float32", [], [0.5])]]) };
};

function model(x: Value, nodes: readonly Node[], outputs: readonly string[], weights: Record<string, Tensor> = {}) {
  const graph: Graph = {
    name: "g",
    inputs: [real("x", x.shape)],
    outputs: outputs.map((name) => real(name)),
    initializers: new Map(Object.entries(weights)),
    nodes,
  };
  return { graph, opsets: { "": 18 }, metadata: {}, producer: "test" };
}

/** Runs a model as it is and written out, and compares; returns what it gives. */
async function agree(original: OnnxModel, x: Value): Promise<Readonly<Record<string, Value>>> {
  const written = upgrade(readModel(writeModel(original)));
  expect(written.graph.nodes.filter(({ attributes }) => Object.values(attributes).some((a) => "graph" in a))).toEqual(
    [],
  );
  const [expected, got] = [await runModel(original, { x }), await runModel(written, { x })];
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(got[name].shape).toEqual(shape);
    got[name].data.forEach((value, i) => {
      expect(value).toBeCloseTo(data[i], 4);
    });
  }
  return expected;
}

const values = (shape: readonly number[], key: number): Value => ({
  type: "float32",
  shape,
  data: Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(Math.sin(3.1 * i + key))),
});

/** A body that uses a value from outside (x), one of its own and what it is given. */
const step = (from: string, to: string) => [
  node("Mul", [from, "half"], ["scaled"]),
  node("Add", ["scaled", "x"], ["moved"]),
  node("Tanh", ["moved"], [to]),
];

test("a condition that follows from a shape picks a branch, which may use what is outside and hold another If", () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.integer(), async (rows, nested, key) => {
      const x = values([rows, 2], key);
      const deep = inner([], [node("Neg", ["x"], ["deep"])], [real("deep")]);
      const plain = inner([], [node("Exp", ["x"], ["plain"])], [real("plain")]);
      const branches = { then_branch: { graph: deep }, else_branch: { graph: plain } };
      const outer = inner([], [node("If", ["isOne"], ["chosen"], branches)], [real("chosen")]);
      const squeezed = inner([], step("x", "stepped"), [real("stepped")]);
      await agree(
        model(
          x,
          [
            node("Shape", ["x"], ["shape"], { end: { int: 1 } }),
            node("Equal", ["shape", "one"], ["isOne"]),
            node("If", ["isOne"], ["y"], {
              then_branch: { graph: squeezed },
              else_branch: { graph: nested ? outer : plain },
            }),
          ],
          ["y"],
          { one: tensor("int64", [1], [1]) },
        ),
        x,
      );
    }),
    RUNS,
  ));

test("a condition that depends on the input chooses between both branches", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), fc.integer(), async (shape, key) => {
      const x = values(shape, key);
      const given = model(
        x,
        [
          node("ReduceSum", ["x"], ["sum"], { keepdims: { int: 0 } }),
          node("Greater", ["sum", "zero"], ["isPositive"]),
          node("If", ["isPositive"], ["y"], {
            then_branch: { graph: inner([], step("x", "stepped"), [real("stepped")]) },
            else_branch: { graph: inner([], [node("Exp", ["x"], ["plain"])], [real("plain")]) },
          }),
        ],
        ["y"],
        { zero: tensor("float32", [], [0]) },
      );
      await agree(given, x);
    }),
    RUNS,
  ));

test("a loop carries values and collects others, until its limit or until its condition is false", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom("limit", "condition", "both"),
      fc.integer(),
      async (limit, last, ends, key) => {
        const x = values([2, 3], key);
        const body = inner(
          [{ name: "i", type: "int64", shape: [] }, { name: "c", type: "bool", shape: [] }, real("state")],
          [
            node("Less", ["i", "last"], ["goesOn"]),
            node("Identity", ["c"], ["same"]),
            node("Cast", ["i"], ["count"], { to: { int: 1 } }),
            ...step("state", "stepped"),
            node("Add", ["stepped", "count"], ["collected"]),
          ],
          [{ name: ends === "limit" ? "same" : "goesOn", type: "bool" }, real("stepped"), real("collected")],
        );
        const inputs = [ends === "condition" ? "" : "limit", ends === "limit" ? "" : "true", "x"];
        const { y } = await agree(
          model(x, [node("Loop", inputs, ["final", "y"], { body: { graph: body } })], ["final", "y"], {
            limit: tensor("int64", [], [limit]),
            last: tensor("int64", [], [last]),
            true: tensor("bool", [], [1]),
          }),
          x,
        );
        const iterations = ends === "limit" ? limit : ends === "condition" ? last + 1 : Math.min(limit, last + 1);
        expect(y.shape).toEqual([iterations, 2, 3]);
      },
    ),
    RUNS,
  ));

test("a scan goes along any axis in either direction, and stacks along any axis in either direction", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 3 }),
      fc.integer({ min: -3, max: 2 }),
      fc.integer({ min: -3, max: 2 }),
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 0, max: 1 }),
      fc.integer(),
      async (shape, axis, outputAxis, direction, outputDirection, key) => {
        fc.pre([axis, outputAxis].every((each) => each >= -shape.length && each < shape.length));
        const x = values(shape, key);
        const body = inner(
          [real("state"), real("element")],
          [
            node("Mul", ["state", "half"], ["scaled"]),
            node("Add", ["scaled", "element"], ["next"]),
            node("Tanh", ["next"], ["result"]),
          ],
          [real("next"), real("result")],
        );
        const attributes: Attributes = {
          body: { graph: body },
          num_scan_inputs: { int: 1 },
          scan_input_axes: { ints: [axis] },
          scan_input_directions: { ints: [direction] },
          scan_output_axes: { ints: [outputAxis] },
          scan_output_directions: { ints: [outputDirection] },
        };
        const nodes = [node("Scan", ["zero", "x"], ["final", "y"], attributes)];
        const rest = shape.toSpliced(axis, 1);
        const zero = tensor("float32", rest, new Array<number>(sizeOf(rest)).fill(0.25));
        await agree(model(x, nodes, ["final", "y"], { zero }), x);
      },
    ),
    RUNS,
  ));

test.each<[string, RegExp, (x: Value) => OnnxModel]>([
  [
    "as many iterations as the input says",
    /number of iterations/,
    (x) => {
      const body = inner(
        [{ name: "i", type: "int64" }, { name: "c", type: "bool" }, real("state")],
        [node("Identity", ["c"], ["same"]), ...step("state", "stepped")],
        [{ name: "same", type: "bool" }, real("stepped")],
      );
      return model(
        x,
        [
          node("ReduceMax", ["x"], ["most"], { keepdims: { int: 0 } }),
          node("Cast", ["most"], ["count"], { to: { int: 7 } }),
          node("Loop", ["count", "", "x"], ["y"], { body: { graph: body } }),
        ],
        ["y"],
      );
    },
  ],
  [
    "a loop without end",
    /iterations/,
    (x) => {
      const types = [{ name: "i", type: "int64" as const }, { name: "c", type: "bool" as const }, real("state")];
      const body = inner(types, [], [types[1], types[2]]);
      return model(x, [node("Loop", ["", "", "x"], ["y"], { body: { graph: body } })], ["y"]);
    },
  ],
  [
    "loops in loops that multiply",
    /at most 65536 nodes/,
    (x) => {
      const types = [{ name: "i", type: "int64" as const }, { name: "c", type: "bool" as const }, real("state")];
      let body = inner(types, step("state", "stepped"), [types[1], real("stepped")]);
      for (let depth = 0; depth < 6; depth++) {
        const loop = node("Loop", ["many", "", "state"], ["stepped"], { body: { graph: body } });
        body = inner(types, [loop], [types[1], real("stepped")]);
      }
      const many = tensor("int64", [], [100]);
      return model(x, [node("Loop", ["many", "", "x"], ["y"], { body: { graph: body } })], ["y"], { many });
    },
  ],
])("%s is refused in bounds", (_, message, make) => {
  const given = make(values([2, 3], 1));
  const start = performance.now();
  expect(() => upgrade(given)).toThrow(message);
  expect(performance.now() - start).toBeLessThan(30_000);
});
