import { describe, expect, test } from "vitest";
import { boxPoints } from "../../test/linearWorld.ts";
import { type Dataset, takeRows } from "./dataset.ts";
import { requireDisjoint, sharedRows } from "./overlap.ts";
import { sparseFromDense } from "./sparse.ts";

const all = boxPoints(1, 20, 3);

describe("shared rows", () => {
  test("are counted in the first of the two, repeated ones each time", () => {
    const first = takeRows(all, [0, 1, 2, 2, 5]);
    const second = takeRows(all, [9, 2, 8, 5]);
    expect(sharedRows(first, second)).toBe(3);
    expect(sharedRows(second, first)).toBe(2);
    expect(sharedRows(first, takeRows(all, [10, 11]))).toBe(0);
  });

  test("are found between sparse and dense data", () => {
    const features = all.features as Parameters<typeof sparseFromDense>[0];
    const sparse: Dataset = { ...all, features: sparseFromDense(features) };
    expect(sharedRows(sparse, takeRows(all, [3, 4]))).toBe(2);
  });

  test("are refused with their number", () => {
    expect(() => requireDisjoint("test data", takeRows(all, [1, 2]), "the training data", all)).toThrow(
      "invalid test data: expected rows that are not among the training data, got 2 of 2 that are; give other rows",
    );
  });
});
