// Correlations over pairs of models, with p-values that know that pairs share rows and columns.

import { stream } from "../random.ts";
import { kendall } from "../stats/kendall.ts";
import { type Cells, mantel } from "../stats/mantel.ts";
import { holm } from "../stats/multiple.ts";
import { pearson } from "../stats/pearson.ts";
import { type RegressionLine, regression } from "../stats/regression.ts";
import { spearman } from "../stats/spearman.ts";
import { tied } from "../stats/ties.ts";

const coefficients = { pearson, spearman, kendall } as const;

type Coefficient = keyof typeof coefficients;

/** One quantity against another over surrogates (rows) by targets (columns). */
export interface Association {
  /** Names of the two, such as "R" and "rho at epsilon 5". */
  readonly x: string;
  readonly y: string;
  /** What y is, and the budget that it is of, where both are of a study. */
  readonly quantity?: "rho" | "ratio";
  readonly budget?: number;
  readonly xCells: Cells;
  readonly yCells: Cells;
  /**
   * How far two cells may lie apart, absolutely, that are ties but for rounding; the default of `tied` where absent.
   */
  readonly xRounding?: number;
  readonly yRounding?: number;
}

/** A correlation between two metrics over pairs of models, with p-values of two kinds. */
export interface Correlation extends Pick<Association, "x" | "y" | "quantity" | "budget"> {
  readonly coefficient: Coefficient;
  readonly statistic: number;
  /** Number of pairs. */
  readonly n: number;
  /** Two-sided, as if pairs were independent, as the paper prints it. */
  readonly p: number;
  /** Two-sided, by relabelling rows and columns; at least 1 / (1 + permutations). */
  readonly permutationP: number;
  readonly permutations: number;
  /** Both adjusted by Holm over all correlations of the panel. */
  readonly holmP: number;
  readonly holmPermutationP: number;
}

/** All correlations that are tested together, so that their p-values are adjusted for each other. */
export interface CorrelationPanel {
  readonly correlations: readonly Correlation[];
  /** The least-squares line of each association that has one, in their order. */
  readonly lines: readonly (Pick<Association, "x" | "y" | "quantity" | "budget"> & { readonly line: RegressionLine })[];
  /** Associations that have no correlation, with the reason. */
  readonly undefinedFor: readonly string[];
}

/**
 * Pearson, Spearman and Kendall of each association; a constant quantity or fewer than two pairs have none.
 *
 * Source: Demontis et al. 2019, Fig. 6c-d; Mantel 1967 for the permutation p-value.
 */
export function correlationPanel(
  associations: readonly Association[],
  { seed, permutations = 1000 }: { readonly seed: number; readonly permutations?: number },
): CorrelationPanel {
  const undefinedFor: string[] = [];
  const lines: CorrelationPanel["lines"][number][] = [];
  const raw = associations.flatMap(({ xCells: xGiven, yCells: yGiven, xRounding, yRounding, ...names }) => {
    const { x, y } = names;
    const xCells = tiedCells(xGiven, xRounding);
    const yCells = tiedCells(yGiven, yRounding);
    const [xs, ys] = cellPairs(xCells, yCells);
    const line = regression(xs, ys);
    if (line) lines.push({ ...names, line });
    const found = (Object.keys(coefficients) as Coefficient[]).flatMap((coefficient) => {
      const analytic = coefficients[coefficient](xs, ys);
      if (!analytic) return [];
      const random = stream(seed, "mantel", x, y, coefficient);
      const permuted = mantel(xCells, yCells, coefficients[coefficient], { random, permutations });
      return permuted ? [{ ...names, coefficient, ...analytic, permutationP: permuted.p, permutations }] : [];
    });
    if (found.length === 0) {
      const why = xs.length < 2 ? `${xs.length} pairs have both` : "one of them is the same for all pairs";
      undefinedFor.push(`${x} against ${y}: undefined, ${why}`);
    }
    return found;
  });
  const adjusted = holm(raw.map(({ p }) => p));
  const adjustedPermutation = holm(raw.map(({ permutationP }) => permutationP));
  const correlations = raw.map(
    (each, i): Correlation => ({ ...each, holmP: adjusted[i], holmPermutationP: adjustedPermutation[i] }),
  );
  return { correlations, lines, undefinedFor };
}

/** Cells whose values are made equal where they are equal but for rounding. */
function tiedCells(cells: Cells, rounding?: number): Cells {
  const values = tied(
    cells.flatMap((row) => row.filter((value) => value !== undefined)),
    rounding,
  );
  let next = 0;
  return cells.map((row) => row.map((value) => (value === undefined ? undefined : values[next++])));
}

/** The cells that have both values, as two samples. */
export function cellPairs(x: Cells, y: Cells): [number[], number[]] {
  const xs: number[] = [];
  const ys: number[] = [];
  x.forEach((row, i) => {
    row.forEach((a, j) => {
      const b = y[i][j];
      if (a === undefined || b === undefined) return;
      xs.push(a);
      ys.push(b);
    });
  });
  return [xs, ys];
}

/** "< 0.001" where a permutation p-value is the smallest that so many permutations can give, else the number. */
export function permutationPText(p: number, permutations: number): string {
  return p <= 1 / (1 + permutations) + 1e-12 ? `< ${1 / permutations}` : String(Number(p.toPrecision(2)));
}
