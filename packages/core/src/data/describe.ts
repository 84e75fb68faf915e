// What a dataset is like, in numbers that are cheap to take and tell of trouble early.

import { elementBytes, sizeOf } from "../tensor.ts";
import { type Dataset, featureCount, rowCount } from "./dataset.ts";
import { sharedInterval, wholeInterval } from "./domain.ts";
import { valueRange } from "./features.ts";
import { groupEqualRows } from "./groups.ts";
import { forEachEntry, isSparse } from "./sparse.ts";

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
  const { nonZeros, constantFeatures } = countColumns(data);
  const sizes = new Int32Array(data.classNames.length);
  for (const label of labels) sizes[label]++;
  return {
    rows,
    features: columns,
    featureShape: data.featureShape,
    ...(data.featureNames && { featureNames: data.featureNames }),
    classes: data.classNames.map((name, k) => ({ name, rows: sizes[k] })),
    range: valueRange(features),
    box: wholeInterval(data.domain),
    bounds: sharedInterval(data.domain) ? "shared" : "columns",
    density: nonZeros / (rows * columns),
    ...countRepeats(data),
    constantFeatures,
    storage: isSparse(features) ? "sparse" : "dense",
    elementType: isSparse(features) ? "float64" : features.type,
    bytes: isSparse(features)
      ? features.start.byteLength + features.index.byteLength + features.value.byteLength
      : sizeOf(features.shape) * elementBytes(features.type),
  };
}

function countRepeats({ features, labels }: Dataset) {
  const groups = groupEqualRows(features);
  const distinctRows = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const size = new Int32Array(distinctRows);
  const firstLabel = new Int32Array(distinctRows).fill(-1);
  const contradictory = new Set<number>();
  groups.forEach((group, row) => {
    if (size[group]++ === 0) firstLabel[group] = labels[row];
    else if (firstLabel[group] !== labels[row]) contradictory.add(group);
  });
  const repeatedRows = size.reduce((total, members) => total + (members > 1 ? members : 0), 0);
  return { distinctRows, repeatedRows, contradictoryRows: contradictory.size };
}

function countColumns(data: Dataset) {
  const columns = featureCount(data);
  const present = new Int32Array(columns);
  const least = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  let nonZeros = 0;
  forEachEntry(data.features, (_, column, value) => {
    if (value === 0) return;
    nonZeros++;
    present[column]++;
    if (value < least[column]) least[column] = value;
    if (value > greatest[column]) greatest[column] = value;
  });
  let constantFeatures = 0;
  for (let column = 0; column < columns; column++) {
    const same = present[column] === rowCount(data) && least[column] === greatest[column];
    if (present[column] === 0 || same) constantFeatures++;
  }
  return { nonZeros, constantFeatures };
}
