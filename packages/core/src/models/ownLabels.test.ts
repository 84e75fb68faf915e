// Labels that a file looks up in a table of words, as scikit-learn's exporter writes them, with scores as a tensor or
// as a dictionary.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { TensorProto_DataType as DataType, ModelProtoSchema, TensorProtoSchema } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import type { Node } from "../onnx/graph.ts";
import { readModel, writeModel } from "../onnx/proto.ts";
import { stream } from "../random.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { checkOwnLabels } from "./kindChecks.ts";
import { argMax } from "./losses.ts";
import { modelFromBytes } from "./model.ts";
import { openModel } from "./open.ts";
import { readScores } from "./reading.ts";

const [n, d] = [20, 4];
const node = (op: string, inputs: readonly string[], output: string, rest: Partial<Node> = {}): Node => ({
  ...{ op, domain: "", name: output, inputs, outputs: [output], attributes: {} },
  ...rest,
});

/** Scores x A, and beside them labels that are the words of the highest of x B. */
function file(words: readonly string[], seed: number, isDictionary: boolean, more: readonly Node[] = []): Uint8Array {
  const k = words.length;
  const matrix = (name: string) => {
    const random = stream(seed, name);
    return tensor(
      "float32",
      [d, k],
      Float32Array.from({ length: d * k }, () => random.normal()),
    );
  };
  const ml = { domain: "ai.onnx.ml" };
  const nodes = [
    node("MatMul", ["x", "A"], "scores"),
    node("MatMul", ["x", "B"], "others"),
    node("ArgMax", ["others"], "highest", { attributes: { axis: { int: 1 } } }),
    node("ArrayFeatureExtractor", ["words", "highest"], "looked up", ml),
    node("Reshape", ["looked up", "flat"], "label"),
    node("Identity", ["label"], "output_label"),
    ...(isDictionary
      ? [
          node("ZipMap", ["scores"], "dictionary", {
            ...ml,
            attributes: { classlabels_strings: { strings: [...words] } },
          }),
        ]
      : []),
    ...more,
  ];
  const bytes = writeModel({
    graph: {
      name: "g",
      inputs: [{ name: "x", type: "float32", shape: ["N", d] }],
      outputs: [
        { name: "output_label" },
        { name: isDictionary ? "dictionary" : "scores" },
        ...more.map(({ outputs }) => ({ name: outputs[0] })),
      ],
      initializers: new Map<string, Tensor>([
        ["A", matrix("A")],
        ["B", matrix("B")],
        ["flat", tensor("int64", [1], [-1])],
        ["words", tensor("int64", [k], [...words.keys()])],
      ]),
      nodes,
    },
    opsets: { "": 18, "ai.onnx.ml": 3 },
    metadata: {},
    producer: "test",
  });
  const proto = fromBinary(ModelProtoSchema, bytes);
  proto.graph!.initializer = proto.graph!.initializer.map((each) =>
    each.name === "words"
      ? create(TensorProtoSchema, {
          name: "words",
          dims: each.dims,
          dataType: DataType.STRING,
          stringData: words.map((word) => new TextEncoder().encode(word)),
        })
      : each,
  );
  return toBinary(ModelProtoSchema, proto);
}

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 });
const wordLists = fc.uniqueArray(word, { minLength: 2, maxLength: 5 });

describe("labels looked up in words", () => {
  test("name the classes, and are compared with the highest score, whatever form scores have", async () => {
    await fc.assert(
      fc.asyncProperty(wordLists, fc.nat(), fc.boolean(), async (words, seed, isDictionary) => {
        const model = modelFromBytes(file(words, seed, isDictionary));
        expect(model.classNames).toEqual(words);
        const random = stream(seed, "x");
        const x = tensor(
          "float32",
          [n, d],
          Float32Array.from({ length: n * d }, () => random.normal()),
        );
        const opened = await openModel(runtime, model, x);
        const own = await opened.labels(x);
        const graph = readModel(file(words, seed, false)).graph;
        const product = (name: string) => {
          const values = graph.initializers.get(name)!.data as Float32Array;
          const k = words.length;
          const rows = Float32Array.from({ length: n * k }, (_, at) => {
            const [i, c] = [Math.floor(at / k), at % k];
            return Array.from({ length: d }, (_, j) => x.data[i * d + j] * values[j * k + c]).reduce(
              (a, b) => a + b,
              0,
            );
          });
          return argMax(tensor("float32", [n, k], rows));
        };
        expect(own).toEqual(product("B"));
        const scores = await opened.scores(x);
        const count = product("A").reduce((sum, label, i) => sum + (label === own![i] ? 0 : 1), 0);
        const [warning] = checkOwnLabels(scores, own, own!);
        if (count === 0) expect(warning).toBeUndefined();
        else expect(warning.sentence).toContain(`on ${count} of ${n} rows: by its labels 0.0 % are wrong`);
        await opened.close();
      }),
      { numRuns: 12 },
    );
  });

  test("words that are computed with are left out, as they were", () => {
    const more = [node("StringNormalizer", ["words"], "lower")];
    const read = readModel(file(["a", "b"], 1, false, more));
    expect(read.graph.outputs.map(({ name }) => name)).toEqual(["scores"]);
    expect(read.tables).toBeUndefined();
    expect(readScores(read)!.classNames).toBeUndefined();
  });
});
