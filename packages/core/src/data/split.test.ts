import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { type Dataset, dataset } from "./dataset.ts";
import { sparseFromDense } from "./sparse.ts";
import { splitHalves, stratifiedSplit, subsample } from "./split.ts";

/** Rows by content: each row is one number, so that equal numbers are equal rows. */
function fromRows(contents: readonly number[], labels: readonly number[]): Dataset {
  return dataset({ features: tensor("float64", [contents.length, 1], contents), labels, domain: [-1, 1e6] });
}

/** Data of 2 or 3 classes with groups of 1 to 4 equal rows, shuffled; some groups carry two labels where `mixed`. */
const repetitive = (mixed: boolean) =>
  fc
    .record({
      groups: fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 24, maxLength: 40 }), {
        minLength: 2,
        maxLength: 3,
      }),
      strays: fc.array(fc.nat({ max: 200 }), { maxLength: mixed ? 6 : 0 }),
      order: fc.nat(),
    })
    .map(({ groups, strays, order }) => {
      const rows = groups.flatMap((sizes, label) =>
        sizes.flatMap((size, i) => new Array<[number, number]>(size).fill([label * 100 + i, label])),
      );
      for (const stray of strays) rows.push([rows[stray % rows.length][0], 1]);
      const shuffled = rows
        .map((row, i) => ({ row, key: stream(order, i).uniform() }))
        .sort((a, b) => a.key - b.key)
        .map(({ row }) => row);
      return fromRows(
        shuffled.map(([content]) => content),
        shuffled.map(([, label]) => label),
      );
    });
const fractions = fc.constantFrom([0.5, 0.5], [0.8, 0.2], [0.25, 0.75], [0.6, 0.2, 0.2], [0.3, 0.3, 0.4]);

const contentsOf = (data: Dataset) => (data.features as { data: Float64Array }).data;
const ascending = (rows: Int32Array) => rows.every((row, i) => i === 0 || rows[i - 1] < row);

describe("stratifiedSplit", () => {
  it("is disjoint and complete, and never parts equal rows, even with different labels", () => {
    fc.assert(
      fc.property(repetitive(true), fractions, fc.nat(), (data, shares, seed) => {
        const parts = stratifiedSplit(data, shares, stream(seed, "split"));
        expect(parts.length).toBe(shares.length);
        expect(parts.every(ascending)).toBe(true);
        expect(parts.flatMap((part) => [...part]).sort((a, b) => a - b)).toEqual([...data.labels.keys()]);
        const contents = parts.map((part) => new Set(Array.from(part, (row) => contentsOf(data)[row])));
        const shared = contents.flatMap((set) => [...set]);
        expect(new Set(shared).size).toBe(shared.length);
      }),
    );
  });

  it("gives each part its share of every class to within its largest group", () => {
    fc.assert(
      fc.property(repetitive(false), fractions, fc.nat(), (data, shares, seed) => {
        const parts = stratifiedSplit(data, shares, stream(seed, "split"));
        for (let k = 0; k < data.classNames.length; k++) {
          const rows = [...data.labels.keys()].filter((row) => data.labels[row] === k);
          const copies = new Map<number, number>();
          for (const row of rows) copies.set(contentsOf(data)[row], (copies.get(contentsOf(data)[row]) ?? 0) + 1);
          const largest = Math.max(...copies.values());
          parts.forEach((part, p) => {
            const got = part.filter((row) => data.labels[row] === k).length;
            expect(Math.abs(got - shares[p] * rows.length)).toBeLessThan(largest + 1e-9);
          });
        }
      }),
    );
  });

  it("is exact where rows are distinct and shares whole", () => {
    const data = fromRows(
      Array.from({ length: 40 }, (_, row) => row),
      Array.from({ length: 40 }, (_, row) => Number(row >= 10)),
    );
    const [train, test] = stratifiedSplit(data, [0.7, 0.3], stream(1));
    const count = (part: Int32Array, k: number) => part.filter((row) => data.labels[row] === k).length;
    expect([count(train, 0), count(train, 1), count(test, 0), count(test, 1)]).toEqual([7, 21, 3, 9]);
  });

  it("deals large groups before small, so that single rows even them out", () => {
    const contents = Array.from({ length: 40 }, (_, row) => Math.max(row, 10));
    const data = fromRows([...contents, 50, 51], [...contents.map(() => 0), 1, 1]);
    for (let seed = 0; seed < 20; seed++)
      expect(splitHalves(data, stream(seed)).map((half) => half.length)).toEqual([21, 21]);
  });

  it("depends on the stream alone, and on it", () => {
    const data = fromRows(
      Array.from({ length: 100 }, (_, row) => row),
      Array.from({ length: 100 }, (_, row) => row % 2),
    );
    const once = splitHalves(data, stream(7, "split"));
    expect(splitHalves(data, stream(7, "split"))).toEqual(once);
    expect(splitHalves(data, stream(8, "split"))).not.toEqual(once);
    const sparse = { ...data, features: sparseFromDense(tensor("float64", [100, 1], contentsOf(data))) };
    expect(splitHalves(sparse, stream(7, "split"))).toEqual(once);
  });

  it("deals every row to the first half about as often as not", () => {
    const data = fromRows(
      Array.from({ length: 20 }, (_, row) => row),
      Array.from({ length: 20 }, (_, row) => Number(row < 8)),
    );
    const times = new Int32Array(20);
    for (let seed = 0; seed < 1000; seed++) for (const row of splitHalves(data, stream(seed))[0]) times[row]++;
    // Binomial(1000, 1/2), within 6 standard deviations.
    for (let row = 0; row < 20; row++) expect(Math.abs(times[row] - 500), `row ${row}`).toBeLessThan(95);
  });

  it("refuses a class with too few distinct rows for every part", () => {
    const data = fromRows([1, 1, 1, 2, 3, 4], [0, 0, 0, 1, 1, 1]);
    expect(() => splitHalves(data, stream(1))).toThrow(/split of class 0: .* got 3 rows in all/);
  });

  it("refuses fractions that do not sum to 1", () => {
    const data = fromRows([1, 2, 3, 4], [0, 0, 1, 1]);
    expect(() => stratifiedSplit(data, [0.5, 0.4], stream(1))).toThrow(/positive fractions that sum to 1/);
    expect(() => stratifiedSplit(data, [1.5, -0.5], stream(1))).toThrow(/positive fractions that sum to 1/);
  });
});

describe("subsample", () => {
  const labels = Int32Array.from({ length: 60 }, (_, row) => Number(row % 3 === 0));
  const rows = Int32Array.from({ length: 50 }, (_, i) => 59 - i);

  it("keeps the share of every class to within half a row, from the rows given, in their order", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1, noNaN: true }), fc.nat(), (fraction, seed) => {
        const kept = subsample(rows, labels, fraction, stream(seed, "subsample"));
        expect([...kept].sort((a, b) => b - a)).toEqual([...kept]);
        expect(kept.every((row) => rows.includes(row))).toBe(true);
        expect(new Set(kept).size).toBe(kept.length);
        for (const k of [0, 1]) {
          const share = fraction * rows.filter((row) => labels[row] === k).length;
          expect(Math.abs(kept.filter((row) => labels[row] === k).length - share)).toBeLessThanOrEqual(0.5);
        }
      }),
    );
  });

  it("grows by inclusion with the fraction, and differs between streams", () => {
    const small = subsample(rows, labels, 0.2, stream(3));
    const large = subsample(rows, labels, 0.6, stream(3));
    expect([...small].every((row) => large.includes(row))).toBe(true);
    expect(subsample(rows, labels, 0.2, stream(4))).not.toEqual(small);
    expect(subsample(rows, labels, 1, stream(3))).toEqual(rows);
  });

  it("refuses to lose a class, and fractions outside (0, 1]", () => {
    expect(() => subsample(rows, labels, 0.01, stream(1))).toThrow(/too few/);
    expect(() => subsample(rows, labels, 0, stream(1))).toThrow(/above 0 and at most 1/);
  });
});
