// The start by coordinates: laws of dual variables, the optimum beside that of working sets, and rows too hard for it.

import * as fc from "fast-check";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { dataset } from "../../data/dataset.ts";
import type { SparseRows } from "../../data/sparse.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { fit } from "../fit.ts";
import { learnerByName } from "../registry.ts";
import { coordinateStart } from "./coordinateStart.ts";
import { linearKernel } from "./kernel.ts";
import { solveSvm } from "./svmDual.ts";

const runtime = runtimeFrom(ort);

/** Rows in columns of which some are far more frequent than others, as words are. */
function drawn(seed: number, n: number, d: number, entries: number) {
  const random = stream(seed, "wide");
  const index = new Int32Array(n * entries);
  for (let i = 0; i < n; i++) {
    const own = new Set<number>();
    while (own.size < entries) own.add(Math.floor(random.uniform() ** 2 * d));
    index.set(
      [...own].sort((a, b) => a - b),
      i * entries,
    );
  }
  const start = Int32Array.from({ length: n + 1 }, (_, i) => i * entries);
  const value = Float32Array.from(index, () => random.uniform());
  const y = Float64Array.from({ length: n }, (_, i) => (i > 1 ? (random.uniform() < 0.3 ? 1 : -1) : 2 * i - 1));
  const range = Float64Array.from({ length: d }, () => 1 + 3 * random.uniform());
  return { rows: { rows: n, columns: d, start, index, value }, y, range, random };
}

const shape = {
  seed: fc.nat(),
  n: fc.integer({ min: 4, max: 200 }),
  wider: fc.integer({ min: 2, max: 20 }),
  entries: fc.integer({ min: 1, max: 8 }),
};

it("comes to the optimum that working sets find, of rows of any weights and columns of any ranges", async () => {
  const property = fc.asyncProperty(
    fc.record({ ...shape, exponent: fc.integer({ min: -3, max: 3 }), isMapped: fc.boolean() }),
    async ({ seed, n, wider, entries, exponent, isMapped }) => {
      const { rows, y, range, random } = drawn(seed, n, n * wider, entries);
      const bound = Float64Array.from({ length: n }, () => 10 ** exponent * (0.5 + random.uniform()));
      const x = isMapped ? { ...rows, range } : rows;
      const kernel = await linearKernel(x, runtime);
      const problem = { kernel, y, bound, tolerance: 1e-7, maxIterations: 1e7 };
      const shares: number[] = [];
      const begun = coordinateStart(x, y, bound, 1e-7, (done) => shares.push(done));
      expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
      const plain = await solveSvm(problem);
      if (begun) {
        const from = await solveSvm({ ...problem, start: begun });
        expect(from.iterations).toBe(0);
        expect(Math.abs(from.beta.reduce((sum, each) => sum + each, 0))).toBeLessThan(1e-9 * n * 10 ** exponent);
        from.beta.forEach((beta, i) => {
          expect(y[i] * beta).toBeGreaterThanOrEqual(0);
          expect(y[i] * beta).toBeLessThanOrEqual(bound[i]);
        });
        // Either is as near to the optimum as what violates it, weighed by what all losses weigh.
        const weighed = 2e-7 * bound.reduce((sum, each) => sum + each, 0);
        expect(Math.abs(from.primal - plain.primal)).toBeLessThanOrEqual(weighed);
        // The dual of what is allowed lies below every primal: no gap, no better solution.
        expect(from.primal - from.dual).toBeLessThanOrEqual(weighed);
      }
      await kernel.release();
      // Few rows may share too much, and bounds be too narrow or too wide; else it suffices.
      if (n > 100 && wider > 4 && entries > 3 && Math.abs(exponent - 0.5) < 1) expect(begun).toBeDefined();
    },
  );
  await fc.assert(property, { numRuns: 100 });
});

/** The same numbers with the zeros. */
function dense({ rows, columns, start, index, value }: SparseRows): Float32Array {
  const all = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let k = start[i]; k < start[i + 1]; k++) all[i * columns + index[k]] = value[k];
  return all;
}

it.each(["ridge", "logistic"])(
  "%s has the same optimum on sparse rows as on the same rows with zeros",
  async (name) => {
    const property = fc.asyncProperty(fc.record(shape), async ({ seed, n, wider, entries }) => {
      const { rows, y } = drawn(seed, n, n * wider, entries);
      const given = { labels: Int32Array.from(y, (sign) => (sign > 0 ? 1 : 0)), domain: [0, 1] as const };
      const features = [rows, tensor("float32", [n, rows.columns], dense(rows))];
      const objectives = await Promise.all(
        features.map(async (each) => {
          const { training } = await fit(learnerByName(name), dataset({ ...given, features: each }), {
            runtime,
            seed: 1,
            stream: "wide",
          });
          return training.objective;
        }),
      );
      expect(Math.abs(objectives[0] / objectives[1] - 1)).toBeLessThan(1e-9);
    });
    await fc.assert(property, { numRuns: 30 });
  },
);
