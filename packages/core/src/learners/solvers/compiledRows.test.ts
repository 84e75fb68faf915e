// Compiled loops against plain ones, bit by bit; a host without WebAssembly learns the same.

import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { afterEach, expect, it, vi } from "vitest";
import { dataset } from "../../data/dataset.ts";
import { sparseFromDense, takeSparseRows } from "../../data/sparse.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { type Stream, stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { linearRows } from "../linearModel.ts";
import { logistic } from "../logistic.ts";
import { compiledEntries } from "./compiledRows.ts";
import { denseRowsOf } from "./denseRows.ts";
import { plainGram } from "./gram.ts";
import {
  addRows,
  overColumns,
  rowsTimes,
  rowsTimesRows,
  squaredNorms,
  thereAndBack,
  usedColumns,
} from "./sparseProducts.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

const numbers = (random: Stream, length: number) => Float64Array.from({ length }, () => random.normal());

/** Tables with a share of zeros, with empty rows and columns, of one block of rows or of several. */
const tables = fc
  .record({
    n: fc.integer({ min: 1, max: 120 }),
    d: fc.integer({ min: 1, max: 500 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer(),
    type: fc.constantFrom("float32" as const, "float64" as const),
  })
  .map(({ n, d, share, seed, type }) => {
    const random = stream(seed, "rows");
    const isEmpty = Array.from({ length: d }, () => random.uniform() < 0.2);
    const values = Array.from({ length: n * d }, (_, at) =>
      isEmpty[at % d] || random.uniform() < share ? (at % 2 === 0 ? 0 : -0) : random.normal(),
    );
    return { x: tensor(type, [n, d], values), random, n };
  });

it("rows are compressed and multiplied as plain loops do it, to the last bit", () => {
  fc.assert(
    fc.property(tables, ({ x, random, n }) => {
      const all = sparseFromDense(x);
      const columns = usedColumns(all);
      const plain = overColumns(all, columns);
      const compiled = compiledEntries(denseRowsOf(x, undefined));
      if (!compiled) throw new Error("this host compiles");
      expect(compiled.count).toBe(all.index.length);
      expect(compiled.columns).toEqual(columns);
      const { products, index, ...rows } = compiled.compress();
      expect({ ...rows, index: Int32Array.from(index) }).toEqual({ ...plain, fromDense: true });
      for (let round = 0; round < 2; round++) {
        const [w, v] = [numbers(random, columns.length), numbers(random, columns.length + 1)];
        const c = numbers(random, n).map((value, i) => (i % 3 === 1 ? 0 : value));
        expect(products.times(v, 0.5)).toEqual(rowsTimes(plain, v, 0.5));
        expect(products.addTo(c, w.slice())).toEqual(addRows(plain, c, w.slice()));
        expect(products.addTo(c, v.slice())).toEqual(addRows(plain, c, v.slice()));
        expect(products.thereAndBack(c, v)).toEqual(thereAndBack(plain, c, v));
        expect(products.squaredNorms()).toEqual(squaredNorms(plain));
        const [a, b] = [30, 2 * n].map((most) =>
          Int32Array.from({ length: random.integer(most) }, () => random.integer(n)),
        );
        expect(products.between(a, b)).toEqual(rowsTimesRows(takeSparseRows(plain, a), takeSparseRows(plain, b)));
        const [gram, expected] = [products.gram(c, 0.1), plainGram(plain, c, 0.1)];
        expect(gram?.findIndex((value, at) => !Object.is(value, expected[at]))).toBe(-1);
      }
    }),
    { numRuns: 25 },
  );
});

it.each([
  [2 ** 16, 2],
  [2 ** 16 + 1, 4],
])("columns of %i take %i bytes each, and are the same", (d, bytes) => {
  const random = stream(d, "rows");
  const x = tensor(
    "float32",
    [2, d],
    Float32Array.from({ length: 2 * d }, (_, at) => (at % 3 === 0 ? 0 : 1 + at)),
  );
  const plain = sparseFromDense(x);
  const { products, index } = compiledEntries(denseRowsOf(x, undefined))!.compress();
  expect(index.BYTES_PER_ELEMENT).toBe(bytes);
  expect(index.findIndex((column, k) => column !== plain.index[k])).toBe(-1);
  const w = numbers(random, d);
  expect(products.times(w, 0)).toEqual(rowsTimes(plain, w, 0));
  const [sums, expected] = [products.addTo(w.subarray(0, 2), new Float64Array(d)), new Float64Array(d)];
  addRows(plain, w.subarray(0, 2), expected);
  expect(sums.findIndex((sum, j) => sum !== expected[j])).toBe(-1);
});

it("a host without WebAssembly, or that has no memory for it, learns the same weights", async () => {
  const random = stream(3, "images");
  const values = Array.from({ length: 60 * 40 }, () => (random.uniform() < 0.7 ? 0 : random.uniform()));
  const labels = Array.from({ length: 60 }, (_, i) => i % 2);
  const data = dataset({ features: tensor("float32", [60, 40], values), labels });
  const context = { runtime: runtimeFrom(ort), random: () => stream(0, "none") };
  const options = logistic.options.parse({ C: 10 });
  expect("products" in linearRows(data, undefined).rows).toBe(true);
  const { state, training } = await logistic.fit(data, options, context);
  // No memory is to be had from this one.
  for (const host of [undefined, { Module: WebAssembly.Module }]) {
    vi.stubGlobal("WebAssembly", host);
    expect("products" in linearRows(data, undefined).rows).toBe(false);
    const again = await logistic.fit(data, options, context);
    expect(again.training).toEqual(training);
    expect(again.state).toEqual(state);
  }
});
