// A permutation test of the association of two matrices whose cells share rows and columns (Mantel 1967).

import { InputError } from "../errors.ts";
import { permutation, type Stream } from "../random.ts";
import { standardDeviation } from "./describe.ts";
import { checkCount, type Sample, type TestResult } from "./sample.ts";
import { largestMagnitude, ROUNDING } from "./ties.ts";

/** Rows of cells, such as surrogates by targets; `undefined` where a cell has no value. */
export type Cells = readonly (readonly (number | undefined)[])[];

interface MantelOptions {
  readonly random: Stream;
  /** The number B of random relabellings. */
  readonly permutations: number;
  /**
   * "independent": rows and columns are relabelled each on its own. "joint": both with the same permutation, for square
   * matrices whose rows and columns are the same models, so that the diagonal stays the diagonal. Default independent.
   */
  readonly labels?: "independent" | "joint";
}

/**
 * The result of a permutation test; p is at least 1 / (1 + permutations), to be printed as "< 1 / B" where it is that.
 */
interface PermutationResult extends TestResult {
  readonly permutations: number;
}

/**
 * The correlation over the cells of two matrices, with a p-value that knows that cells of one row or one column hang
 * together; `undefined` where the correlation does not exist.
 *
 * The analytic p-value of m surrogates by k targets takes the m k cells for independent observations, which they are
 * not: a good surrogate is good on all targets. Here the labels of the second matrix are permuted, whole rows and whole
 * columns at a time, which keeps that dependence. With c the number of B relabellings whose correlation is at least as
 * large in absolute value, p = (1 + c) / (1 + B) (Phipson and Smyth 2010). `correlate` is `pearson`, `spearman` or
 * `kendall`. Cells without a value in either matrix are left out; leave out a diagonal under "joint" labels. A
 * relabelling without a correlation counts against the association. Throws an `InputError` on matrices of unequal or
 * ragged shape, or not square under "joint" labels, and as `correlate` does.
 */
export function mantel(
  x: Cells,
  y: Cells,
  correlate: (x: Sample, y: Sample) => { readonly statistic: number } | undefined,
  options: MantelOptions,
): PermutationResult | undefined {
  const { random, permutations, labels = "independent" } = options;
  checkCount("number of permutations", permutations, 1);
  const [rows, columns] = checkCells(x, y, labels);
  const identity = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);
  const [first, second] = cellPairs(x, y, identity(rows), identity(columns));
  const observed = correlate(first, second)?.statistic;
  if (observed === undefined) return undefined;
  // Relabellings that leave the correlation as it is must count, whatever was rounded.
  const threshold = Math.abs(observed) - roundingOfCorrelation(first, second);
  let extreme = 0;
  for (let b = 0; b < permutations; b++) {
    const rowOrder = permutation(random, rows);
    const columnOrder = labels === "joint" ? rowOrder : permutation(random, columns);
    const relabelled = correlate(...cellPairs(x, y, rowOrder, columnOrder));
    if (relabelled === undefined || Math.abs(relabelled.statistic) >= threshold) extreme++;
  }
  return { statistic: observed, p: (1 + extreme) / (1 + permutations), n: first.length, permutations };
}

/**
 * How far two correlations of the same numbers in another order may lie apart that would be equal without rounding.
 *
 * Moving every x by at most e moves a correlation by at most e / (standard deviation of x), as it is the cosine of two
 * vectors and x moves by at most e sqrt(n) of a length of sqrt(n) standard deviations; likewise y, and twice for two.
 */
function roundingOfCorrelation(...samples: readonly Sample[]): number {
  return samples.reduce((sum, x) => sum + (2 * ROUNDING * largestMagnitude(x)) / standardDeviation(x)!, 0);
}

/** The cells that have a value in both matrices, the second one relabelled. */
function cellPairs(x: Cells, y: Cells, rowOrder: Int32Array, columnOrder: Int32Array): [number[], number[]] {
  const first: number[] = [];
  const second: number[] = [];
  for (let i = 0; i < rowOrder.length; i++) {
    for (let j = 0; j < columnOrder.length; j++) {
      const a = x[i][j];
      const b = y[rowOrder[i]][columnOrder[j]];
      if (a === undefined || b === undefined) continue;
      first.push(a);
      second.push(b);
    }
  }
  return [first, second];
}

function checkCells(x: Cells, y: Cells, labels: "independent" | "joint"): [number, number] {
  const rows = x.length;
  const columns = rows > 0 ? x[0].length : 0;
  const regular = y.length === rows && [...x, ...y].every((row) => row.length === columns);
  if (!regular || (labels === "joint" && rows !== columns)) {
    throw new InputError("invalid", "matrices of the Mantel test", {
      expected: labels === "joint" ? `two matrices of ${rows} x ${rows} cells` : "two matrices of one shape",
      got: `${rows} and ${y.length} rows of ${[...new Set([...x, ...y].map((row) => row.length))].join(", ")} cells`,
      remedy: labels === "joint" ? 'use "independent" labels' : "write undefined where a cell has no value",
    });
  }
  return [rows, columns];
}
