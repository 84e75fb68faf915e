import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatherRows, tensor } from "../tensor.ts";
import { groupEqualRows } from "./groups.ts";
import { denseFromSparse, sparseFromDense, takeSparseRows } from "./sparse.ts";

/** Matrices with many zeros and many equal rows. */
const matrix = fc
  .array(fc.array(fc.constantFrom(0, 0, -0, 1, 0.5, -3), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((rows) => tensor("float64", [rows.length, 3], rows.flat()));
const withoutSign = (data: ArrayLike<number>) => Array.from(data, (value) => value || 0);

describe("sparse rows", () => {
  it("hold what the dense rows hold, and no zeros", () => {
    fc.assert(
      fc.property(matrix, (x) => {
        const sparse = sparseFromDense(x);
        expect(sparse.value.includes(0)).toBe(false);
        expect([...denseFromSparse(sparse).data]).toEqual(withoutSign(x.data));
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
        const keys = Array.from({ length: x.shape[0] }, (_, row) =>
          withoutSign(x.data.subarray(row * 3, row * 3 + 3)).join(),
        );
        const distinct = [...new Set(keys)];
        const expected = keys.map((key) => distinct.indexOf(key));
        expect([...groupEqualRows(x)]).toEqual(expected);
        expect([...groupEqualRows(sparseFromDense(x))]).toEqual(expected);
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
