// Relations between columns that hold in every row: sums, products, and one that is never above another.

import { permutation, stream } from "../random.ts";
import { printName } from "./expression/print.ts";

/** Relations between columns that hold in all rows of the data. */
export interface RelationProposal {
  /** As a features file has it. */
  readonly text: string;
  readonly reason: string;
}

interface Column {
  readonly name: string;
  readonly values: Float64Array;
}

/** Columns of which all pairs are looked at; more would be many pairs, of which some agree by chance. */
const MOST_COLUMNS = 200;
/** Rows without which nothing is proposed: fewer agree by chance. */
const LEAST_ROWS = 20;
/** How far the sides of an equality may be apart, as a share of their terms: some roundings of float32. */
const ROUNDING = 1e-6;
/** How many rows, and what share, would break a comparison of columns that have nothing to do with each other. */
const WOULD_BREAK = { rows: 5, share: 0.02 };

/**
 * Equalities a == b, a == b + c and a == b * c, and comparisons a <= b, that hold in every row. Constant columns are in
 * none.
 *
 * A comparison is proposed where, with the rows of one column in random order, at least 5 of them and one in 50 would
 * break it, and where neither two others nor an equality with a sum tell as much.
 */
export function proposeRelations(all: readonly Column[]): readonly RelationProposal[] {
  const columns = all.filter(({ values }) => values.some((value) => value !== values[0]));
  const rows = columns[0]?.values.length ?? 0;
  if (columns.length > MOST_COLUMNS || rows < LEAST_ROWS) return [];
  const equal = equalities(columns);
  return [...equal.proposals, ...comparisons(columns, equal.related, rows)];
}

const operations = [
  { sign: "+", of: (b: number, c: number) => b + c, size: (b: number, c: number) => Math.abs(b) + Math.abs(c) },
  { sign: "*", of: (b: number, c: number) => b * c, size: (b: number, c: number) => Math.abs(b * c) },
] as const;

function equalities(columns: readonly Column[]) {
  const proposals: RelationProposal[] = [];
  const related = new Set<string>();
  const relate = (...names: readonly string[]) => {
    for (const a of names) for (const b of names) related.add(JSON.stringify([a, b]));
  };
  const rows = columns[0].values.length;
  const defined = new Set<number>();
  const propose = (a: number, right: string, ...others: readonly number[]) => {
    defined.add(a);
    relate(...[a, ...others].map((j) => columns[j].name));
    proposals.push({ text: `${printName(columns[a].name)} == ${right}`, reason: `in all ${rows} rows` });
  };
  const near = (a: number, b: number, size: number) => Math.abs(a - b) <= ROUNDING * Math.max(size, Math.abs(a));
  for (let a = 0; a < columns.length; a++) {
    for (let b = 0; b < a; b++) {
      if (defined.has(a) || defined.has(b)) continue;
      const same = columns[a].values.every((value, i) => near(value, columns[b].values[i], 0));
      if (same) propose(a, printName(columns[b].name), b);
    }
  }
  // The row in which most columns differ from 0 tells most of them apart at once.
  const filled = columns[0].values.map((_, i) => columns.filter(({ values }) => values[i] !== 0).length);
  const first = filled.indexOf(filled.reduce((most, count) => Math.max(most, count)));
  for (let b = 0; b < columns.length; b++) {
    for (let c = 0; c <= b; c++) {
      for (const { sign, of, size } of operations) {
        const [left, right] = [columns[b].values, columns[c].values];
        const expected = of(left[first], right[first]);
        const bound = size(left[first], right[first]);
        for (let a = 0; a < columns.length; a++) {
          if (a === b || a === c || defined.has(a) || !near(columns[a].values[first], expected, bound)) continue;
          const isSo = columns[a].values.every((value, i) =>
            near(value, of(left[i], right[i]), size(left[i], right[i])),
          );
          const terms = [b, c].map((j) => columns[j].name).sort();
          const isKnown = related.has(JSON.stringify([columns[a].name, columns[b].name]));
          if (isSo && !isKnown) propose(a, `${terms.map(printName).join(` ${sign} `)}`, b, c);
        }
      }
    }
  }
  return { proposals, related };
}

function comparisons(columns: readonly Column[], related: ReadonlySet<string>, rows: number): RelationProposal[] {
  const order = permutation(stream(0, "relations"), rows);
  const isBelow = columns.map((low) =>
    columns.map((high) => low !== high && low.values.every((value, i) => value <= high.values[i])),
  );
  const found: RelationProposal[] = [];
  columns.forEach((low, a) => {
    columns.forEach((high, b) => {
      if (!isBelow[a][b] || related.has(JSON.stringify([low.name, high.name]))) return;
      const isBetween = columns.some((_, c) => c !== a && c !== b && isBelow[a][c] && isBelow[c][b]);
      const breaking = low.values.filter((value, i) => value > high.values[order[i]]).length;
      if (isBetween || breaking < Math.max(WOULD_BREAK.rows, WOULD_BREAK.share * rows)) return;
      found.push({
        text: `${printName(low.name)} <= ${printName(high.name)}`,
        reason:
          `in all ${rows} rows, of which ${breaking} would break it if the columns had nothing to do with each ` +
          "other",
      });
    });
  });
  return found;
}
