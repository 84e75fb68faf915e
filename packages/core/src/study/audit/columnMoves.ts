// Which columns of a table an attack moves, how far, and a few rows before and after.

import { type Dataset, denseRows, featureCount, rowCount } from "../../data/dataset.ts";
import { areImages } from "../../data/domain.ts";
import type { Vector } from "../../linalg.ts";
import { type Rate, rate } from "../../transfer/rates.ts";
import { imageShapeOf } from "./exampleImages.ts";

/** What became of one column, or of a column of words, at one budget. */
export interface ColumnMove {
  readonly name: string;
  /** Points in which it changed. */
  readonly moved: Rate;
  /** Among the points that the target got right before and gets wrong after. */
  readonly movedOfFooled: Rate | undefined;
  /** Over the points in which it changed, the mean size in the units that perturbations are measured in. */
  readonly meanSize?: number;
  /**
   * Of a column of numbers, over the points in which it changed, in its own unit: the share of rises, the mean and the
   * largest size.
   */
  readonly rises?: number;
  readonly meanChange?: number;
  readonly largestChange?: number;
}

/** A value before and after; words where the column holds such. */
export interface CellChange {
  readonly name: string;
  readonly before: number | string;
  readonly after: number | string;
  /** In the units that perturbations are measured in; the largest of those of its features. */
  readonly size: number;
}

/** A row that misleads the target. */
interface ChangedRow {
  readonly index: number;
  readonly label: string;
  readonly says: string;
  /** The largest first. */
  readonly changes: readonly CellChange[];
}

/** What points crafted on one model at one budget do to the columns of a table. */
export interface ColumnMoves {
  readonly surrogate: string;
  readonly epsilon: number;
  readonly columns: readonly ColumnMove[];
  /** The first ten that the target got right before and gets wrong after. */
  readonly rows: readonly ChangedRow[];
}

/** Rows that are shown. */
const SHOWN = 10;

/** Columns beyond which nobody reads a line for each. */
const MOST_COLUMNS = 2000;

/**
 * Whether columns of such data are told of: a table of few enough, which is not shown as images for want of their
 * names.
 */
export function hasColumns(data: Dataset): boolean {
  const { featureShape, featureNames } = data;
  const isShown = areImages(featureShape) || (!featureNames && imageShapeOf(featureShape) !== undefined);
  return !isShown && featureCount(data) <= MOST_COLUMNS;
}

/**
 * What became of each column between rows and points crafted from them: a number has moved where it is not what the
 * point's type makes of the row's, words where the largest of their features is another.
 *
 * @param points N points of D numbers
 * @param names of the D features; x0 to x(D-1) where absent
 * @param units what each feature is measured in; its own unit where absent
 * @param judged what the target says of the rows, and of the points, as positions of classes
 */
export function columnMoves(
  attacked: Dataset,
  points: Vector,
  names: readonly string[] | undefined,
  judged: { readonly before: Int32Array; readonly after: Int32Array },
  units?: Float64Array,
): Pick<ColumnMoves, "columns" | "rows"> {
  const [n, d] = [rowCount(attacked), featureCount(attacked)];
  const { labels, classNames, domain } = attacked;
  const fooled = labels.map((label, i) => (judged.before[i] === label && judged.after[i] !== label ? 1 : 0));
  const fooledCount = fooled.reduce((sum, flag) => sum + flag, 0);
  const columns = columnsOf(domain.groups, d, names);
  const counts = columns.map(() => ({ moved: 0, ofFooled: 0, rises: 0, sum: 0, largest: 0, sizes: 0 }));
  const rows: ChangedRow[] = [];
  for (let i = 0; i < n; i++) {
    const row = denseRows(attacked, i, i + 1).data as Vector;
    const point = points.subarray(i * d, (i + 1) * d);
    // Nothing is made for a cell: audits of many points have billions of them.
    for (let k = 0; k < columns.length; k++) {
      const size = moveOf(columns[k], row, point, units);
      if (size === undefined) continue;
      const count = counts[k];
      count.moved++;
      count.sizes += size;
      count.ofFooled += fooled[i];
      if (columns[k].words) continue;
      const change = point[columns[k].features[0]] - row[columns[k].features[0]];
      if (change > 0) count.rises++;
      count.sum += Math.abs(change);
      count.largest = Math.max(count.largest, Math.abs(change));
    }
    if (fooled[i] === 1 && rows.length < SHOWN) {
      const changes = columns.flatMap((column): CellChange[] => {
        const size = moveOf(column, row, point, units);
        if (size === undefined) return [];
        return [{ name: column.name, before: cellOf(column, row), after: cellOf(column, point), size }];
      });
      changes.sort((a, b) => b.size - a.size);
      rows.push({ index: i, label: classNames[labels[i]], says: classNames[judged.after[i]], changes });
    }
  }
  return {
    rows,
    columns: columns.map(({ name, words }, k) => {
      const { moved, ofFooled, rises, sum, largest, sizes: total } = counts[k];
      const sizes = { rises: rises / moved, meanChange: sum / moved, largestChange: largest };
      return {
        ...{ name, moved: rate(moved, n), movedOfFooled: fooledCount > 0 ? rate(ofFooled, fooledCount) : undefined },
        ...(moved > 0 && { meanSize: total / moved }),
        ...(!words && moved > 0 && sizes),
      };
    }),
  };
}

/** A column of a table: one feature, or those of its words. */
interface TableColumn {
  readonly name: string;
  readonly features: readonly number[];
  readonly words?: readonly string[];
}

function columnsOf(
  groups: Dataset["domain"]["groups"],
  d: number,
  names: readonly string[] | undefined,
): TableColumn[] {
  const groupOf = new Map((groups ?? []).flatMap((group) => group.columns.map((j) => [j, group] as const)));
  return Array.from({ length: d }, (_, j): TableColumn[] => {
    const group = groupOf.get(j);
    if (!group) return [{ name: names?.[j] ?? `x${j}`, features: [j] }];
    return j === group.columns[0] ? [{ name: group.name, features: group.columns, words: group.values }] : [];
  }).flat();
}

/** How far a column has moved, in the units of its features, of words the farthest; undefined where it has not. */
function moveOf(column: TableColumn, row: Vector, point: Vector, units?: Float64Array): number | undefined {
  const { features, words } = column;
  if (words) {
    const isThere = cellOf(column, row) === cellOf(column, point);
    return isThere ? undefined : Math.max(...features.map((j) => sizeAt(j, row, point, units)));
  }
  const [j] = features;
  const isThere = row[j] === point[j] || (point instanceof Float32Array && Math.fround(row[j]) === point[j]);
  return isThere ? undefined : sizeAt(j, row, point, units);
}

const sizeAt = (j: number, row: Vector, point: Vector, units?: Float64Array) =>
  row[j] === point[j] ? 0 : Math.abs(point[j] - row[j]) / (units?.[j] ?? 1);

function cellOf({ features, words }: TableColumn, values: Vector): number | string {
  if (!words) return values[features[0]];
  const largest = features.reduce((best, j, k) => (values[j] > values[features[best]] ? k : best), 0);
  return words[largest];
}
