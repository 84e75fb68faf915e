// A dataset: rows of features, integer labels, class names, and the domain the features live in.

import { InputError } from "../errors.ts";
import type { Rows } from "../rows.ts";
import { type FloatType, gatherRows, reshape, rowSize, sizeOf, sliceRows, type Tensor } from "../tensor.ts";
import { type ColumnFacts, columnFacts } from "./columnFacts.ts";
import { type Domain, observedDomain, uniformDomain } from "./domain.ts";
import { type BytesAs, checkFinite, checkInside, checkSparse, floatFeatures, meaningOfBytes } from "./features.ts";
import { encodeLabels } from "./labels.ts";
import type { OneHotGroup } from "./oneHot.ts";
import type { ScalingRule } from "./scalingRule.ts";
import {
  denseFromSparse,
  denseInOwnType,
  type Features,
  isSparse,
  type SparseRows,
  takeSparseRows,
  withoutZeros,
} from "./sparse.ts";

/** Labelled rows: features, dense or sparse, with classes, shape and domain. Nothing writes into them. */
export interface Dataset {
  /** [N, ...featureShape], or N sparse rows of D columns. */
  readonly features: Features;
  /** N class indices in 0 .. K-1. */
  readonly labels: Int32Array;
  /** K names; a class index is a position in this list. */
  readonly classNames: readonly string[];
  /** The shape of one row, such as [784] or [1, 28, 28]; its product is D. */
  readonly featureShape: readonly number[];
  readonly domain: Domain;
  /** Names of the D features, where the file has them; each differs from the others. */
  readonly featureNames?: readonly string[];
  /** How learners map features to [0, 1] before they learn; "bounds" where absent. */
  readonly scaling?: ScalingRule;
  /** What the bytes meant that the features were; absent where they were none. */
  readonly bytes?: BytesAs;
}

/** What a dataset is made from: numbers as they stand in a file. */
export interface DatasetInput {
  /** [N, ...], of any element type, or N sparse rows. */
  readonly features: Tensor | SparseRows;
  /** N integers: class indices where `classNames` is given, else any integers or words, one per class. */
  readonly labels: ArrayLike<number | bigint> | readonly string[];
  readonly classNames?: readonly string[] | undefined;
  /** The shape of one row; the axes of `features` after the first where absent. */
  readonly featureShape?: readonly number[] | undefined;
  /** One interval for all features, or bounds for each; those that the data show where absent (`observedDomain`). */
  readonly domain?: Domain | readonly [number, number] | undefined;
  /** What uint8 features mean; where absent, flags if none is above 1, else parts of 255. */
  readonly bytes?: BytesAs | undefined;
  readonly featureNames?: readonly string[] | undefined;
  /** The features that stand for columns of words. */
  readonly groups?: readonly OneHotGroup[] | undefined;
}

/**
 * The dataset that features and labels make, checked once so that whoever receives it need not.
 *
 * Label values become class names, sorted numerically (words alphabetically), and labels the positions in that list.
 * Features of type uint8 are divided by 255 and live in [0, 1], unless none is above 1 or `bytes` says that they are
 * numbers of their own; booleans become 0 and 1; other integers become float32 where that is exact, else float64. A
 * `domain` is meant for the features after that. Without one, booleans and bytes live in the interval of their type,
 * and other features in what `observedDomain` finds: one interval for images and normalised features, and each column's
 * own for tables.
 *
 * @throws InputError for empty data, numbers of rows and labels that differ, labels that are no integers, NaN or
 * infinite features, features outside the domain, and shapes that do not fit.
 *
 * @example
 * ```ts
 * import { dataset, tensor } from "@carom/core";
 *
 * const data = dataset({ features: tensor("float32", [3, 2], [0, 1, 2, 3, 4, 5]), labels: ["cat", "dog", "cat"] });
 * console.log(data.classNames, [...data.labels]); // [ 'cat', 'dog' ] [ 0, 1, 0 ]
 * ```
 */
export function dataset(input: DatasetInput): Dataset {
  const rows = isSparse(input.features) ? input.features.rows : (input.features.shape[0] ?? 0);
  const shape = isSparse(input.features) ? [input.features.columns] : input.features.shape.slice(1);
  const columns = shape.length === 0 ? 0 : sizeOf(shape);
  if (rows === 0 || columns === 0) {
    throw new InputError("invalid", "data", {
      expected: "at least one row of at least one feature",
      got: `shape [${isSparse(input.features) ? [rows, columns] : input.features.shape.join(", ")}]`,
      remedy: "give features of shape [N, ...]",
    });
  }
  if (input.labels.length !== rows) {
    throw new InputError("invalid", "data", {
      expected: "as many labels as rows",
      got: `${rows} rows and ${input.labels.length} labels`,
      remedy: "check that both come from the same split",
    });
  }
  const featureShape = input.featureShape ?? shape;
  if (sizeOf(featureShape) !== columns) {
    throw new InputError("invalid", "feature shape", {
      expected: `a shape of ${columns} features`,
      got: `[${featureShape.join(", ")}], of ${sizeOf(featureShape)}`,
      remedy: "leave it out to keep the shape of the data",
    });
  }
  const names = input.featureNames;
  if (names && (names.length !== columns || new Set(names).size !== columns)) {
    throw new InputError("invalid", "names of features", {
      expected: `${columns} different names`,
      got: `${new Set(names).size} different ones among ${names.length}`,
      remedy: "name each feature once, or leave the names out",
    });
  }
  const bytes = isSparse(input.features) ? undefined : (input.bytes ?? meaningOfBytes(input.features));
  const features = floatingPoint(input.features, featureShape, bytes);
  const facts = columnFacts(features);
  checkFinite(features, facts);
  const bounds = domainOf(input, features, featureShape, bytes, facts);
  const domain = input.groups ? withGroups(bounds, input.groups) : bounds;
  checkInside(features, domain, facts);
  const labels = encodeLabels(input.labels, input.classNames);
  const said = { ...(names && { featureNames: names }), ...(bytes && { bytes }) };
  return { features, ...labels, featureShape, domain, ...said };
}

/** Bounds with groups, whose features no attack changes one by one. */
function withGroups(bounds: Domain, groups: readonly OneHotGroup[]): Domain {
  const isWord = new Set(groups.flatMap(({ columns }) => columns));
  const kinds = Array.from(bounds.lower, (_, j) => (isWord.has(j) ? "fixed" : (bounds.kinds?.[j] ?? "real")));
  return { ...bounds, kinds, groups };
}

function floatingPoint(
  input: Tensor | SparseRows,
  featureShape: readonly number[],
  bytes: BytesAs | undefined,
): Features {
  if (!isSparse(input)) return reshape(floatFeatures(input, bytes), [input.shape[0], ...featureShape]);
  checkSparse(input);
  return withoutZeros(input);
}

function domainOf(
  input: DatasetInput,
  features: Features,
  featureShape: readonly number[],
  bytes: BytesAs | undefined,
  facts: ColumnFacts,
): Domain {
  if (input.domain && "lower" in input.domain) return input.domain;
  const interval = input.domain ?? intervalOfType(input.features, bytes, facts);
  if (!interval) return observedDomain(features, featureShape, facts);
  const [lower, upper] = interval;
  if (bytes === "unit" && (lower < 0 || upper > 1)) {
    throw new InputError("invalid", "box", {
      expected: "a box inside [0, 1], because uint8 features are divided by 255",
      got: `[${lower}, ${upper}]`,
      remedy: "declare the box after that division, or keep their scale with --bytes raw",
    });
  }
  return uniformDomain(isSparse(features) ? features.columns : rowSize(features), lower, upper);
}

/** The values that features may take by their type; `undefined` where it does not say. */
function intervalOfType(
  input: Tensor | SparseRows,
  bytes: BytesAs | undefined,
  { greatest }: ColumnFacts,
): readonly [number, number] | undefined {
  if (isSparse(input)) return undefined;
  const isFlags = input.type === "bool" || (bytes === "raw" && greatest.every((value) => value <= 1));
  return isFlags || bytes === "unit" ? [0, 1] : bytes === "raw" ? [0, 255] : undefined;
}

/**
 * N, the number of rows.
 *
 * @example
 * ```ts
 * import { dataset, featureCount, rowCount, tensor } from "@carom/core";
 *
 * const images = dataset({ features: tensor("uint8", [2, 1, 2, 2], [0, 9, 0, 9, 9, 0, 9, 0]), labels: [0, 1] });
 * console.log(rowCount(images), featureCount(images)); // 2 4
 * ```
 */
export function rowCount(data: Dataset): number {
  return data.labels.length;
}

/**
 * D, the number of features of a row.
 *
 * @example
 * ```ts
 * import { dataset, featureCount, tensor } from "@carom/core";
 *
 * console.log(featureCount(dataset({ features: tensor("float32", [2, 3], [0, 1, 2, 3, 4, 5]), labels: [0, 1] }))); // 3
 * ```
 */
export function featureCount(data: Dataset): number {
  return sizeOf(data.featureShape);
}

/**
 * The chosen rows with their labels, copied in the order given; classes and domain stay.
 *
 * @example
 * ```ts
 * import { dataset, takeRows, tensor } from "@carom/core";
 *
 * const data = dataset({ features: tensor("float32", [3, 1], [0, 1, 2]), labels: [5, 6, 5] });
 * const { features, labels } = takeRows(data, [2, 1]);
 * console.log("data" in features && [...features.data], [...labels]); // [ 2, 1 ] [ 0, 1 ]
 * ```
 */
export function takeRows(data: Dataset, rows: ArrayLike<number>): Dataset {
  return {
    ...data,
    features: isSparse(data.features) ? takeSparseRows(data.features, rows) : gatherRows(data.features, rows),
    labels: Int32Array.from(rows, (row) => data.labels[row]),
  };
}

/** Rows `from` to `to` (exclusive) as a dataset; dense ones share memory with the whole. */
export function sliceDataset(data: Dataset, from: number, to: number): Dataset {
  const { features, labels } = data;
  if (isSparse(features))
    return takeRows(
      data,
      Int32Array.from({ length: to - from }, (_, i) => from + i),
    );
  return { ...data, features: sliceRows(features, from, to), labels: labels.subarray(from, to) };
}

/**
 * The chosen rows, in ascending order, moved to the front of the memory that the data are in: no copy of them is made,
 * and the data given are no more.
 */
export function keepRows(data: Dataset, rows: Int32Array): Dataset {
  const { features } = data;
  const labels = rows.map((row) => data.labels[row]);
  if (!isSparse(features)) {
    const width = rowSize(features);
    const values = features.data;
    for (let i = 0; i < rows.length; i++) values.copyWithin(i * width, rows[i] * width, (rows[i] + 1) * width);
    const shape = [rows.length, ...features.shape.slice(1)];
    return { ...data, labels, features: { ...features, shape, data: values.subarray(0, rows.length * width) } };
  }
  const { start, index, value, columns } = features;
  const kept = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const [from, to] = [start[rows[i]], start[rows[i] + 1]];
    index.copyWithin(kept[i], from, to);
    value.copyWithin(kept[i], from, to);
    kept[i + 1] = kept[i] + to - from;
  }
  const entries = kept[rows.length];
  const own = { index: index.subarray(0, entries), value: value.subarray(0, entries) };
  return { ...data, labels, features: { rows: rows.length, columns, start: kept, ...own } };
}

/** So many rows at most, at equal distances over all of them. */
export function spreadRows(data: Dataset, most: number): Dataset {
  const n = rowCount(data);
  if (n <= most) return data;
  return takeRows(
    data,
    Array.from({ length: most }, (_, i) => Math.floor((i * n) / most)),
  );
}

/**
 * Rows `from` to `to` (exclusive) as a tensor [to - from, ...featureShape].
 *
 * Dense rows share memory with the dataset. Sparse rows are written out in float64, so a caller with many features
 * asks for a block of them at a time.
 *
 * @example
 * ```ts
 * import { dataset, denseRows, tensor, toNumbers } from "@carom/core";
 *
 * const data = dataset({ features: tensor("float32", [3, 1], [0, 1, 2]), labels: [0, 1, 0] });
 * console.log(toNumbers(denseRows(data, 1))); // [ 1, 2 ]
 * ```
 */
export function denseRows(data: Dataset, from = 0, to = rowCount(data)): Tensor<FloatType> {
  if (!isSparse(data.features)) return sliceRows(data.features, from, to);
  return reshape(denseFromSparse(data.features, from, to), [to - from, ...data.featureShape]);
}

/** All rows of a dataset, sparse ones written out in the type of their numbers, which may be half of float64. */
export function writtenRows({ features, featureShape }: Dataset): Tensor<FloatType> {
  return isSparse(features) ? reshape(denseInOwnType(features), [features.rows, ...featureShape]) : features;
}

/** The rows of a dataset, those of sparse ones written out where they are read. */
export function datasetRows(data: Dataset): Rows {
  const type = isSparse(data.features) ? "float64" : data.features.type;
  return {
    ...{ type, shape: [rowCount(data), ...data.featureShape] },
    read: async (from, to) => denseRows(data, from, to),
  };
}

/** The dataset as learners are to see it: with a rule of scaling, where one is given. */
export function withScaling(data: Dataset, scaling: ScalingRule | undefined): Dataset {
  return scaling === undefined || scaling === "bounds" ? data : { ...data, scaling };
}
