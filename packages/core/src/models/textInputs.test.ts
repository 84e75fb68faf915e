// Inputs of words: what a row of 0 and 1 gives is what the runtime gives the words themselves.

import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import { CLASSICAL } from "../onnx/classical/index.ts";
import { type Graph, type Node, type OnnxModel, plainNode } from "../onnx/graph.ts";
import { writeModel } from "../onnx/proto.ts";
import { stream } from "../random.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { kindsOf } from "./inputs.ts";
import { modelFromBytes } from "./model.ts";
import { openModel } from "./open.ts";

const K = 3;

interface Column {
  readonly isText: boolean;
  /** The words that the encoder knows, as it writes them. */
  readonly known: readonly string[];
  readonly isFlat: boolean;
}

function weights(width: number): Tensor<"float32"> {
  const random = stream(5, "weights");
  return tensor(
    "float32",
    [width, K],
    Array.from({ length: width * K }, () => random.normal()),
  );
}

/** What skl2onnx makes of a pipeline: words one-hot, whole numbers cast, all of it weighed. */
function pipeline(columns: readonly Column[], opset: number): OnnxModel {
  const nodes: Node[] = [];
  const initializers = new Map<string, Tensor>([["flat", tensor("int64", [2], [-1, 1])]]);
  const parts = columns.map(({ isText, known, isFlat }, i) => {
    const [name, out] = [`c${i}`, `out${i}`];
    const attributes = { cats_strings: { strings: known }, zeros: { int: 1 } };
    if (!isText)
      nodes.push(
        plainNode("Cast", [name], `cast${i}`, { to: { int: 1 } }),
        plainNode("Reshape", [`cast${i}`, "flat"], out),
      );
    else {
      initializers.set(`shape${i}`, tensor("int64", [2], [-1, known.length]));
      nodes.push({
        op: "OneHotEncoder",
        domain: CLASSICAL,
        name: "",
        inputs: [name],
        outputs: [`hot${i}`],
        attributes,
      });
      nodes.push(plainNode("Reshape", [`hot${i}`, `shape${i}`], out));
    }
    return { name, out, shape: isFlat ? ["N"] : ["N", 1], width: isText ? known.length : 1, isText };
  });
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  initializers.set("w", weights(width));
  nodes.push(
    plainNode(
      "Concat",
      parts.map(({ out }) => out),
      "all",
      { axis: { int: 1 } },
    ),
    plainNode("MatMul", ["all", "w"], "scores"),
  );
  const graph: Graph = {
    ...{ name: "pipeline", initializers, nodes },
    inputs: parts.map(({ name, shape, isText }) =>
      isText ? { name, shape, isText } : { name, shape, type: "int64" as const },
    ),
    outputs: [{ name: "scores", type: "float32", shape: ["N", K] }],
  };
  return { graph, opsets: { "": 15, [CLASSICAL]: opset }, metadata: {}, producer: "" };
}

const word = fc.constantFrom("clerk", " cook", "São Paulo", "a=b", "7", "", "true");
const column = fc.record<Column>({
  isText: fc.boolean(),
  known: fc.uniqueArray(word, { minLength: 1, maxLength: 4, selector: (each) => each.trim() }),
  isFlat: fc.boolean(),
});
const cases = fc.record({
  columns: fc.array(column, { minLength: 1, maxLength: 4 }).filter((each) => each.some(({ isText }) => isText)),
  opset: fc.constantFrom(1, 2, 3),
  others: fc.uniqueArray(fc.constantFrom("unknown", "Zug", "none"), { maxLength: 2 }),
  seed: fc.nat(),
});

describe("a pipeline with inputs of words", () => {
  test("scores rows of 0 and 1 as the runtime scores the words, known or not", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ columns, opset, others, seed }) => {
        const bytes = writeModel(pipeline(columns, opset));
        const random = stream(seed, "rows");
        const n = 5;
        const values = columns.map(({ known }) => [...new Set([...known.map((each) => each.trim()), ...others])]);
        const chosen = columns.map((_, j) =>
          Array.from({ length: n }, () => Math.floor(random.uniform() * values[j].length)),
        );
        const numbers = columns.map(() => Array.from({ length: n }, () => Math.floor(random.uniform() * 9) - 4));
        const feeds = columns.map(({ isText, known, isFlat }, j) => {
          const words = chosen[j].map((k) => known.find((each) => each.trim() === values[j][k]) ?? values[j][k]);
          const dims = isFlat ? [n] : [n, 1];
          const value = isText
            ? new ort.Tensor("string", words, dims)
            : new ort.Tensor("int64", BigInt64Array.from(numbers[j], BigInt), dims);
          return [`c${j}`, value] as const;
        });
        const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
        const expected = (await session.run(Object.fromEntries(feeds))).scores.data as Float32Array;
        const given = new Map(values.map((each, j) => [`c${j}`, each]));
        const opened = await openModel(runtime, modelFromBytes(bytes, { words: given }));
        const cells = Array.from({ length: n }, (_, i) =>
          columns.flatMap(({ isText }, j) =>
            isText ? values[j].map((_, k) => (k === chosen[j][i] ? 1 : 0)) : [numbers[j][i]],
          ),
        );
        const scores = await opened.scores(tensor("float32", [n, cells[0].length], cells.flat()));
        expect(scores.data.every((value, at) => Math.abs(value - expected[at]) < 1e-5)).toBe(true);
        await opened.close();
        await session.release();
      }),
      { numRuns: 60 },
    );
  });

  test("has the gradients of the weights of its words, and none of words that it does not know", async () => {
    const columns: Column[] = [
      { isText: true, known: ["b", "a"], isFlat: false },
      { isText: false, known: ["-"], isFlat: false },
    ];
    const model = modelFromBytes(writeModel(pipeline(columns, 1)), { words: new Map([["c0", ["a", "b", "c"]]]) });
    expect(kindsOf(model.parts!)).toEqual(["fixed", "fixed", "fixed", "integer"]);
    const opened = await openModel(runtime, model);
    const x = tensor("float32", [2, 4], [1, 0, 0, 2, 0, 0, 1, -1]);
    const labels = Int32Array.of(0, 2);
    const { gradient, scores } = await opened.differentiable!.inputGradient("margin", x, labels);
    const w = weights(3).data;
    const rowOf = [1, 0, undefined, 2];
    for (const [i, label] of labels.entries()) {
      const own = scores.data.subarray(i * K, (i + 1) * K);
      const rival = [...own.keys()].filter((k) => k !== label).sort((a, b) => own[b] - own[a])[0];
      rowOf.forEach((row, j) => {
        const expected = row === undefined ? 0 : w[row * K + rival] - w[row * K + label];
        expect(gradient.data[i * 4 + j]).toBeCloseTo(expected, 5);
      });
    }
  });

  test("knows its words without data, and says what is missing where it does not", () => {
    const columns: Column[] = [{ isText: true, known: ["b", "a"], isFlat: false }];
    const model = pipeline(columns, 1);
    expect(modelFromBytes(writeModel(model)).parts).toMatchObject([{ name: "c0", type: "text", words: ["a", "b"] }]);
    const nodes = model.graph.nodes.map((node) =>
      node.op === "OneHotEncoder" ? { ...node, op: "TfIdfVectorizer", domain: "" } : node,
    );
    const unknown = writeModel({ ...model, graph: { ...model.graph, nodes } });
    expect(() => modelFromBytes(unknown)).toThrow(
      /inputs of the model: expected words that the file lists, or data with a column.*"c0".*--categorical "c0"/,
    );
    const inputs = [{ name: "c0", isText: true as const, shape: ["N", 3] }];
    expect(() => modelFromBytes(writeModel({ ...model, graph: { ...model.graph, inputs } }))).toThrow(
      /one word per row, got "c0" \[N,3\]/,
    );
  });
});
