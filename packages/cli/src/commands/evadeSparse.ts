// What `carom evade` makes of sparse rows of binary features, which are never written out.

import { type Dataset, InputError, type Runtime, rowCount, type ThreatModel } from "@carom/core";
import { sparseFlips } from "@carom/core/attacks";
import type { SparseRows } from "@carom/core/data";
import { startProgress } from "../terminal/progress.ts";
import { type Evaded, epsilonOfRows, fileAt, type Place, written } from "./evadeCraft.ts";
import type { LoadedModel } from "./evadeModels.ts";

/** Sparse binary rows to attack by flips. */
interface SparseTask {
  readonly runtime: Runtime;
  readonly models: readonly LoadedModel[];
  readonly data: Dataset;
  readonly threat: ThreatModel;
  readonly target?: number;
}

/**
 * Flips binary features of sparse rows without ever writing the rows out; undefined where that cannot be done: for
 * several models, masks, and models that do more with columns than weigh or sum them.
 */
export async function craftSparse(
  place: Place,
  { runtime, models, data, threat, target }: SparseTask,
  epsilons: readonly number[],
  quiet: boolean,
): Promise<Evaded | undefined> {
  // What adds up over binary features is their number, in any unit that is the same for all.
  if (!threat.norm.adds || (threat.norm.units && !threat.norm.counts)) return undefined;
  const isBinary = threat.domain.kinds?.every((kind) => kind === "binary");
  if (models.length > 1 || threat.changeable || !isBinary) return undefined;
  const { direction } = threat;
  if (typeof direction === "object" || threat.rules) return undefined;
  const n = rowCount(data);
  const progress = startProgress(quiet);
  const results = await sparseFlips({
    model: models[0].attacked.model,
    runtime,
    x: data.features as SparseRows,
    labels: data.labels,
    ...(target !== undefined && { targets: new Int32Array(n).fill(target) }),
    epsilons,
    ...(direction && { direction }),
    perGradient: 1,
    onProgress: (done) => progress.update("crafting", done),
  })
    .catch((error: unknown) => {
      if (error instanceof InputError && error.code === "unsupported") return undefined;
      throw error;
    })
    .finally(() => progress.end());
  if (!results) return undefined;
  const file = await fileAt(place, epsilons.length);
  const queries = { scores: 0, gradients: 0 };
  const nonFinite = new Uint8Array(n);
  for (const [e, result] of results.entries()) {
    await file.put(e * n, result.points);
    queries.scores += result.queries.scores;
    queries.gradients += result.queries.gradients;
    result.nonFinite.forEach((flag, i) => {
      nonFinite[i] |= flag;
    });
  }
  const epsilon = epsilonOfRows(epsilons, n);
  return {
    queries,
    nonFinite: nonFinite.reduce((sum, flag) => sum + flag, 0),
    epsilon,
    draft: await written(place, file, epsilon),
  };
}
