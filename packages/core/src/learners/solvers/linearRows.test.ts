// Rows that are mapped as they are multiplied, dense and sparse, against rows of the mapped dataset without zeros.

import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { type Dataset, dataset } from "../../data/dataset.ts";
import { sparseFromDense } from "../../data/sparse.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { type Stream, stream } from "../../random.ts";
import { type FloatType, type Tensor, tensor } from "../../tensor.ts";
import { linearRows } from "../linearModel.ts";
import { scaleFeatures, scalingOf } from "../scaling.ts";
import { gramCost, weightedGram } from "./gram.ts";
import { productsOfRows } from "./innerProducts.ts";
import {
  addSquares,
  addTo,
  areDense,
  entriesOf,
  forthAndBack,
  type LinearRows,
  takeLinear,
  times,
} from "./linearRows.ts";

const runtime = runtimeFrom(ort);
const numbers = (random: Stream, length: number) => Float64Array.from({ length }, () => random.normal());

/** Tables whose columns have ranges of their own, of sizes that fill one block, or several, with a share of zeros. */
const tables = (share: number) =>
  fc
    .record({
      n: fc.integer({ min: 4, max: 400 }),
      d: fc.integer({ min: 1, max: 90 }),
      seed: fc.integer(),
      type: fc.constantFrom("float32" as const, "float64" as const),
    })
    .map(({ n, d, seed, type }) => {
      const random = stream(seed, "rows");
      const offset = share > 0 ? 0 : 3;
      // The first row is full, so that every column is used.
      const x = Array.from({ length: n * d }, (_, at) =>
        at >= d && random.uniform() < share ? 0 : offset * (at % d) + 2 ** ((at % d) % 7) * (0.1 + random.normal()),
      );
      const labels = Array.from({ length: n }, (_, i) => i % 2);
      return { data: dataset({ features: tensor(type, [n, d], x), labels }), random, n, d };
    });

const inSparse = (data: Dataset) => sparseFromDense(data.features as Tensor<FloatType>);

async function expectSame(got: LinearRows, expected: LinearRows, random: Stream) {
  const [n, d] = [expected.rows, expected.columns];
  const close = (one: ArrayLike<number>, other: ArrayLike<number>, tolerance = 1e-12) => {
    expect(one.length).toBe(other.length);
    for (let i = 0; i < one.length; i++) {
      expect(Math.abs(one[i] - other[i])).toBeLessThanOrEqual(tolerance * n * d * Math.max(1, Math.abs(other[i])));
    }
  };
  const [w, v] = [numbers(random, d), numbers(random, d + 1)];
  // Some rows do not count at all.
  const c = numbers(random, n).map((value, i) => (i % 3 === 1 ? 0 : value));
  close(times(got, w, 2), times(expected, w, 2), 1e-7 / n);
  const exact = 1e-7 / n;
  close(addTo(got, c, v.slice()), addTo(expected, c, v.slice()), exact);
  close(forthAndBack(got, c, v), forthAndBack(expected, c, v), exact);
  const squares = [got, expected].map((rows) => {
    const into = v.slice();
    addSquares(rows, c, into);
    return into;
  });
  close(squares[0], squares[1], exact);
  const chosen = Int32Array.from({ length: 3 }, (_, i) => (7 * i + 1) % n);
  close(times(takeLinear(got, chosen), w), times(takeLinear(expected, chosen), w), exact);
  const products = [await productsOfRows(got, runtime), await productsOfRows(expected, runtime)];
  close(products[0].squaredNorms, products[1].squaredNorms, exact);
  close(await products[0].between(chosen), await products[1].between(chosen), exact);
  for (const each of products) await each.release();
  const grams = await Promise.all([got, expected].map((rows) => weightedGram(rows, c.map(Math.abs), runtime)));
  close(grams[0], grams[1], 1e-6);
}

it("dense rows are multiplied as those of the mapped dataset are", async () => {
  await fc.assert(
    fc.asyncProperty(tables(0), async ({ data, random }) => {
      const scaling = scalingOf(data);
      const { rows } = linearRows(data, scaling);
      expect(areDense(rows)).toBe(true);
      await expectSame(rows, inSparse(scaling ? scaleFeatures(data, scaling) : data), random);
    }),
    { numRuns: 20 },
  );
});

it("sparse rows are multiplied as those of the mapped dataset are, in the memory of the dataset", async () => {
  await fc.assert(
    fc.asyncProperty(tables(0.8), async ({ data: dense, random }) => {
      const data = { ...dense, features: inSparse(dense) };
      const scaling = scalingOf(data);
      const { rows } = linearRows(data, scaling);
      expect("value" in rows && rows.value).toBe(data.features.value);
      await expectSame(rows, inSparse(scaling ? scaleFeatures(dense, { ...scaling }) : dense), random);
    }),
    { numRuns: 20 },
  );
});

it("rows of weight 0 count neither in sums nor in costs", async () => {
  await fc.assert(
    fc.asyncProperty(tables(0.5), async ({ data, random, n }) => {
      const c = numbers(random, n).map((value, i) => (i % 2 === 1 ? 0 : value ** 2));
      const counting = Int32Array.from(c.keys()).filter((i) => c[i] !== 0);
      const own = c.filter((value) => value !== 0);
      for (const features of [data.features, inSparse(data)]) {
        const { rows } = linearRows({ ...data, features }, undefined);
        const part = takeLinear(rows, counting);
        expect(entriesOf(rows, c)).toBe(entriesOf(part, own));
        expect(gramCost(rows, c)).toBe(gramCost(part, own));
        expect(await weightedGram(rows, c, runtime)).toEqual(await weightedGram(part, own, runtime));
      }
    }),
    { numRuns: 10 },
  );
});
