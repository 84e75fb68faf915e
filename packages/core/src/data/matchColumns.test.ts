import fc from "fast-check";
import { expect, it } from "vitest";
import { permutation, stream } from "../random.ts";
import { tensor, toNumbers } from "../tensor.ts";
import { dataset, denseRows } from "./dataset.ts";
import { matchColumns } from "./matchColumns.ts";
import { takeColumns } from "./selectFeatures.ts";

const named = (names: readonly string[]) => {
  const x = Array.from({ length: 2 * names.length }, (_, i) => i * i + 0.5);
  return dataset({ features: tensor("float64", [2, names.length], x), labels: [0, 1], featureNames: names });
};

it("undoes any other order of the columns", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 }),
      fc.nat(),
      (names, seed) => {
        const data = named(names);
        const moved = takeColumns(data, Int32Array.from(permutation(stream(seed, "order"), names.length)));
        expect(matchColumns(moved, names, "the test", "the training")).toEqual(data);
      },
    ),
  );
});

it("leaves data alone where either has no names", () => {
  const data = named(["a", "b"]);
  const { featureNames: _, ...nameless } = data;
  expect(matchColumns(nameless, ["b", "a"], "one", "the other")).toBe(nameless);
  expect(matchColumns(data, undefined, "one", "the other")).toBe(data);
});

it("names what is missing and what there is too much of", () => {
  const match = (own: string[], other: string[]) => () => matchColumns(named(own), other, "the test", "the training");
  expect(match(["a", "c"], ["a", "b"])).toThrow(
    /columns of the test: expected the 2 of the training, got none of "b"; others: "c"/,
  );
  expect(match(["a"], ["a", "b"])).toThrow(/got none of "b"; give/);
  expect(match(["a", "b", "id"], ["b", "a"])).toThrow(/got others: "id"; .*--drop/);
});

it("columns that are taken keep their names", () => {
  const taken = takeColumns(named(["a", "b", "c"]), Int32Array.of(2, 0));
  expect([taken.featureNames, toNumbers(denseRows(taken, 0, 1))]).toEqual([
    ["c", "a"],
    [4.5, 0.5],
  ]);
});
