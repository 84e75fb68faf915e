// Selection of binary features by how differently often two classes have them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tensor } from "../tensor.ts";
import { dataset, denseRows } from "./dataset.ts";
import { selectColumns, takeColumns, withBinaryFeatures } from "./selectFeatures.ts";
import { sparseFromDense } from "./sparse.ts";

/** Four rows of each class: columns present in 4, 2, 0 of class 1 and in 0, 2, 3 of class 0. */
const rows = [
  [1, 1, 0],
  [1, 1, 0],
  [1, 0, 0],
  [1, 0, 0],
  [0, 1, 1],
  [0, 1, 1],
  [0, 0, 1],
  [0, 0, 0],
];
const made = dataset({
  features: tensor("float32", [8, 3], rows.flat()),
  labels: [1, 1, 1, 1, 0, 0, 0, 0],
  domain: [0, 1],
});

describe("the selection of features", () => {
  it("takes those whose frequencies differ most: 1, 0 and 3/4 here", () => {
    expect([...selectColumns(made, 1)]).toEqual([0]);
    expect([...selectColumns(made, 2)]).toEqual([0, 2]);
    expect([...selectColumns(made, 3)]).toEqual([0, 1, 2]);
  });

  it("is the same for sparse rows, and what is taken is the same columns", () => {
    const cell = fc.constantFrom(0, 0, 1);
    const table = fc.array(fc.tuple(cell, cell, cell, cell, cell), { minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 5 }), (cells, count) => {
        const features = tensor("float32", [cells.length, 5], cells.flat());
        const labels = cells.map((_, i) => i % 2);
        const dense = dataset({ features, labels, domain: [0, 1] });
        const sparse = dataset({ features: sparseFromDense(features), labels, domain: [0, 1] });
        const columns = selectColumns(dense, count);
        expect(selectColumns(sparse, count)).toEqual(columns);
        const expected = cells.flatMap((row) => [...columns].map((column) => row[column]));
        expect([...denseRows(takeColumns(dense, columns)).data]).toEqual(expected);
        expect([...denseRows(takeColumns(sparse, columns)).data]).toEqual(expected);
      }),
    );
  });

  it("of binary features refuses other numbers, and says where", () => {
    expect(withBinaryFeatures(made).domain.kinds).toEqual(["binary", "binary", "binary"]);
    const half = dataset({ features: tensor("float32", [2, 2], [0, 1, 0.5, 1]), labels: [0, 1], domain: [0, 1] });
    expect(() => withBinaryFeatures(half)).toThrow("0.5 in row 1, column 0");
  });
});
