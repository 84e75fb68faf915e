// Estimates of linear trainings beside the work that is counted: how often numbers of sparse rows are gone through.

import * as ort from "onnxruntime-node";
import { expect, test, vi } from "vitest";
import { dataset } from "../data/dataset.ts";
import type { Columns, SparseRows } from "../data/sparse.ts";
import { runtimeFrom } from "../models/runtime.ts";
import { stream } from "../random.ts";
import { parseOptions } from "../registry.ts";
import { fit } from "./fit.ts";
import { learnerByName } from "./registry.ts";
import { sizeOfTraining } from "./trainingSize.ts";

const work = vi.hoisted(() => ({ numbers: 0 }));

vi.mock("./solvers/sparseProducts.ts", async (original) => {
  const real = await original<typeof import("./solvers/sparseProducts.ts")>();
  const counted =
    <A extends [SparseRows<Columns>, ...unknown[]], R>(product: (...given: A) => R, passes: number) =>
    (...given: A): R => {
      work.numbers += passes * given[0].index.length;
      return product(...given);
    };
  return {
    ...real,
    rowsTimes: counted(real.rowsTimes, 1),
    addRows: counted(real.addRows, 1),
    thereAndBack: counted(real.thereAndBack, 2),
    addSparseSquares: counted(real.addSparseSquares, 1),
  };
});

vi.mock("./solvers/coordinatePass.ts", async (original) => {
  const real = await original<typeof import("./solvers/coordinatePass.ts")>();
  return {
    coordinatePass(...given: Parameters<typeof real.coordinatePass>) {
      work.numbers += 2 * given[0].index.length;
      return real.coordinatePass(...given);
    },
  };
});

const runtime = runtimeFrom(ort);

/** Rows of which each has some numbers in columns that a few share, and classes that overlap. */
function sparseRows(rows: number, columns: number, perRow: number) {
  const random = stream(1, "estimates", rows, columns);
  const index = new Int32Array(rows * perRow);
  const labels = new Int32Array(rows);
  const slopes = Float64Array.from({ length: columns }, () => random.normal());
  for (let i = 0; i < rows; i++) {
    const own = new Set<number>();
    while (own.size < perRow) own.add(Math.floor(random.uniform() ** 3 * columns));
    index.set(
      [...own].sort((a, b) => a - b),
      i * perRow,
    );
    const score = [...own].reduce((sum, j) => sum + slopes[j], 0) / Math.sqrt(perRow);
    labels[i] = score + random.normal() > 0 ? 1 : 0;
  }
  const start = Int32Array.from({ length: rows + 1 }, (_, i) => i * perRow);
  const value = Float32Array.from(index, () => 0.1 + 0.9 * random.uniform());
  return dataset({ features: { rows, columns, start, index, value }, labels, domain: [0, 1] });
}

/** Seconds for a number that is gone through, on an ordinary machine. */
const EACH = 3e-9;

test.each(["ridge", "logistic", "svm-linear"])("%s, from narrow to very wide", async (name) => {
  const learner = learnerByName(name);
  for (const [rows, columns, perRow] of [
    [4000, 60, 10],
    [4000, 4000, 10],
    [4000, 40_000, 10],
  ] as const) {
    const data = sparseRows(rows, columns, perRow);
    work.numbers = 0;
    await fit(learner, data, { runtime, seed: 1, stream: "estimates" });
    const estimated = learner.estimates.fit(parseOptions(learner, {}), sizeOfTraining(data));
    const ratio = estimated / (EACH * work.numbers);
    expect(ratio).toBeGreaterThan(1 / 10);
    expect(ratio).toBeLessThan(10);
  }
});

test("a hinge of 100,000 sparse rows of a million columns is estimated at some twenty passes, not thousands", () => {
  const learner = learnerByName("svm-linear");
  const seconds = learner.estimates.fit(parseOptions(learner, {}), { rows: 100_000, features: 1_000_000, perRow: 100 });
  // 60 times through 10^7 numbers, each of which waits for memory.
  expect(seconds).toBeGreaterThan(EACH * 60 * 1e7);
  expect(seconds).toBeLessThan(EACH * 60 * 1e7 * 30);
});
