// Data of a study as artifacts of a plan, and the names of what was read.

import type { Dataset } from "../data/dataset.ts";
import type { ResolvedFeatures } from "../features/resolve.ts";
import type { Part } from "./engine/reference.ts";
import type { GivenModel } from "./studyModels.ts";

/** A file of data: what is in the plan, and the hash of what was read. */
export interface StudyFile {
  readonly part: Part;
  readonly dataset: Dataset;
  readonly hash: string;
}

/**
 * A model that is given: what is in the plan, the hash of what it is, and whether points can be crafted by its
 * gradients.
 */
export type StudyModel = GivenModel & { readonly hash: string; readonly hasGradients: boolean };

/** Where the rows of a study come from, and the models that it does not train. */
export interface StudyData {
  readonly train: StudyFile;
  readonly test?: StudyFile;
  /** What the study's schema says of the columns. */
  readonly features?: ResolvedFeatures;
  /** Models that are given and not trained, by the ids that they have in results. */
  readonly models?: ReadonlyMap<string, StudyModel>;
}

/** The hash of each file, and of what each service is, as results name it. */
export function hashesOf({ train, test, models }: StudyData): Readonly<Record<string, string>> {
  const given = [...(models ?? [])].map(([id, { hash }]) => [id, hash] as const);
  return { train: train.hash, ...(test && { test: test.hash }), ...Object.fromEntries(given) };
}
