/**
 * `@carom/core/data`: datasets, how files of each format become one, and how one is described, split and put in order.
 *
 * @module data
 */

// Datasets

export {
  type Dataset,
  type DatasetInput,
  dataset,
  denseRows,
  featureCount,
  keepRows,
  rowCount,
  spreadRows,
  takeRows,
  withScaling,
  writtenRows,
} from "./dataset.ts";
export { classNamed, classPosition, withClasses } from "./labels.ts";
export { denseFromSparse, forEachEntry, type SparseRows, sparseFromDense } from "./sparse.ts";

// Between which values features lie, and what they are

export { blocksOf } from "../rows.ts";
export { areImages, type Domain, observedDomain, sharedInterval, uniformDomain, wholeInterval } from "./domain.ts";
export { withSameBounds } from "./sameBounds.ts";
export { type ScalingRule, scalingRules } from "./scalingRule.ts";
export { rangeUnits } from "./units.ts";

// Parts of a dataset: rows, columns, classes

export { againstRest, keepClasses } from "./chosenClasses.ts";
export { matchColumns, withSameValues } from "./matchColumns.ts";
export { type MissingRule, maskColumn } from "./missing.ts";
export { type OneHotGroup, valueColumn } from "./oneHot.ts";
export { requireDisjoint, sharedRows } from "./overlap.ts";
export { selectColumns, takeColumns, withBinaryFeatures } from "./selectFeatures.ts";
export { splitHalves, stratifiedSplit, subsample } from "./split.ts";

// A dataset in words, and what is suspicious of it

export { describeBounds } from "./bounds.ts";
export { caseWarning } from "./classWarnings.ts";
export { factorOfRanges, float32Warning, VERY_DIFFERENT, wideBoxWarning } from "./columnWarnings.ts";
export { type DatasetDescription, describeDataset } from "./describe.ts";
export { withOptionsAs } from "./optionWords.ts";
export { type DataReading, describeReading, readingParts } from "./reading.ts";

// What is refused because nobody would mean it

export { bytesInWords } from "../bytesInWords.ts";
export { expectedBy } from "../expectedBy.ts";
export { beyond, dataLimits, heedLimits, type Limit, modelLimits, mostOf } from "../limits.ts";
export { undecoded } from "../undecoded.ts";

// Formats of files

export { invalidOption, numberIn } from "../spelled.ts";
export { type BytesAs, floatFeatures, meaningOfBytes } from "./features.ts";
export type { DataFile, DataFormat, DataOptions, DataParts, DataTask } from "./formats/format.ts";
export { dataFormats, formatOf } from "./formats/index.ts";
export { dataOptionParsers } from "./spelledOptions.ts";

// Tables

export { readCsv } from "./formats/csv.ts";
export { columnNames, sideBySide } from "./sideBySide.ts";
export { type Separator, separatorNames, separators } from "./table/dialect.ts";
export { type Encoding, encodings } from "./table/encoding.ts";
export type { DecimalMark } from "./table/numbers.ts";
export type { TableOptions, TableTask, TakenColumn } from "./table/options.ts";
export { readTable } from "./table/readTable.ts";
export type { Table } from "./table/rows.ts";

// Arrays of NumPy

export { readNpy, writeNpy } from "./formats/npy.ts";
export type { LabelArray } from "./formats/npyLabels.ts";
export { type NpzArchive, type NpzFile, openNpz, openNpzFile, writeNpz } from "./formats/npz.ts";
export { npzPieces, type Packer, type PiecePacker } from "./formats/npzStream.ts";
export { MOST_PIXELS, type Pixels, readPng } from "./formats/png.ts";

// Folders of images

export {
  areLabelledImages,
  type ImageFiles,
  type ImageOptions,
  type ImageParts,
  isImageFile,
  type LabelledImage,
  labelListIn,
  readImages,
} from "./formats/images.ts";
export type { JpegDecode } from "./formats/jpeg.ts";

// Images of MNIST's kind, sparse rows, pickles

export { idxReader, readIdx } from "./formats/idx.ts";
export { readPickledDataset } from "./formats/pickledDataset.ts";
export { readSparseRows, readSvmlight, type SvmlightOptions, svmlightLine } from "./formats/svmlight.ts";

// Archives

export { crc32, gunzip, mostInflated } from "./formats/gzip.ts";
export { tarFiles } from "./formats/tar.ts";
export { type ByteSource, bytesSource, type Unpacker } from "./formats/zip.ts";
