// The convex learners against scikit-learn 1.2.1 at tolerance 1e-10: fixtures/learners/make.py.

import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../test/sharedData.ts";
import { type Dataset, dataset } from "../data/dataset.ts";
import { gunzip } from "../data/formats/gzip.ts";
import { readIdx } from "../data/formats/idx.ts";
import { openModel } from "../models/open.ts";
import { runtimeFrom } from "../models/runtime.ts";
import { gatherRows, type Tensor, tensor, toFloat } from "../tensor.ts";
import { fit } from "./fit.ts";
import { learners } from "./registry.ts";

interface Golden {
  sets: Record<string, { file: string; rows: number[] }>;
  cases: {
    set: string;
    learner: string;
    options: Record<string, unknown>;
    objective: number;
    weights?: number[][];
    bias?: number[];
    shown: number[];
    decisionValues: number[][];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../../../../fixtures/learners/sklearn.golden.json", import.meta.url), "utf8"),
);
const runtime = runtimeFrom(ort);

/** The data of a set as make.py reads it; undefined where this machine lacks it. */
function read(name: string): Dataset | undefined {
  const { file, rows } = golden.sets[name];
  const path = sharedData(file);
  if (!path) return undefined;
  const bytes = gunzip(readFileSync(path));
  if (name.startsWith("MNIST")) {
    const labels = readIdx(gunzip(readFileSync(path.replace("images-idx3", "labels-idx1"))));
    const images = readIdx(bytes) as Tensor<"uint8">;
    return dataset({ features: gatherRows(images, rows), labels: rows.map((i) => Number(labels.data[i])) });
  }
  const table = new TextDecoder()
    .decode(bytes)
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const digits = name.startsWith("optdigits");
  const x = rows.map((i) => (digits ? table[i].slice(0, 64) : table[i].slice(2)).map(Number));
  const labels = rows.map((i) => (digits ? Number(table[i][64]) : Number(table[i][1] === "M")));
  const largest = x[0].map((_, j) => (digits ? 16 : Math.max(...x.map((row) => row[j]))));
  const scaled = x.flatMap((row) => row.map((value, j) => value / largest[j]));
  return dataset({ features: tensor("float64", [rows.length, x[0].length], scaled), labels, domain: [0, 1] });
}

describe.each(Object.keys(golden.sets))("%s", (name) => {
  const data = read(name);
  const cases = golden.cases.filter(({ set }) => set === name);
  it.skipIf(!data).each(cases.map((each) => [each.learner, JSON.stringify(each.options), each] as const))(
    "%s %s",
    async (learner, _, { options, objective, shown, decisionValues, weights, bias }) => {
      const fitted = await fit(learners[learner], data!, { runtime, seed: 0, stream: "golden", options });
      // The best known from above: the peer's own rounding is the slack below.
      expect(fitted.training.objective / objective - 1).toBeLessThan(1e-6);
      expect(fitted.training.objective / objective - 1).toBeGreaterThan(-1e-3);
      const opened = await openModel(runtime, fitted.model);
      const scores = await opened.scores(toFloat(gatherRows(data!.features as Tensor<"float64">, shown), "float32"));
      const k = data!.classNames.length;
      // The biases of a multinomial model are determined but for a shift that they share.
      const common = (values: number[]) => (options.multinomial ? values.reduce((sum, v) => sum + v, 0) / k : 0);
      // In a kernel model, float32 rounds each of the kernel's values to 24 bits.
      const { state } = await learners[learner].fit(
        data!,
        { balanced: false, cache: 64, tolerance: 1e-8, loss: "hinge", ...options },
        context,
      );
      const dual = learner === "svm-rbf" ? (state as { beta: Float64Array; f: Float64Array }[]) : [];
      const rounding =
        Math.max(0, ...dual.map(({ beta }) => beta.reduce((sum, value) => sum + Math.abs(value), 0))) * 2 ** -24;
      shown.forEach((_, i) => {
        const row = Array.from(scores.data.subarray(i * k, (i + 1) * k) as Float32Array);
        const ours = decisionValues.length === 1 ? [row[1]] : row;
        const theirs = decisionValues.map((values) => values[i]);
        ours.forEach((value, problem) => {
          const difference = value - common(ours) - (theirs[problem] - common(theirs));
          expect(Math.abs(difference)).toBeLessThan((1e-4 + rounding) * Math.max(1, Math.abs(value)));
        });
      });
      // In float64, the support vector machines' own decision values differ from the peer's by one bias at most.
      dual.forEach(({ f }, problem) => {
        const biases = shown.map((row, i) => decisionValues[problem][i] - f[row]);
        expect(Math.max(...biases) - Math.min(...biases)).toBeLessThan(1e-4);
      });
      if (!weights || !bias) return;
      const ridge = state as RidgeState;
      ridge.optima.forEach(({ x }, problem) => {
        const used = Array.from(ridge.columns, (column) => weights[problem][column]);
        [...used, bias[problem]].forEach((value, j) => {
          expect(Math.abs(x[j] - value)).toBeLessThan(1e-8);
        });
      });
    },
  );
});

/** Coefficients in float64: the model's own are float32. */
interface RidgeState {
  columns: Int32Array;
  optima: { x: Float64Array }[];
}

const context = {
  runtime,
  random: () => {
    throw new Error("no convex learner draws random numbers");
  },
};
