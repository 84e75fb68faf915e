// What every study leaves as JSON: what was found, what was asked, and how the run went.

import { jsonText } from "./json.ts";
import { manifestOf, type RunFacts } from "./manifest.ts";

/** What a study found, with the study itself and the hash of its data. */
interface Studied {
  readonly study: {
    readonly seed: number;
    readonly data: { readonly train?: unknown; readonly test?: unknown };
  };
  readonly data: unknown;
}

/** metrics.json, study.json and manifest.json. Times stand in the manifest alone: equal studies give equal metrics. */
export function studyJsonFiles(result: Studied, facts: RunFacts) {
  // Paths are of this machine and decide nothing: data are known by their hashes.
  const { train: _, test: __, ...data } = result.study.data;
  return {
    "metrics.json": jsonText({ ...result, study: { ...result.study, data } }),
    "study.json": jsonText(result.study),
    "manifest.json": jsonText(studyManifest(result, facts)),
  };
}

/** What the run says of itself. */
export function studyManifest({ study, data }: Studied, facts: RunFacts) {
  return manifestOf(study.seed, { data }, facts);
}
