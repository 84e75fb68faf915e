// Evasion points for many rows: crafted some rows at a time, so that memory does not grow with their number.

import { type Dataset, denseRows, featureCount, rowCount } from "../../data/dataset.ts";
import type { Model } from "../../models/model.ts";
import type { Differentiable } from "../../models/open.ts";
import type { ThreatModel } from "../../threat/threat.ts";
import type { Attack } from "../attack.ts";
import { type CraftTask, craftEvasion } from "./craft.ts";

export interface ChunksTask
  extends Pick<CraftTask, "epsilons" | "seed" | "attack" | "fromOrigin" | "pool" | "onProgress"> {
  readonly model: Model;
  readonly opened: Differentiable;
  readonly data: Dataset;
  /** The class each point should end in; where absent, any other than its own. */
  readonly target?: number;
  readonly threat: Omit<ThreatModel, "epsilon">;
}

export interface CraftedChunks {
  /** One row of D features for each budget and point, budget after budget in the order given. */
  readonly points: Float32Array;
  readonly queries: { readonly scores: number; readonly gradients: number };
}

/** Numbers that the points of a chunk may have: 4 MB of float32. */
const CHUNK = 2 ** 20;

/**
 * Attacks every row at every budget; what happens to a row does not depend on the chunk it is in.
 *
 * @throws InputError where the threat model does not fit the points.
 */
export async function craftInChunks(task: ChunksTask): Promise<CraftedChunks> {
  const { model, opened, data, target, epsilons } = task;
  const [n, d] = [rowCount(data), featureCount(data)];
  const points = new Float32Array(epsilons.length * n * d);
  const queries = { scores: 0, gradients: 0 };
  const rows = Math.max(1, Math.floor(CHUNK / d));
  const optional: { attack?: Attack; fromOrigin?: boolean; pool?: Dataset } = {
    ...(task.attack && { attack: task.attack }),
    ...(task.fromOrigin && { fromOrigin: true }),
    ...(task.pool && { pool: task.pool }),
  };
  for (let from = 0; from < n; from += rows) {
    const to = Math.min(n, from + rows);
    const labels = data.labels.subarray(from, to);
    const results = await craftEvasion({
      ...optional,
      model,
      opened,
      x: denseRows(data, from, to),
      labels,
      ...(target !== undefined && { targets: new Int32Array(to - from).fill(target) }),
      threat: task.threat,
      epsilons,
      seed: task.seed,
      ids: Int32Array.from(labels, (_, i) => from + i),
      onProgress: (done) => task.onProgress?.((from + done * (to - from)) / n),
    });
    results.forEach((result, e) => {
      points.set(result.points.data, (e * n + from) * d);
      queries.scores += result.queries.scores;
      queries.gradients += result.queries.gradients;
    });
  }
  return { points, queries };
}
