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

/** The hashes by which results name their data: of the file, and of what it was read as. */
export interface DataHashes {
  readonly dataHash: string;
  readonly dataIdentity: string;
}

/** What results name their data by. */
export const dataHashes = ({ contentHash, identity }: Pick<LoadedData, "contentHash" | "identity">): DataHashes => ({
  dataHash: contentHash,
  dataIdentity: identity,
});
