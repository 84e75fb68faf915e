// How much there is to learn from.

import { type Dataset, featureCount, rowCount } from "../data/dataset.ts";
import { isSparse } from "../data/sparse.ts";

/** How much there is to learn from. */
export interface TrainingSize {
  readonly rows: number;
  readonly features: number;
  /** Of sparse rows how many numbers each stores in the mean; absent where they are dense. */
  readonly perRow?: number;
}

/** How much a dataset gives to learn from. */
export function sizeOfTraining(data: Dataset): TrainingSize {
  const [rows, features] = [rowCount(data), featureCount(data)];
  return { rows, features, ...(isSparse(data.features) && { perRow: data.features.index.length / rows }) };
}

/** Numbers that are gone through. */
function entriesIn({ rows, features, perRow = features }: TrainingSize): number {
  return rows * perRow;
}

/** Features of the rows that estimates were measured with. */
const MEASURED = 784;

/** How a linear training grows: with a power of the rank that rows can have, up to so many times what it was. */
interface Growth {
  /** Seconds for a thousand dense rows of 784 features. */
  readonly each: number;
  readonly power: number;
  readonly most: number;
}

/** Whether rows are sparse and fewer than the columns that have entries, as far as their numbers can tell. */
export function isWideTraining({ rows, features, perRow }: TrainingSize): boolean {
  return perRow !== undefined && Math.min(features, rows * perRow) > rows;
}

/** Seconds of a training on such rows, by those for each number that is stored: they wait for memory. */
export function wideSeconds(each: number, size: TrainingSize): number {
  return each * entriesIn(size);
}

/** Seconds of a training that goes through rows again and again: in proportion to their numbers and to how often. */
export function linearSeconds({ each, power, most }: Growth, size: TrainingSize): number {
  const rank = Math.min(size.rows, size.features) / MEASURED;
  return each * (entriesIn(size) / (1000 * MEASURED)) * Math.min(most, Math.max(1, rank) ** power);
}
