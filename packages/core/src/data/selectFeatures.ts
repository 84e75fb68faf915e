// Which features of a dataset tell two classes apart best, by how often they are there.

import { InputError } from "../errors.ts";
import { type Dataset, featureCount, rowCount } from "./dataset.ts";
import { movedGroups } from "./oneHot.ts";
import { forEachEntry, isSparse, type SparseRows } from "./sparse.ts";

/**
 * The `count` columns with the largest difference |p(x_k > 0 | class 1) - p(x_k > 0 | class 0)|, in ascending order; of
 * equal differences the lower column.
 *
 * Source: Demontis et al. 2019, section 5.1 (Drebin: 5,000 features).
 *
 * @throws InputError where there are not two classes.
 */
export function selectColumns({ features, labels, classNames, ...rest }: Dataset, count: number): Int32Array {
  if (classNames.length !== 2) {
    throw new InputError("unsupported", "selection of features", {
      expected: "two classes",
      got: `${classNames.length}`,
      remedy: "keep two with data.classes",
    });
  }
  const columns = featureCount({ features, labels, classNames, ...rest });
  const rows = [0, 0];
  for (const label of labels) rows[label]++;
  const difference = new Float64Array(columns);
  forEachEntry(features, (row, column, value) => {
    if (value > 0) difference[column] += labels[row] === 1 ? 1 / rows[1] : -1 / rows[0];
  });
  const order = Array.from({ length: columns }, (_, column) => column);
  order.sort((a, b) => Math.abs(difference[b]) - Math.abs(difference[a]) || a - b);
  return Int32Array.from(order.slice(0, count)).sort();
}

/** The dataset with some of its columns, as flat rows. */
export function takeColumns(data: Dataset, columns: Int32Array): Dataset {
  const { features, domain } = data;
  const place = new Int32Array(featureCount(data)).fill(-1);
  columns.forEach((column, i) => {
    place[column] = i;
  });
  const lower = Float64Array.from(columns, (column) => domain.lower[column]);
  const upper = Float64Array.from(columns, (column) => domain.upper[column]);
  const kinds = domain.kinds && [...columns].map((column) => domain.kinds![column]);
  const groups = movedGroups(domain.groups, (column) => (place[column] < 0 ? undefined : place[column]));
  return {
    ...data,
    features: isSparse(features) ? ofSparse(features, place, columns.length) : ofDense(data, columns),
    featureShape: [columns.length],
    ...(data.featureNames && { featureNames: Array.from(columns, (column) => data.featureNames![column]) }),
    domain: { lower, upper, ...(kinds && { kinds }), ...(groups && { groups }) },
  };
}

/** The dataset with features that are 0 or 1 and stay so. @throws InputError where another number is among them. */
export function withBinaryFeatures(data: Dataset): Dataset {
  const columns = featureCount(data);
  forEachEntry(data.features, (row, column, value) => {
    if (value === 0 || value === 1) return;
    throw new InputError("invalid", "data.binary", {
      expected: "features that are 0 or 1",
      got: `${value} in row ${row}, column ${column}`,
      remedy: "leave data.binary out",
    });
  });
  const kinds = new Array<"binary">(columns).fill("binary");
  return { ...data, domain: { lower: new Float64Array(columns), upper: new Float64Array(columns).fill(1), kinds } };
}

function ofSparse({ rows, start, index, value }: SparseRows, place: Int32Array, columns: number): SparseRows {
  const kept = index.map((column) => place[column]);
  const isKept = (_: number, i: number) => kept[i] >= 0;
  const starts = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) {
    let count = 0;
    for (let i = start[row]; i < start[row + 1]; i++) if (kept[i] >= 0) count++;
    starts[row + 1] = starts[row] + count;
  }
  return { rows, columns, start: starts, index: kept.filter((column) => column >= 0), value: value.filter(isKept) };
}

function ofDense(data: Dataset, columns: Int32Array): Dataset["features"] {
  const features = data.features as Exclude<Dataset["features"], SparseRows>;
  const rows = rowCount(data);
  const width = featureCount(data);
  const taken = features.data.slice(0, rows * columns.length);
  for (let row = 0; row < rows; row++) {
    columns.forEach((column, i) => {
      taken[row * columns.length + i] = features.data[row * width + column];
    });
  }
  return { ...features, shape: [rows, columns.length], data: taken } as Dataset["features"];
}
