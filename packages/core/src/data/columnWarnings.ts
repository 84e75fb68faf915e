// What is suspicious of columns beside each other: one box over very different ranges, and values that lie so far from
// zero that float32 hardly tells them apart.

import { spacingOf } from "../float32.ts";
import type { Dataset } from "./dataset.ts";
import { areImages, areMostlyWide, columnRanges, type Domain, sharedInterval } from "./domain.ts";
import { rangeUnits } from "./units.ts";

/** Ranges that differ by more than this make one measure for all of them mean little. */
export const VERY_DIFFERENT = 10;

/** The widest of the ranges that are not 0 over the narrowest; 1 where there is none. */
export function factorOfRanges(domain: Domain): number {
  const ranges = rangeUnits(domain).filter((range) => range > 0);
  if (ranges.length === 0) return 1;
  return ranges.reduce((a, b) => Math.max(a, b)) / ranges.reduce((a, b) => Math.min(a, b));
}

/**
 * A sentence where one interval bounds all columns of a table, most of which span less than half of it, and whose own
 * ranges differ by more than a factor of 10; undefined elsewhere, and where neither an attack nor a learner goes by the
 * box. Images share a unit and are no tables.
 */
export function wideBoxWarning(
  { features, domain, featureShape, scaling, ...data }: Dataset,
  { attacked = false, learned = false }: { readonly attacked?: boolean; readonly learned?: boolean },
): string | undefined {
  const box = sharedInterval(domain);
  const isMapped = learned && (scaling === undefined || scaling === "bounds");
  if (!box || areImages(featureShape) || !(attacked || isMapped)) return undefined;
  const ranges = columnRanges(features);
  const factor = factorOfRanges(ranges);
  if (factor <= VERY_DIFFERENT || areMostlyWide(ranges, box[1] - box[0])) return undefined;
  const widths = rangeUnits(ranges);
  const narrowest = widths.reduce((least, width, j) => (width > 0 && !(width >= widths[least]) ? j : least), -1);
  const effects = [
    attacked && "attacks may move it through the whole box",
    isMapped && "learners see it squeezed into a small part of [0, 1]",
  ];
  return (
    `One box, [${box.join(", ")}], bounds all features, but their own ranges differ by a factor of ` +
    `${Number(factor.toPrecision(2))}: ${nameOf(data, narrowest)} spans ${Number(widths[narrowest].toPrecision(3))} ` +
    `in this data; ${effects.filter(Boolean).join(", and ")}. Without a box (--box) each feature is bounded by its ` +
    "own least and greatest value."
  );
}

/** A column is told of where numbers of float32 lie apart by more than this share of its range. */
const TOLD = 0.1;

/**
 * A sentence where float32, which trained models compute in, hardly tells values of some columns apart; else undefined.
 */
export function float32Warning({ features, ...data }: Dataset): string | undefined {
  const { lower, upper } = columnRanges(features);
  const spacing = lower.map((low, j) => spacingOf(Math.max(Math.abs(low), Math.abs(upper[j]))));
  const coarse = Array.from(lower.keys()).filter(
    (j) => upper[j] > lower[j] && spacing[j] > TOLD * (upper[j] - lower[j]),
  );
  if (coarse.length === 0) return undefined;
  const [j] = coarse;
  const others = coarse.length > 1 ? `, and of ${coarse.length - 1} more features` : "";
  return (
    `Values of ${nameOf(data, j)}${others} lie too close together, so far from zero, for the float32 numbers that ` +
    `models compute in: from ${lower[j]} to ${upper[j]}, where these are ${spacing[j]} apart. What differs by less ` +
    "is the same to a model; subtract a constant from such features."
  );
}

function nameOf({ featureNames }: Pick<Dataset, "featureNames">, j: number): string {
  return featureNames ? `feature ${JSON.stringify(featureNames[j])}` : `feature ${j} (counted from 0)`;
}
