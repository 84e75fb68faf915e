// Several inputs, whole numbers, open sizes, a value inside: each gives the numbers of the same function of one row.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import { runModel } from "../../test/runtime.ts";
import { dataset, denseRows } from "../data/dataset.ts";
import type { BytesAs } from "../data/features.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { elementTypeNumber } from "../onnx/elementType.ts";
import { readModel, writeModel } from "../onnx/proto.ts";
import { stream } from "../random.ts";
import { type ElementType, sizeOf, type Tensor, tensor } from "../tensor.ts";
import { cutAt } from "./cut.ts";
import { kindsOf, rowsOfInputs } from "./inputs.ts";
import { modelFromBytes } from "./model.ts";
import { openModel } from "./open.ts";
import { withSizes } from "./openSizes.ts";
import { withShape } from "./withShape.ts";

const K = 3;

function drawn(random: ReturnType<typeof stream>, shape: readonly number[]): Tensor<"float32"> {
  return tensor(
    "float32",
    shape,
    Array.from({ length: sizeOf(shape) }, () => random.normal()),
  );
}

function head(g: GraphBuilder, x: string, width: number): string {
  const random = stream(3, "weights");
  const hidden = g.node("Tanh", [g.node("MatMul", [x, g.constant(drawn(random, [width, 7]))])]);
  return g.node("MatMul", [hidden, g.constant(drawn(random, [7, K]))]);
}

interface Input {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/**
 * tanh(x A) B of all inputs side by side; bytes count as shares of 255. All its operators mean the same since opset 7.
 */
function network(inputs: readonly Input[], opset = 18): Uint8Array {
  const g = new GraphBuilder();
  const width = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const parts = inputs.map(({ type, shape }, i) => {
    const input = g.input(`input ${i}`, type, ["N", ...shape]);
    const real = g.node("Cast", [input], { to: { int: elementTypeNumber("float32") } });
    const scaled = type === "uint8" ? g.node("Div", [real, g.scalar(255, real)]) : real;
    return g.node("Reshape", [scaled, g.ints([-1, sizeOf(shape)])]);
  });
  g.output(head(g, g.node("Concat", parts, { axis: { int: 1 } }), width), "scores");
  return writeModel({ ...modelOf(g.graph()), opsets: { "": opset } });
}

/** Named columns of both types, places among those of one type, and the axis of the columns as files write it. */
const gathered = fc.record({
  types: fc.array(fc.constantFrom<ElementType>("float32", "int64"), { minLength: 2, maxLength: 6 }),
  picks: fc.array(fc.nat(11), { minLength: 1, maxLength: 7 }),
  axis: fc.constantFrom(1, -1),
  seed: fc.nat(1000),
});

function largestDifference(a: Tensor, b: Tensor): number {
  const [x, y] = [a, b].map(({ data }) => Array.from(data as Float32Array));
  expect(x.length).toBe(y.length);
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i])), 0);
}

const types: readonly ElementType[] = ["float32", "float64", "int64", "int32", "int8", "uint8", "bool"];
const input = fc.record({
  type: fc.constantFrom(...types),
  shape: fc.constantFrom<number[]>([], [1], [3], [2, 2]),
});

describe("inputs side by side", () => {
  test("scores are those of one real input on whole numbers, gradients those of the function past the rounding", async () => {
    const inputLists = fc.array(input, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(inputLists, fc.constantFrom(7, 9, 10, 11, 18), async (inputs, opset) => {
        const width = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
        const joined = await openModel(runtime, modelFromBytes(network(inputs, opset)));
        const plain = await openModel(runtime, modelFromBytes(network([{ type: "float32", shape: [width] }])));
        const random = stream(1, "rows");
        const n = 5;
        const values = inputs.map(({ type, shape }) =>
          Array.from({ length: n }, () =>
            Array.from({ length: sizeOf(shape) }, () => {
              if (type === "bool") return random.uniform() < 0.5 ? 1 : 0;
              if (type === "uint8") return Math.floor(random.uniform() * 256) / 255;
              return type.startsWith("float") ? random.normal() : Math.round(3 * random.normal());
            }),
          ),
        );
        const rows = Array.from({ length: n }, (_, i) => values.flatMap((part) => part[i])).flat();
        const x = tensor("float32", [n, width], rows);
        const y = Int32Array.from({ length: n }, (_, i) => i % K);
        expect(largestDifference(await joined.scores(x), await plain.scores(x))).toBeLessThan(1e-5);
        const gradientOf = async ({ differentiable }: typeof plain) =>
          (await differentiable!.inputGradient("crossEntropy", x, y)).gradient;
        const gradient = await gradientOf(joined);
        expect(largestDifference(gradient, await gradientOf(plain))).toBeLessThan(1e-5);
        expect(Math.max(...Array.from(gradient.data as Float32Array, Math.abs))).toBeGreaterThan(1e-4);
        await Promise.all([joined.close(), plain.close()]);
      }),
      { numRuns: 15 },
    );
  });

  test("a file of bytes gets the bytes of the data, whatever those were read as", async () => {
    const meaning = fc.constantFrom<BytesAs | "floats" | "flags">("unit", "raw", "floats", "flags");
    await fc.assert(
      fc.asyncProperty(
        input,
        fc.array(fc.nat(255), { minLength: 40, maxLength: 40 }),
        meaning,
        async (part, draw, as) => {
          const n = 5;
          const file = network([{ ...part, type: "uint8" }]);
          const shape = [n, ...part.shape];
          const given = draw.slice(0, sizeOf(shape)).map((byte) => (as === "flags" ? byte % 2 : byte));
          const features = tensor(as === "floats" ? "float32" : "uint8", [n, sizeOf(part.shape)], given);
          const meant = as === "unit" || as === "raw" ? { bytes: as } : {};
          const data = dataset({ features, labels: [0, 1, 2, 0, 1], domain: [0, as === "unit" ? 1 : 255], ...meant });
          const model = await openModel(runtime, modelFromBytes(file, rowsOfInputs(data)));
          const feeds = { "input 0": { type: "uint8" as const, shape, data: given } };
          const scores = Object.values(await runModel(readModel(file), feeds))[0];
          const own = await model.scores(denseRows(withShape(data, model.inputShape, "the file")));
          expect(largestDifference(own, tensor("float32", [n, K], scores.data))).toBeLessThan(1e-6);
          expect(kindsOf(model.model.parts!)[0]).toBe(as === "unit" ? "real" : "integer");
          await model.close();
        },
      ),
      { numRuns: 20 },
    );
  });

  test("whole numbers are rounded, as the file would get them", async () => {
    for (const opset of [9, 18]) {
      const model = await openModel(runtime, modelFromBytes(network([{ type: "int64", shape: [2] }], opset)));
      const [near, exact] = [
        [1.4, -2.6],
        [1, -3],
      ].map((row) => tensor("float32", [1, 2], row));
      expect(largestDifference(await model.scores(near), await model.scores(exact))).toBe(0);
      await model.close();
    }
  });

  test("what a stranger's metadata claim of joined inputs is not believed where it makes no sense", () => {
    const file = readModel(network([{ type: "float32", shape: [2] }]));
    for (const claim of ["", "{", "null", "7", "[null]", '[{"name":"x"}]']) {
      const claiming = writeModel({ ...file, metadata: { "carom:inputs": claim } });
      expect(modelFromBytes(claiming)).toMatchObject({ onnx: expect.anything(), unreadable: undefined });
      expect(modelFromBytes(claiming).parts).toBeUndefined();
    }
  });

  test("what chooses entries of a table is held, and a file of nothing else says where to attack", () => {
    const lookUp = (isAlone: boolean) => {
      const g = new GraphBuilder();
      const table = g.constant(drawn(stream(2, "table"), [10, 4]));
      const chosen = g.node("Gather", [table, g.input("ids", "int64", ["N"])], { axis: { int: 0 } });
      const x = isAlone ? chosen : g.node("Add", [chosen, g.input("x", "float32", ["N", 4])]);
      g.output(head(g, x, 4), "scores");
      return modelFromBytes(writeModel(modelOf(g.graph())));
    };
    expect(kindsOf(lookUp(false).parts!)).toEqual(["fixed", "real", "real", "real", "real"]);
    expect(lookUp(false).onnx).toBeDefined();
    expect(lookUp(true)).toMatchObject({ onnx: undefined, unreadable: expect.stringContaining("--attack-at") });
  });

  test("columns that are gathered by their places, as exporters of column transformers do, are no table", async () => {
    await fc.assert(
      fc.asyncProperty(gathered, async ({ types: own, picks, axis, seed }) => {
        const g = new GraphBuilder();
        const each = own.map((type, i) => g.input(`column ${i}`, type, ["N", 1]));
        // Columns of one type stand side by side, and whole numbers become real behind the choice.
        const groups = [...new Set(own)].map((type) => {
          const members = own.flatMap((other, i) => (other === type ? [i] : []));
          const joined = g.node(
            "Concat",
            members.map((i) => each[i]),
            { axis: { int: 1 } },
          );
          const places = picks.map((pick) => pick % members.length);
          const chosen = g.node("Gather", [joined, g.ints(places)], { axis: { int: axis } });
          const real = g.node("Cast", [chosen], { to: { int: elementTypeNumber("float32") } });
          return { real, columns: places.map((place) => members[place]) };
        });
        const columns = groups.flatMap((group) => group.columns);
        const weights = drawn(stream(seed, "weights"), [columns.length, K]);
        const rows = g.node(
          "Concat",
          groups.map(({ real }) => real),
          { axis: { int: 1 } },
        );
        g.output(g.node("MatMul", [rows, g.constant(weights)]), "scores");
        const file = modelFromBytes(writeModel(modelOf(g.graph())));
        expect(kindsOf(file.parts!)).toEqual(own.map((type) => (type === "int64" ? "integer" : "real")));
        const model = await openModel(runtime, file);
        const random = stream(seed, "rows");
        const x = tensor(
          "float32",
          [4, own.length],
          Array.from({ length: 4 * own.length }, () => random.integer(9)),
        );
        const labels = Int32Array.of(0, 1, 2, 0);
        // Each column is weighed by the sum of the rows of weights whose place it has.
        const slopes = own.map((_, j) =>
          Array.from({ length: K }, (__, k) =>
            columns.reduce((sum, column, at) => sum + (column === j ? weights.data[K * at + k] : 0), 0),
          ),
        );
        const scores = Array.from(labels, (_, i) =>
          Array.from({ length: K }, (__, k) =>
            slopes.reduce((sum, w, j) => sum + w[k] * x.data[own.length * i + j], 0),
          ),
        );
        expect(largestDifference(await model.scores(x), tensor("float32", [4, K], scores.flat()))).toBeLessThan(1e-4);
        const shares = scores.map((row, i) => {
          const e = row.map((score) => Math.exp(score - Math.max(...row)));
          const sum = e.reduce((a, b) => a + b);
          return e.map((value, k) => value / sum - (k === labels[i] ? 1 : 0));
        });
        const expected = shares.flatMap((share) => slopes.map((w) => w.reduce((sum, v, k) => sum + v * share[k], 0)));
        const { gradient } = await model.differentiable!.inputGradient("crossEntropy", x, labels);
        expect(largestDifference(gradient, tensor("float32", [4, own.length], expected))).toBeLessThan(1e-4);
        await model.close();
      }),
      { numRuns: 30 },
    );
  });
});

describe("a file cut in two", () => {
  /** Rows of token numbers, a table of embeddings, and a mask that says which of them count. */
  function text(): Uint8Array {
    const g = new GraphBuilder();
    const ids = g.input("ids", "int64", ["N", "length"]);
    const mask = g.input("mask", "int64", ["N", "length"]);
    const table = g.constant(drawn(stream(2, "table"), [10, 4]));
    const embedded = g.node("Gather", [table, ids], { axis: { int: 0 } });
    const weight = g.node("Unsqueeze", [g.node("Cast", [mask], { to: { int: 1 } }), g.ints([2])]);
    const sum = g.node("ReduceSum", [g.node("Mul", [embedded, weight]), g.ints([1])], { keepdims: { int: 0 } });
    g.output(head(g, sum, 4), "scores");
    return writeModel(modelOf(g.graph()));
  }

  test("its halves compose to the whole, and the second has the gradient by the value", async () => {
    const file = withSizes(readModel(text()), { length: 3 });
    const embedded = file.graph.nodes.find(({ op }) => op === "Gather")!.outputs[0];
    const { front, back } = cutAt(file, embedded);
    const models = [file, front!, back].map((half) => modelFromBytes(writeModel(half)));
    const [whole, first, second] = await Promise.all(models.map((model) => openModel(runtime, model)));
    const x = tensor("float32", [2, 6], [0, 5, 9, 1, 1, 0, 7, 7, 2, 1, 0, 0]);
    const between = await first.scores(x);
    expect(between.shape).toEqual([2, 3 * 4 + 3]);
    expect(largestDifference(await second.scores(between), await whole.scores(x))).toBeLessThan(1e-6);
    expect(kindsOf(models[2].parts!)).toEqual([...new Array(12).fill("real"), "fixed", "fixed", "fixed"]);
    const labels = Int32Array.of(0, 2);
    const { gradient } = await second.differentiable!.inputGradient("crossEntropy", between, labels);
    const slopes = gradient.data as Float32Array;
    // What the mask leaves out does not count: the third token of the first row, all but the first of the second.
    const counts = Array.from({ length: 6 }, (_, i) =>
      slopes.subarray(15 * Math.floor(i / 3) + 4 * (i % 3)).slice(0, 4),
    );
    expect(counts.map((part) => part.some((value) => value !== 0))).toEqual([true, true, false, true, false, false]);
    await Promise.all([whole.close(), first.close(), second.close()]);
  });

  test("sizes and names that the file does not have are told", () => {
    const file = readModel(text());
    expect(() => withSizes(file, { width: 3 })).toThrow(/^unknown open axis of the model "width": .*length/);
    expect(() => withSizes(file, [3])).toThrow(/^invalid option --input-shape: .*several inputs/);
    expect(() => modelFromBytes(text())).toThrow(
      /^unsupported inputs of the model: .*"ids" \[N, length\]; .*--input-shape, such as length=16$/,
    );
    expect(() => cutAt(withSizes(file, { length: 3 }), "nothing")).toThrow(/^unknown value of the model "nothing"/);
  });
});
