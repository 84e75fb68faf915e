// What a data file is read with, and what comes of it.

import type { BytesAs, DataReading, Dataset, TableOptions } from "@carom/core";

/** What the command line may say about a data file. */
export interface DataOptions extends TableOptions {
  /** The interval that all features live in, after uint8 is divided by 255. */
  readonly box?: readonly [number, number] | undefined;
  /** How many columns sparse rows have, where the largest index does not say. */
  readonly columns?: number | undefined;
  /** Whether columns of a .svmlight file count from 0. */
  readonly zeroBased?: boolean | undefined;
  /** What features of type uint8 are: parts of 255, or numbers. */
  readonly bytes?: BytesAs | undefined;
}

export interface LoadedData {
  readonly dataset: Dataset;
  /** SHA-256 of the bytes of the file, or of both files one after the other, as on disk. */
  readonly contentHash: string;
  /** What was found in the file, and what was taken for what. */
  readonly reading: DataReading;
}
