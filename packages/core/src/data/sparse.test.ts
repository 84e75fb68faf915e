import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FloatType, gatherRows, type Tensor, tensor } from "../tensor.ts";
import { columnFacts } from "./columnFacts.ts";
import { countRepeats, groupEqualRows } from "./groups.ts";
import { denseFromSparse, denseInOwnType, sparseFromDense, takeSparseRows } from "./sparse.ts";

/** Matrices with many zeros and many equal rows. */
const matrix = fc
  .tuple(
    fc.constantFrom("float32" as const, "float64" as const),
    fc.array(fc.array(fc.constantFrom(0, 0, -0, 1, 0.5, -3), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 12,
    }),
  )
  .map(([type, rows]) => tensor(type, [rows.length, 3], rows.flat()) as Tensor<FloatType>);
const keysOf = (x: Tensor<FloatType>) =>
  Array.from({ length: x.shape[0] }, (_, row) => withoutSign(x.data.subarray(row * 3, row * 3 + 3)).join());
const withoutSign = (data: ArrayLike<number>) => Array.from(data, (value) => value || 0);

describe("sparse rows", () => {
  it("hold what the dense rows hold, and no zeros", () => {
    fc.assert(
      fc.property(matrix, (x) => {
        const sparse = sparseFromDense(x);
        expect(sparse.value.includes(0)).toBe(false);
        expect([...denseFromSparse(sparse).data]).toEqual(withoutSign(x.data));
        const own = denseInOwnType(sparse);
        expect([own.type, own.shape, withoutSign(own.data)]).toEqual([x.type, x.shape, withoutSign(x.data)]);
      }),
    );
  });

  it("commute with taking rows, and with blocks of rows", () => {
    fc.assert(
      fc.property(matrix, fc.infiniteStream(fc.nat()), (x, numbers) => {
        const rows = Array.from({ length: 5 }, () => numbers.next().value % x.shape[0]);
        expect(takeSparseRows(sparseFromDense(x), rows)).toEqual(sparseFromDense(gatherRows(x, rows)));
        const [from, to] = [rows[0], rows[1]].sort((a, b) => a - b);
        const block = denseFromSparse(sparseFromDense(x), from, to);
        expect([...block.data]).toEqual(withoutSign(x.data.subarray(from * 3, to * 3)));
      }),
    );
  });
});

describe("groups of equal rows", () => {
  it("are those of comparing every pair, dense and sparse", () => {
    fc.assert(
      fc.property(matrix, (x) => {
        const keys = keysOf(x);
        const distinct = [...new Set(keys)];
        const expected = keys.map((key) => distinct.indexOf(key));
        expect([...groupEqualRows(x)]).toEqual(expected);
        expect([...groupEqualRows(sparseFromDense(x))]).toEqual(expected);
      }),
    );
  });

  it("are counted in parts of any size as all at once", () => {
    fc.assert(
      fc.property(matrix, fc.infiniteStream(fc.nat(2)), fc.integer({ min: 1, max: 13 }), (x, classes, atATime) => {
        const keys = keysOf(x);
        const labels = Int32Array.from(keys, () => classes.next().value);
        const groups = [...new Set(keys)].map((key) => labels.filter((_, row) => keys[row] === key));
        const expected = {
          distinctRows: groups.length,
          repeatedRows: groups.filter((group) => group.length > 1).flatMap((group) => [...group]).length,
          contradictoryRows: groups.filter((group) => new Set(group).size > 1).length,
        };
        expect(countRepeats(x, labels, atATime)).toEqual(expected);
        expect(countRepeats(sparseFromDense(x), labels, atATime)).toEqual(expected);
      }),
    );
  });

  it("keep rows apart whose 32-bit hashes collide", () => {
    // By the birthday bound, 300,000 distinct rows share a 32-bit hash some ten times over.
    const rows = 300_000;
    const x = tensor(
      "float64",
      [rows, 1],
      Float64Array.from({ length: rows }, (_, row) => Math.sin(row + 1)),
    );
    expect(groupEqualRows(x)[rows - 1]).toBe(rows - 1);
  });
});

describe("facts of columns", () => {
  it("are those of each column by itself, dense and sparse", () => {
    fc.assert(
      fc.property(matrix, (x) => {
        const sparse = columnFacts(sparseFromDense(x));
        const dense = columnFacts(x);
        for (let j = 0; j < 3; j++) {
          const column = Array.from(x.data).filter((_, i) => i % 3 === j);
          const entries = column.filter((value) => value !== 0);
          expect([dense.least[j] + 0, dense.greatest[j] + 0]).toEqual([
            Math.min(...column) + 0,
            Math.max(...column) + 0,
          ]);
          expect([sparse.least[j], sparse.greatest[j]]).toEqual([Math.min(...entries), Math.max(...entries)]);
          expect([dense.nonZeros[j], sparse.nonZeros[j]]).toEqual([entries.length, entries.length]);
        }
        const areWhole = Array.from(x.data).every(Number.isInteger);
        expect([dense.areWhole, sparse.areWhole]).toEqual([areWhole, areWhole]);
        expect([dense.areFinite, sparse.areFinite]).toEqual([true, true]);
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("tell of %f", (odd) => {
    const x = tensor("float32", [2, 2], [1, 0, odd, 2]);
    expect([columnFacts(x).areFinite, columnFacts(sparseFromDense(x)).areFinite]).toEqual([false, false]);
  });
});
