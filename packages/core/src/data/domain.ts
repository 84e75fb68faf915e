// The bounds of features: one interval for all where they are of one kind, else each column's own.

import { type ColumnFacts, columnFacts } from "./columnFacts.ts";
import type { FeatureKind } from "./featureKind.ts";
import type { OneHotGroup } from "./oneHot.ts";
import { type Features, isSparse } from "./sparse.ts";

/** The admissible values of each of the D features, one after the other as in a flattened row. */
export interface Domain {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** What kind of number each feature is; `real` for all where absent. */
  readonly kinds?: readonly FeatureKind[] | undefined;
  /** The features that stand together for a column of words. */
  readonly groups?: readonly OneHotGroup[] | undefined;
}

/** The domain in which all D features share one interval. */
export function uniformDomain(columns: number, lower: number, upper: number): Domain {
  return { lower: new Float64Array(columns).fill(lower), upper: new Float64Array(columns).fill(upper) };
}

/** The interval that all features share; `undefined` where their bounds differ. */
export function sharedInterval({ lower, upper }: Domain): readonly [number, number] | undefined {
  const isShared = lower.every((low) => low === lower[0]) && upper.every((high) => high === upper[0]);
  return isShared ? [lower[0], upper[0]] : undefined;
}

/** The least lower and the greatest upper bound. */
export function wholeInterval({ lower, upper }: Domain): readonly [number, number] {
  return [lower.reduce((least, low) => Math.min(least, low)), upper.reduce((most, high) => Math.max(most, high))];
}

/** The least and the greatest value of each column. In sparse rows 0 is among them, whatever they hold. */
export function columnRanges(features: Features, facts: ColumnFacts = columnFacts(features)): Domain {
  const { least, greatest } = facts;
  if (!isSparse(features)) return { lower: least, upper: greatest };
  return { lower: least.map((low) => Math.min(low, 0)), upper: greatest.map((high) => Math.max(high, 0)) };
}

/** Intervals that say of themselves what they are: normalised features, and bytes. */
const conventions = [
  { top: 1, whole: false },
  { top: 255, whole: true },
] as const;

/** Of the columns that vary, at least this share spans at least half of an interval that they are said to share. */
const WIDE = 0.75;

/**
 * The bounds of features for which none were declared.
 *
 * One interval, from the least to the greatest value, for images (rows with two axes longer than 1), and for features
 * that fill [0, 1], or as whole numbers [0, 255]: both ends occur, and three quarters of the columns that vary span
 * half of it. All others are columns of a table, each of which is bounded by its own least and greatest value; one that
 * never varies stays as it is.
 */
export function observedDomain(
  features: Features,
  featureShape: readonly number[],
  facts: ColumnFacts = columnFacts(features),
): Domain {
  const columns = columnRanges(features, facts);
  const [least, greatest] = wholeInterval(columns);
  const isShared =
    areImages(featureShape) ||
    conventions.some(
      ({ top, whole }) => least === 0 && greatest === top && areMostlyWide(columns, top) && (!whole || facts.areWhole),
    );
  return isShared ? uniformDomain(columns.lower.length, least, greatest) : columns;
}

/** Whether rows of this shape are images, whose values share a unit: two axes are longer than 1. */
export function areImages(featureShape: readonly number[]): boolean {
  return featureShape.filter((length) => length > 1).length >= 2;
}

/** Whether three quarters of the columns that vary span half of an interval of that width. */
export function areMostlyWide({ lower, upper }: Domain, top: number): boolean {
  const spans = upper.map((high, j) => high - lower[j]).filter((span) => span > 0);
  return spans.filter((span) => span >= top / 2).length >= WIDE * spans.length;
}
