// What a dataset is known by when runs are compared: the file's content, and all that changed how it was read.

import { createHash } from "node:crypto";
import type { DataTask } from "@carom/core/data";
import { hashJson, type Json } from "@carom/core/study";
import type { LoadedData } from "./loadedData.ts";

/**
 * A hash that two readings of one content have in common exactly where they mean the same rows, however that was
 * spelled; marks of missing values are told apart as they were given. Of columns that a model chose, what was asked
 * counts, not what the model takes: versions of a model that take different columns are audited on the same rows.
 */
export function identityOf({ dataset, contentHash, reading }: Omit<LoadedData, "identity">, options: DataTask): string {
  const { featureNames, classNames, featureShape, domain } = dataset;
  const { rows, classes, features, unused, words, labelBecause, ...read } = reading;
  const { na, drop, keep, categorical, box, taken } = options;
  const bounds = createHash("sha256");
  for (const each of [domain.lower, domain.upper])
    bounds.update(new Uint8Array(each.buffer, each.byteOffset, each.byteLength));
  const found = {
    features,
    featureShape,
    words,
    bounds: bounds.digest("hex"),
    groups: domain.groups,
    kinds: domain.kinds,
  };
  const asked = { drop: sorted(drop), keep: sorted(keep), categorical: sorted(categorical), box };
  // Columns without names are known by what was asked of them.
  const columns = taken ? asked : { ...found, ...(featureNames ? { featureNames } : asked) };
  const about = { contentHash, ...read, rows, classNames, na: sorted(na), ...columns };
  return hashJson(about as unknown as Json);
}

const sorted = (names: readonly string[] | undefined) => names && [...new Set(names)].sort();
