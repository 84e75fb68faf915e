// What a dataset is like, in numbers that are cheap to take and tell of trouble early.

import { elementBytes, sizeOf } from "../tensor.ts";
import { columnFacts, valueRange } from "./columnFacts.ts";
import { type Dataset, featureCount, rowCount } from "./dataset.ts";
import { sharedInterval, wholeInterval } from "./domain.ts";
import { countRepeats } from "./groups.ts";
import { isSparse, sparseType } from "./sparse.ts";

/** A dataset in numbers: sizes, classes, ranges, and what is suspicious of it. */
export interface DatasetDescription {
  readonly rows: number;
  readonly features: number;
  readonly featureShape: readonly number[];
  readonly featureNames?: readonly string[];
  readonly classes: readonly { readonly name: string; readonly rows: number }[];
  /** The least and the greatest number in the data. */
  readonly range: readonly [number, number];
  /** The least lower and the greatest upper bound of the domain. */
  readonly box: readonly [number, number];
  /** Whether all features share that interval, or each has bounds of its own. */
  readonly bounds: "shared" | "columns";
  /** The share of cells that are not zero. */
  readonly density: number;
  readonly distinctRows: number;
  /** Rows that equal at least one other row. */
  readonly repeatedRows: number;
  /** Distinct rows that occur with more than one label. */
  readonly contradictoryRows: number;
  /** Features that have the same value in all rows. */
  readonly constantFeatures: number;
  readonly storage: "dense" | "sparse";
  readonly elementType: "float32" | "float64";
  /** Memory of the features. */
  readonly bytes: number;
}

/** A description of a dataset, ready for JSON. */
export function describeDataset(data: Dataset): DatasetDescription {
  const { features, labels } = data;
  const rows = rowCount(data);
  const columns = featureCount(data);
  const facts = columnFacts(features);
  const { least, greatest, nonZeros } = facts;
  const isConstant = (count: number, j: number) => count === 0 || (count === rows && least[j] === greatest[j]);
  const sizes = new Int32Array(data.classNames.length);
  for (const label of labels) sizes[label]++;
  return {
    rows,
    features: columns,
    featureShape: data.featureShape,
    ...(data.featureNames && { featureNames: data.featureNames }),
    classes: data.classNames.map((name, k) => ({ name, rows: sizes[k] })),
    range: valueRange(features, facts),
    box: wholeInterval(data.domain),
    bounds: sharedInterval(data.domain) ? "shared" : "columns",
    density: nonZeros.reduce((sum, count) => sum + count, 0) / (rows * columns),
    ...countRepeats(features, data.labels),
    constantFeatures: nonZeros.filter(isConstant).length,
    storage: isSparse(features) ? "sparse" : "dense",
    elementType: isSparse(features) ? sparseType(features) : features.type,
    bytes: isSparse(features)
      ? features.start.byteLength + features.index.byteLength + features.value.byteLength
      : sizeOf(features.shape) * elementBytes(features.type),
  };
}
