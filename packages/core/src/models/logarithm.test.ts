// Logarithms of probabilities, however those are written: the same function where nothing saturates, and finite where
// it does.

import { describe, expect, test } from "vitest";
import { runModel } from "../../test/runtime.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import type { Attributes } from "../onnx/graph.ts";
import { stream } from "../random.ts";
import { logitsOf } from "./logits.ts";

/** Writes probabilities [N, K] of logits z [N, K]. */
type Writing = (g: GraphBuilder, z: string) => string;

const along = (g: GraphBuilder) => g.ints([1]);
const one = (g: GraphBuilder, like: string) => g.scalar(1, like);
const column = (g: GraphBuilder, z: string, k: number) =>
  g.node("Slice", [z, g.ints([k]), g.ints([k + 1]), g.ints([1])]);
const half = (g: GraphBuilder, z: string) => g.node("Mul", [z, g.scalar(0.5, z)]);
const beside = (g: GraphBuilder, ...parts: readonly string[]) => g.node("Concat", parts, { axis: { int: 1 } });
const normalised = (g: GraphBuilder, x: string) => g.node("Div", [x, g.node("ReduceSum", [x, along(g)])]);
const softmax: Writing = (g, z) => g.node("Softmax", [z], { axis: { int: 1 } });
const logistic: Writing = (g, z) =>
  g.node("Div", [one(g, z), g.node("Add", [one(g, z), g.node("Exp", [g.node("Neg", [z])])])]);
const dropped: Attributes = { keepdims: { int: 0 } };

const lessMaximum: Writing = (g, z) => g.node("Exp", [g.node("Sub", [z, g.node("ReduceMax", [z, along(g)])])]);

/** Ways to write the softmax. */
const softmaxes: Readonly<Record<string, Writing>> = {
  Softmax: softmax,
  "exponentials by their sum": (g, z) => normalised(g, g.node("Exp", [z])),
  "the same, less the maximum": (g, z) => normalised(g, lessMaximum(g, z)),
  "the sum as log-sum-exp": (g, z) => g.node("Exp", [g.node("Sub", [z, g.node("ReduceLogSumExp", [z, along(g)])])]),
  "log-sum-exp of a dropped axis": (g, z) => {
    const total = g.node("ReduceLogSumExp", [z, along(g)], dropped);
    return g.node("Exp", [g.node("Sub", [z, g.node("Reshape", [total, g.ints([-1, 1])])])]);
  },
  "LogSoftmax, then Exp": (g, z) => g.node("Exp", [g.node("LogSoftmax", [z], { axis: { int: 1 } })]),
  "Softmax by its own sum": (g, z) => normalised(g, softmax(g, z)),
  "a sum guarded against zero": (g, z) => {
    const x = lessMaximum(g, z);
    const sum = g.node("ReduceL1", [x, along(g)]);
    const isZero = g.node("Equal", [sum, g.scalar(0, z)]);
    return g.node("Div", [x, g.node("Where", [isZero, one(g, z), sum])]);
  },
  "one to which 1 is added where it is zero": (g, z) => {
    const x = lessMaximum(g, z);
    const sum = g.node("ReduceSum", [x, along(g)]);
    const flag = g.node("Cast", [g.node("Equal", [sum, g.scalar(0, z)])], { to: { int: 1 } });
    return g.node("Div", [x, g.node("Add", [sum, flag])]);
  },
};

/** Ways to write two probabilities of which the second has log odds s. */
const pairs: Readonly<Record<string, Writing>> = {
  "a sigmoid and what is left": (g, s) => {
    const p = g.node("Sigmoid", [s]);
    return beside(g, g.node("Sub", [one(g, s), p]), p);
  },
  "a sigmoid of both signs": (g, s) => g.node("Sigmoid", [beside(g, g.node("Neg", [s]), s)]),
  "written out": (g, s) => {
    const p = logistic(g, s);
    return beside(g, g.node("Sub", [one(g, s), p]), p);
  },
  "by a reciprocal": (g, s) => {
    const p = g.node("Reciprocal", [g.node("Add", [g.node("Exp", [g.node("Neg", [s])]), one(g, s)])]);
    return beside(g, g.node("Sub", [one(g, s), p]), p);
  },
  "twice from 1": (g, s) => {
    const q = g.node("Sub", [one(g, s), g.node("Sigmoid", [s])]);
    return beside(g, q, g.node("Sub", [one(g, s), q]));
  },
};

/** Probabilities that are no softmax of z, in float64. */
const others: Readonly<Record<string, readonly [Writing, (z: readonly number[]) => readonly number[]]>> = {
  "the mean of two softmaxes": [
    (g, z) => half(g, g.node("Add", [softmax(g, z), softmax(g, half(g, z))])),
    (z) => soft(z).map((p, k) => (p + soft(z.map((s) => s / 2))[k]) / 2),
  ],
  "the mean over a new axis": [
    (g, z) => {
      const parts = [softmax(g, z), softmax(g, half(g, z))].map((p) => g.node("Unsqueeze", [p, g.ints([0])]));
      return g.node("ReduceMean", [g.node("Concat", parts, { axis: { int: 0 } }), g.ints([0])], dropped);
    },
    (z) => soft(z).map((p, k) => (p + soft(z.map((s) => s / 2))[k]) / 2),
  ],
  "weighted votes": [
    (g, z) => {
      const [a, b] = [g.scalar(0.25, z), g.scalar(0.75, z)];
      const second = softmax(g, g.node("Neg", [z]));
      return g.node("Sum", [g.node("Mul", [softmax(g, z), a]), g.node("Mul", [b, second])]);
    },
    (z) => soft(z).map((p, k) => 0.25 * p + 0.75 * soft(z.map((s) => -s))[k]),
  ],
  "one machine per class, calibrated and normalised": [
    (g, z) => normalised(g, beside(g, ...[0, 1, 2].map((k) => logistic(g, column(g, z, k))))),
    (z) => {
      const p = z.map((s) => 1 / (1 + Math.exp(-s)));
      return p.map((each) => each / p.reduce((a, b) => a + b));
    },
  ],
};

function soft(z: readonly number[]): number[] {
  const highest = Math.max(...z);
  const x = z.map((s) => Math.exp(s - highest));
  return x.map((each) => each / x.reduce((a, b) => a + b));
}

const N = 40;

/** What comes out of a writing for random logits of some size: probabilities and their stand-ins, row by row. */
async function valuesOf(writing: Writing, columns: number, size: number) {
  const g = new GraphBuilder();
  const z = g.input("z", "float32", ["N", columns]);
  const p = writing(g, z);
  const logits = logitsOf(g, p);
  expect(logits).toBeDefined();
  g.output(p, "p");
  g.output(logits!.scores, "scores");
  g.output(logits!.logarithms, "logarithms");
  const random = stream(5, "logits", size);
  const rows = Array.from({ length: N }, () =>
    Array.from({ length: columns }, () => Math.fround(size * random.normal())),
  );
  const out = await runModel(modelOf(g.graph()), { z: { type: "float32", shape: [N, columns], data: rows.flat() } });
  const rowsOf = (name: string) => {
    const width = out[name].data.length / N;
    return rows.map((_, i) => Array.from(out[name].data.slice(i * width, (i + 1) * width), Number));
  };
  return { rows, p: rowsOf("p"), scores: rowsOf("scores"), logarithms: rowsOf("logarithms") };
}

const close = (a: number, b: number, tolerance = 2e-6) =>
  expect(Math.abs(a - b)).toBeLessThan(tolerance * (1 + Math.abs(b)));
const lse = (z: readonly number[]) => {
  const highest = Math.max(...z);
  return highest + Math.log(z.reduce((sum, s) => sum + Math.exp(s - highest), 0));
};

describe("a softmax of three classes, however it is written", () => {
  test.each(Object.keys(softmaxes))("%s: logits are found, and logarithms do not saturate", async (name) => {
    for (const size of [1, 1000]) {
      const { rows, scores, logarithms } = await valuesOf(softmaxes[name], 3, size);
      rows.forEach((z, i) => {
        for (const k of [0, 1, 2]) {
          close(scores[i][k] - scores[i][0], z[k] - z[0], 1e-5);
          // What is subtracted in float32 is as large as the logits.
          close(logarithms[i][k], z[k] - lse(z), 1e-5 + 1e-6 * size);
        }
      });
    }
  });
});

describe("two classes with the log odds s, however they are written", () => {
  test.each(Object.keys(pairs))("%s", async (name) => {
    for (const size of [1, 1000]) {
      const { rows, scores, logarithms } = await valuesOf(pairs[name], 1, size);
      rows.forEach(([s], i) => {
        close(scores[i][1] - scores[i][0], s);
        close(logarithms[i][0], -lse([0, s]));
        close(logarithms[i][1], -lse([0, -s]));
      });
    }
  });
});

describe("probabilities that are no softmax", () => {
  test.each(Object.keys(others))("%s: logarithms are those of the exact value", async (name) => {
    const [writing, exact] = others[name];
    const { rows, p, scores, logarithms } = await valuesOf(writing, 3, 2);
    rows.forEach((z, i) => {
      const expected = exact(z);
      for (const k of [0, 1, 2]) {
        close(p[i][k], expected[k]);
        close(logarithms[i][k], Math.log(expected[k]), 1e-5);
        close(scores[i][k] - scores[i][0], Math.log(expected[k]) - Math.log(expected[0]), 1e-5);
      }
    });
    const far = await valuesOf(writing, 3, 1000);
    expect(far.p.flat().some((value) => value === 0 || value === 1)).toBe(true);
    expect(far.logarithms.flat().every(Number.isFinite)).toBe(true);
    expect(far.logarithms.flat().some((value) => value < -200)).toBe(true);
  });
});

test("what may be negative has no logarithm to be found, and what is no exponential neither", () => {
  const g = new GraphBuilder();
  const z = g.input("z", "float32", ["N", 3]);
  const p = softmax(g, z);
  for (const value of [
    z,
    g.node("Relu", [z]),
    normalised(g, z),
    g.node("Sub", [p, g.scalar(0.1, p)]),
    g.node("Mul", [p, z]),
    g.node("Add", [p, g.scalar(-0.1, p)]),
  ]) {
    expect(logitsOf(g, value)).toBeUndefined();
  }
});
