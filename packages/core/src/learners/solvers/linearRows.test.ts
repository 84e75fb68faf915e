// Dense rows that are mapped as they are read, against compressed rows of the mapped dataset.

import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { dataset } from "../../data/dataset.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { type Stream, stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { compressedRows, linearRows } from "../linearModel.ts";
import { scalingOf } from "../scaling.ts";
import { weightedGram } from "./gram.ts";
import { productsOfRows } from "./innerProducts.ts";
import { addSquares, addTo, areDense, forthAndBack, takeLinear, times } from "./linearRows.ts";

const runtime = runtimeFrom(ort);
const numbers = (random: Stream, length: number) => Float64Array.from({ length }, () => random.normal());

/** Tables whose columns have ranges of their own, of sizes that fill one block, or several. */
const table = fc
  .record({
    n: fc.integer({ min: 4, max: 400 }),
    d: fc.integer({ min: 1, max: 90 }),
    seed: fc.integer(),
    type: fc.constantFrom("float32" as const, "float64" as const),
  })
  .map(({ n, d, seed, type }) => {
    const random = stream(seed, "rows");
    const x = Array.from({ length: n * d }, (_, at) => (at % d) * 3 + 2 ** ((at % d) % 7) * random.normal());
    const labels = Array.from({ length: n }, (_, i) => i % 2);
    return { data: dataset({ features: tensor(type, [n, d], x), labels }), random, n, d };
  });

it("dense rows are multiplied as their compressed form is", async () => {
  await fc.assert(
    fc.asyncProperty(table, async ({ data, random, n, d }) => {
      const scaling = scalingOf(data);
      const { rows: dense } = linearRows(data, scaling);
      const { rows: sparse, columns } = compressedRows(data, scaling);
      expect(areDense(dense)).toBe(true);
      const close = (got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12) => {
        expect(got.length).toBe(expected.length);
        for (let i = 0; i < got.length; i++) {
          expect(Math.abs(got[i] - expected[i])).toBeLessThanOrEqual(tolerance * n * d);
        }
      };
      // What is over all columns, over those that the compressed rows have; and back, with the bias last.
      const narrow = (v: Float64Array) => Float64Array.from([...columns, ...(v.length > d ? [d] : [])], (j) => v[j]);
      const [w, v, c] = [numbers(random, d), numbers(random, d + 1), numbers(random, n)];
      close(times(dense, w, 2), times(sparse, narrow(w), 2));
      close(narrow(addTo(dense, c, w.slice())), addTo(sparse, c, narrow(w)));
      close(narrow(forthAndBack(dense, c, v)), forthAndBack(sparse, c, narrow(v)));
      const [wide, short] = [new Float64Array(d), new Float64Array(columns.length)];
      addSquares(dense, c, wide);
      addSquares(sparse, c, short);
      close(narrow(wide), short);
      const chosen = Int32Array.from({ length: 3 }, (_, i) => (7 * i + 1) % n);
      close(times(takeLinear(dense, chosen), w), times(takeLinear(sparse, chosen), narrow(w)));
      const products = [await productsOfRows(dense, runtime), await productsOfRows(sparse, runtime)];
      close(products[0].squaredNorms, products[1].squaredNorms);
      close(await products[0].between(chosen), await products[1].between(chosen));
      for (const each of products) await each.release();
      if (columns.length < d) return;
      const grams = await Promise.all([dense, sparse].map((rows) => weightedGram(rows, c.map(Math.abs), runtime)));
      close(grams[0], grams[1], 1e-6);
    }),
    { numRuns: 20 },
  );
});
