// Data of a study as artifacts of a plan, and the names of what was read.

import type { Dataset } from "../data/dataset.ts";
import type { ResolvedFeatures } from "../features/resolve.ts";
import type { Part } from "./engine/reference.ts";

/** A file of data: what is in the plan, and the hash of what was read. */
export interface StudyFile {
  readonly part: Part;
  readonly dataset: Dataset;
  readonly hash: string;
}

/** Where the rows of a study come from. */
export interface StudyData {
  readonly train: StudyFile;
  readonly test?: StudyFile;
  /** What the study's schema says of the columns. */
  readonly features?: ResolvedFeatures;
}

/** The hash of each file, as results name it. */
export function hashesOf({ train, test }: StudyData): Readonly<Record<string, string>> {
  return { train: train.hash, ...(test && { test: test.hash }) };
}
