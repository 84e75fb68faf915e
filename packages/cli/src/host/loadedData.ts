// A dataset as it was found on this machine.

import type { Dataset } from "@carom/core";
import type { DataReading } from "@carom/core/data";

export interface LoadedData {
  readonly dataset: Dataset;
  /** SHA-256 of the bytes of the file, or of both files one after the other, as on disk. */
  readonly contentHash: string;
  /** What the data are known by: that content and all that changed how it was read. */
  readonly identity: string;
  /** What was found in the file, and what was taken for what. */
  readonly reading: DataReading;
}
