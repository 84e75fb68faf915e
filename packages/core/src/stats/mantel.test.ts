import { describe, expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { type Stream, stream } from "../random.ts";
import { kendall } from "./kendall.ts";
import { mantel } from "./mantel.ts";
import { pearson } from "./pearson.ts";
import { spearman } from "./spearman.ts";

const orders3 = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

const x = [
  [1, 5, 2],
  [4, 9, 7],
  [3, 6, 8],
];
const y = [
  [2, 4, 1],
  [5, 9, 6],
  [4, 8, 3],
];

/** The share of all relabellings whose correlation is at least as large as the observed one. */
function exactP(correlate: typeof pearson, orders: [number[], number[]][]): number {
  const flat = (rows: number[], columns: number[]) => rows.flatMap((i) => columns.map((j) => y[i][j]));
  const size = (rows: number[], columns: number[]) =>
    Math.abs(correlate(x.flat(), flat(rows, columns))?.statistic ?? Number.NaN);
  const observed = size(orders3[0], orders3[0]);
  return orders.filter(([rows, columns]) => size(rows, columns) >= observed - 1e-12).length / orders.length;
}

/** Cells that share a row effect, a column effect or both, and nothing else. */
function effects(random: Stream, rows: number, columns: number): number[][] {
  const ofColumn = Array.from({ length: columns }, random.normal);
  return Array.from({ length: rows }, () => {
    const ofRow = 2 * random.normal();
    return ofColumn.map((effect) => ofRow + effect + 0.5 * random.normal());
  });
}

describe("mantel", () => {
  it.each(Object.entries({ pearson, spearman, kendall }))(
    "samples the distribution of all relabellings: %s",
    (_, f) => {
      const independent = orders3.flatMap((rows) => orders3.map((columns): [number[], number[]] => [rows, columns]));
      const joint = orders3.map((order): [number[], number[]] => [order, order]);
      for (const [labels, orders] of [["independent", independent] as const, ["joint", joint] as const]) {
        const result = mantel(x, y, f, { random: stream(1, labels), permutations: 2000, labels });
        expect(result?.statistic).toBe(f(x.flat(), y.flat())?.statistic);
        expect(result?.n).toBe(9);
        // Standard error of a share of 2000 draws: at most 1.1%.
        expect(Math.abs((result?.p ?? 2) - exactP(f, orders))).toBeLessThan(0.035);
      }
    },
  );

  it("keeps its level where cells share rows and columns, which the analytic p does not", () => {
    const random = stream(2, "null");
    let permuted = 0;
    let analytic = 0;
    const rounds = 300;
    for (let round = 0; round < rounds; round++) {
      const a = effects(random, 7, 6);
      const b = effects(random, 7, 6);
      if ((mantel(a, b, pearson, { random, permutations: 99 })?.p ?? 1) <= 0.05) permuted++;
      if ((pearson(a.flat(), b.flat())?.p ?? 1) <= 0.05) analytic++;
    }
    // Exact level 5%, standard error 1.3%.
    expect(permuted / rounds).toBeGreaterThan(0.02);
    expect(permuted / rounds).toBeLessThan(0.085);
    expect(analytic / rounds).toBeGreaterThan(0.3);
  });

  it("finds an association, down to 1 / (1 + B)", () => {
    const random = stream(3, "power");
    const a = effects(random, 8, 8);
    const b = a.map((row) => row.map((value) => -value + 0.1 * random.normal()));
    const result = mantel(a, b, kendall, { random, permutations: 199 });
    expect(result?.statistic).toBeLessThan(-0.8);
    expect(result?.p).toBe(1 / 200);
    expect(result?.permutations).toBe(199);
  });

  it("leaves out cells without a value, and keeps a diagonal out under joint labels", () => {
    const hollow = (cells: number[][]) => cells.map((row, i) => row.map((v, j) => (i === j ? undefined : v)));
    const result = mantel(hollow(x), hollow(y), pearson, { random: stream(4), permutations: 10, labels: "joint" });
    const off = (cells: number[][]) => cells.flatMap((row, i) => row.filter((_, j) => i !== j));
    expect(result?.n).toBe(6);
    expect(result?.statistic).toBe(pearson(off(x), off(y))?.statistic);
    let smallest = 9;
    const watch = (first: ArrayLike<number>, second: ArrayLike<number>) => {
      smallest = Math.min(smallest, first.length);
      return pearson(first, second);
    };
    mantel(hollow(x), hollow(y), watch, { random: stream(4), permutations: 50, labels: "joint" });
    expect(smallest).toBe(6);
  });

  it("is a function of the seed", () => {
    const run = (seed: number) => mantel(x, y, pearson, { random: stream(seed, "mantel"), permutations: 500 });
    expect(run(1)).toEqual(run(1));
    expect(run(1)?.p).not.toBe(run(2)?.p);
  });

  it("does not exist for a constant matrix and refuses unequal shapes", () => {
    const options = { random: stream(5), permutations: 9 };
    const constant = x.map((row) => row.map(() => 0.1));
    expect(mantel(constant, y, pearson, options)).toBeUndefined();
    expect(mantel([], [], pearson, options)).toBeUndefined();
    expect(() => mantel(x, y.slice(1), pearson, options)).toThrow(InputError);
    expect(() => mantel([[1, 2], [3]], [[1, 2], [3]], pearson, options)).toThrow(InputError);
    expect(() => mantel([[1, 2]], [[1, 2]], pearson, { ...options, labels: "joint" })).toThrow(InputError);
    expect(() => mantel(x, y, pearson, { ...options, permutations: 0 })).toThrow(InputError);
  });
});
