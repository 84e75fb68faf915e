// What scores are by what comes out: shape, columns, probabilities, the file's own labels, and which of several
// outputs.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { readModel, writeModel } from "../onnx/proto.ts";
import { stream } from "../random.ts";
import { type Tensor, tensor, toNumbers } from "../tensor.ts";
import { exposeScores } from "./exposed.ts";
import { argMax } from "./losses.ts";
import { modelFromBytes } from "./model.ts";
import { openModel } from "./open.ts";
import { readScores } from "./reading.ts";

const N = 40;

function drawn(key: string, shape: readonly number[], size = 1): Tensor<"float32"> {
  const random = stream(4, key);
  const length = shape.reduce((product, dim) => product * dim, 1);
  return tensor(
    "float32",
    shape,
    Array.from({ length }, () => size * random.normal()),
  );
}

const x = drawn("rows", [N, 4]);

type Outputs = (g: GraphBuilder, z: (name: string, columns: number) => string) => Readonly<Record<string, string>>;

/** A file whose outputs are made of linear functions z of x, with other declared shapes where those are given. */
function file(outputs: Outputs, declared: Readonly<Record<string, readonly (number | string)[]>> = {}): Uint8Array {
  const g = new GraphBuilder();
  const input = g.input("x", "float32", ["N", 4]);
  const z = (name: string, columns: number) => g.node("MatMul", [input, g.constant(drawn(name, [4, columns]))]);
  for (const [name, value] of Object.entries(outputs(g, z))) g.output(value, name);
  const graph: Graph = g.graph();
  const changed = graph.outputs.map((output) => ({
    ...output,
    ...(declared[output.name] && { shape: declared[output.name] }),
  }));
  return writeModel(modelOf({ ...graph, outputs: changed }));
}

async function read(bytes: Uint8Array, output?: string) {
  const opened = await openModel(runtime, modelFromBytes(bytes, output === undefined ? {} : { output }), x);
  const scores = await opened.scores(x);
  await opened.close();
  return { opened, scores, probabilities: opened.probabilities, reading: opened.model.reading! };
}

const softmax = (g: GraphBuilder, z: string) => g.node("Softmax", [z], { axis: { int: 1 } });

describe("probabilities are what sums to 1 in each row, whatever it is called and made by", () => {
  const cases: Readonly<Record<string, readonly [boolean, Outputs]>> = {
    "a decision function called probabilities": [false, (_, z) => ({ probabilities: z("a", 3) })],
    "log-probabilities": [false, (g, z) => ({ log_probs: g.node("LogSoftmax", [z("a", 3)], { axis: { int: 1 } }) })],
    "the logarithm of a softmax": [false, (g, z) => ({ log_probs: g.node("Log", [softmax(g, z("a", 3))]) })],
    "a softmax called logits": [true, (g, z) => ({ logits: softmax(g, z("a", 3)) })],
    "votes by a matrix product": [
      true,
      (g, z) => {
        const both = g.node("Concat", [softmax(g, z("a", 3)), softmax(g, z("b", 3))], { axis: { int: 1 } });
        const votes = Array.from({ length: 18 }, (_, i) => (Math.floor(i / 3) % 3 === i % 3 ? 0.5 : 0));
        return { scores: g.node("MatMul", [both, g.constant(tensor("float32", [6, 3], votes))]) };
      },
    ],
    "tiny logits": [false, (g, z) => ({ scores: g.node("Mul", [z("a", 3), g.scalar(1e-7, "x")]) })],
    "one tiny logit": [false, (g, z) => ({ logit: g.node("Mul", [z("a", 1), g.scalar(1e-7, "x")]) })],
    "one sigmoid, written out": [
      true,
      (g, z) => ({ prob: g.node("Reciprocal", [g.node("Add", [g.scalar(1, "x"), g.node("Exp", [z("a", 1)])])]) }),
    ],
    "a sigmoid per class": [true, (g, z) => ({ y: g.node("Sigmoid", [z("a", 3)]) })],
  };
  test.each(Object.keys(cases))("%s", async (name) => {
    const [expected, outputs] = cases[name];
    expect((await read(file(outputs))).probabilities).toBe(expected);
  });
});

describe("the shape that comes out", () => {
  test("one column, declared as two, is the score of the second class", async () => {
    const bytes = file((_, z) => ({ probabilities: z("a", 1) }), { probabilities: ["N", 2] });
    const { scores, reading } = await read(bytes);
    expect(reading.columns).toBe("second");
    const weights = drawn("a", [4, 1]).data;
    const labels = Array.from({ length: N }, (_, i) => {
      return [0, 1, 2, 3].reduce((sum, j) => sum + weights[j] * x.data[4 * i + j], 0) > 0 ? 1 : 0;
    });
    expect(Array.from(argMax(scores))).toEqual(labels);
    // Without rows of data, rows are made up.
    const blind = await openModel(runtime, modelFromBytes(bytes));
    expect((await blind.scores(x)).data).toEqual(scores.data);
  });

  test.each([
    ["[N]", [-1]],
    ["[N, 1, 1]", [-1, 1, 1]],
  ])("one logit of shape %s is read as that of the second class", async (_, shape) => {
    const outputs =
      (shaped: boolean): Outputs =>
      (g, z) => ({
        logit: shaped ? g.node("Reshape", [z("a", 1), g.ints(shape)]) : z("a", 1),
      });
    expect((await read(file(outputs(true)))).scores.data).toEqual((await read(file(outputs(false)))).scores.data);
  });

  test("[N, K, 1, 1] is read as [N, K]", async () => {
    const bytes = file((g, z) => ({ y: g.node("Reshape", [z("a", 3), g.ints([-1, 3, 1, 1])]) }));
    const { scores } = await read(bytes);
    expect(scores.shape).toEqual([N, 3]);
    expect(scores.data).toEqual((await read(file((_, z) => ({ y: z("a", 3) })))).scores.data);
  });

  test("a list that is not one per row is refused", async () => {
    const images = file((g, z) => ({ scores: g.node("Reshape", [z("a", 6), g.ints([-1, 3, 2])]) }), {
      scores: ["N", 3],
    });
    await expect(read(images)).rejects.toThrow(/expected a list of scores for each row: .*got shape \[40, 3, 2\]/);
  });

  const layouts: readonly (readonly [string, Outputs, readonly (number | string)[] | undefined])[] = [
    ["a product from the left", (g, z) => ({ scores: g.node("Transpose", [z("a", 3)]) }), undefined],
    ["probabilities by column", (g, z) => ({ p: g.node("Transpose", [softmax(g, z("a", 3))]) }), [3, "N"]],
    ["rows declared first", (g, z) => ({ scores: g.node("Transpose", [z("a", 2)]) }), ["N", 2]],
    ["nothing declared", (g, z) => ({ scores: g.node("Transpose", [z("a", 2)]) }), ["A", "B"]],
  ];
  test.each(layouts)("scores with the classes first are refused as such: %s", async (_, outputs, shape) => {
    const bytes = (batch: number | string) => {
      const whole = readModel(file(outputs, shape && { scores: shape, p: shape }));
      const [input] = whole.graph.inputs;
      return writeModel({ ...whole, graph: { ...whole.graph, inputs: [{ ...input, shape: [batch, 4] }] } });
    };
    // Whatever number of rows the file takes: one, as many as there are classes, others.
    for (const batch of ["N", 1, 2, 3, 7]) {
      await expect(read(bytes(batch))).rejects.toThrow(/the rows on the last axis; .*transposed, a row per sample/);
      await expect(openModel(runtime, modelFromBytes(bytes(batch)))).rejects.toThrow(/the rows on the last axis/);
    }
    for (const rows of [2, 3]) {
      const few = tensor("float32", [rows, 4], x.data.slice(0, 4 * rows));
      await expect(openModel(runtime, modelFromBytes(bytes("N")), few)).rejects.toThrow(/the rows on the last axis/);
    }
  });

  test("as many rows as classes, or rows whose scores are all the same, are no sign of that", async () => {
    for (const k of [2, 3, 5]) {
      const rows = tensor("float32", [k, 4], x.data.slice(0, 4 * k));
      for (const size of [1, 0]) {
        const outputs: Outputs = (g, z) => ({
          logits: g.node("Mul", [z("a", k), g.constant(tensor("float32", [], [size]))]),
        });
        const opened = await openModel(runtime, modelFromBytes(file(outputs)), rows);
        expect((await opened.scores(rows)).shape).toEqual([k, k]);
        await opened.close();
      }
    }
  });

  test("what was seen is written down: a copy reads the same without being asked", async () => {
    for (const outputs of [
      (_, z) => ({ probabilities: z("a", 1) }),
      (g, z) => ({ logits: softmax(g, z("a", 3)) }),
      (_, z) => ({ probabilities: z("a", 3) }),
    ] as readonly Outputs[]) {
      const { opened, scores } = await read(file(outputs));
      const copy = modelFromBytes(opened.model.bytes);
      expect(copy.unseen).toBeUndefined();
      expect(copy.probabilities).toBe(opened.probabilities);
      const again = await openModel(runtime, copy);
      expect(await again.scores(x)).toEqual(scores);
    }
  });
});

describe("which output", () => {
  const heads: Outputs = (g, z) => ({ boxes: z("a", 4), classes: softmax(g, z("b", 3)) });
  const five: Outputs = (_, z) => Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, z(name, 3)]));

  test("a softmax before numbers of another kind; a dictionary before all", async () => {
    expect((await read(file(heads))).reading).toMatchObject({ scores: "classes", because: "a Softmax makes it" });
  });

  test("several alike are refused, and the one that is named is taken", async () => {
    expect(() => modelFromBytes(file(five))).toThrow(/expected one that holds the scores, got 5 that may: .*--output$/);
    const { scores, reading } = await read(file(five), "d");
    expect(reading.scores).toBe("d");
    expect(scores.data).toEqual((await read(file((_, z) => ({ only: z("d", 3) })))).scores.data);
    expect(() => modelFromBytes(file(five), { output: "f" })).toThrow(/^unknown output of the model "f"/);
  });

  test("scores and their softmax are one head", async () => {
    const both: Outputs = (g, z) => {
      const a = z("a", 3);
      return { logits: a, probabilities: softmax(g, a) };
    };
    expect((await read(file(both))).reading.scores).toBe("logits");
  });

  const labelsAlone: Readonly<Record<string, Outputs>> = {
    "the largest": (g, z) => ({ y: g.node("ArgMax", [z("a", 3)], { axis: { int: 1 }, keepdims: { int: 0 } }) }),
    "the largest, as a column": (g, z) => ({ y: g.node("ArgMax", [z("a", 3)], { axis: { int: -1 } }) }),
    "the largest probability": (g, z) => ({
      y: g.node("Cast", [g.node("ArgMax", [softmax(g, z("a", 3))], { axis: { int: 1 } })], { to: { int: 6 } }),
    }),
    "a table looked up": (g, z) => ({
      y: g.node("Gather", [
        g.ints([7, 8, 9]),
        g.node("ArgMax", [z("a", 3)], { axis: { int: 1 }, keepdims: { int: 0 } }),
      ]),
    }),
  };
  test.each(Object.entries(labelsAlone))(
    "labels alone are read by what they are the place of: %s",
    async (_, outputs) => {
      const { scores, opened } = await read(file(outputs));
      const plain = await read(file((_, z) => ({ scores: z("a", 3) })));
      expect(opened.classes).toBe(3);
      expect(argMax(scores)).toEqual(argMax(plain.scores));
    },
  );

  test("scores that were sorted by size are read as they were before", async () => {
    const sorted =
      (k: number): Outputs =>
      (g, z) => {
        const [values, places] = g.nodeOutputs("TopK", [softmax(g, z("a", 5)), g.ints([k])], {}, 2);
        return { values, places };
      };
    for (const k of [2, 5]) {
      const { scores, probabilities } = await read(file(sorted(k)));
      expect(probabilities).toBe(true);
      expect(scores.data).toEqual((await read(file((g, z) => ({ p: softmax(g, z("a", 5)) })))).scores.data);
    }
  });

  test("labels that no scores stand behind are refused with what to export", async () => {
    const smallest: Outputs = (g, z) => ({ y: g.node("ArgMin", [z("a", 3)], { axis: { int: 1 } }) });
    await expect(read(file(smallest))).rejects.toThrow(
      /scores or probabilities, not its labels alone.*zipmap.*--output/,
    );
  });

  test("one column without a name of scores is read where it is named", async () => {
    const price = file((_, z) => ({ price: z("a", 1) }));
    await expect(read(price)).rejects.toThrow(/say so with --output price$/);
    expect((await read(price, "price")).reading.columns).toBe("second");
  });
});

test("scores of pairs are read by votes, the sum of a class deciding between as many", async () => {
  const machine = (classes: number): Node => ({
    op: "SVMClassifier",
    domain: "ai.onnx.ml",
    name: "machine",
    inputs: ["x"],
    outputs: ["label", "pairs"],
    attributes: {
      vectors_per_class: { ints: Array.from({ length: classes }, () => 1) },
      classlabels_ints: { ints: Array.from({ length: classes }, (_, k) => k) },
    },
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 3, max: 6 }), fc.integer(), async (classes, seed) => {
      const width = (classes * (classes - 1)) / 2;
      const pairs = drawn(`pairs ${seed}`, [N, width]);
      const opsets = { "": 18, "ai.onnx.ml": 3 };
      const whole = {
        graph: {
          name: "g",
          inputs: [{ name: "x", type: "float32" as const, shape: ["N", 4] }],
          outputs: [{ name: "pairs", type: "float32" as const, shape: ["N", classes] }],
          initializers: new Map<string, Tensor>(),
          nodes: [machine(classes)],
        },
        opsets,
        metadata: {},
        producer: "test",
      };
      const reading = readScores(whole, { seen: pairs })!;
      expect(reading.columns).toBe("pairs");
      // The nodes behind the machine, fed with scores of pairs.
      const exposed = exposeScores(whole, reading);
      const inputs = [{ name: "pairs", type: "float32" as const, shape: ["N", width] }];
      const nodes = exposed.graph.nodes.filter(({ op }) => op !== "SVMClassifier");
      const session = await runtime.compile(writeModel({ ...exposed, graph: { ...exposed.graph, inputs, nodes } }));
      const [scores] = Object.values(await session.run({ pairs }));
      await session.release();
      const values = toNumbers(pairs);
      Array.from(argMax(scores)).forEach((label, i) => {
        const votes = new Array<number>(classes).fill(0);
        const sums = new Array<number>(classes).fill(0);
        let at = i * width;
        for (let a = 0; a < classes; a++) {
          for (let b = a + 1; b < classes; b++, at++) {
            votes[values[at] >= 0 ? a : b]++;
            sums[a] += values[at];
            sums[b] -= values[at];
          }
        }
        const best = votes.map((count, k) => [count, sums[k], k]).sort((a, b) => b[0] - a[0] || b[1] - a[1])[0][2];
        expect(label).toBe(best);
      });
    }),
    { numRuns: 20 },
  );
});

test("columns that are neither classes nor pairs of those that the file names are refused", () => {
  const whole = modelOf({
    name: "g",
    inputs: [{ name: "x", type: "float32", shape: ["N", 4] }],
    outputs: [{ name: "scores", type: "float32", shape: ["N", 4] }],
    initializers: new Map(),
    nodes: [
      {
        op: "LinearClassifier",
        domain: "ai.onnx.ml",
        name: "c",
        inputs: ["x"],
        outputs: ["label", "scores"],
        attributes: { classlabels_ints: { ints: [0, 1, 2, 3] } },
      },
    ],
  });
  expect(() => readScores(whole, { seen: drawn("six", [N, 6]) })).toThrow(
    /expected one for each of the 4 classes that the file names, got 6, as many as there are pairs of classes/,
  );
});
