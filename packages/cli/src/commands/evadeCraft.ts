// What `carom evade` crafts: points for a list of budgets, or each point with the smallest budget that does.

import { type Dataset, featureCount, InputError, norms, type Runtime, rowCount, type ThreatModel } from "@carom/core";
import {
  type Attack,
  type Crafting,
  craftInChunks,
  minimumInChunks,
  type Objective,
  sparseFlips,
  strongestAttack,
} from "@carom/core/attacks";
import type { SparseRows } from "@carom/core/data";
import { rowsOfChunk } from "@carom/core/models";
import type { EvasionFile } from "../host/evasionFile.ts";
import type { LoadedModel } from "./evadeModels.ts";

export interface EvadeTask {
  /** Where the models were opened. */
  readonly runtime: Runtime;
  readonly models: readonly LoadedModel[];
  /** The rows to attack. */
  readonly data: Dataset;
  readonly threat: ThreatModel;
  /** The attack; where absent, the line search. */
  readonly attack?: Attack;
  /** What it climbs; the margin where absent. */
  readonly objective?: Objective;
  readonly fromOrigin?: boolean;
  /** Whether rows stay together, however many they are. */
  readonly mixesRows?: boolean;
  readonly pool?: Dataset;
  /** The shape of one point, which models may take in another. */
  readonly shape?: readonly number[];
  readonly target?: number;
  readonly seed: number;
  onProgress(done: number): void;
}

/** Crafts points for every budget, one budget after the other in the file. */
export async function craftBudgets(task: EvadeTask, epsilons: readonly number[], file: EvasionFile): Promise<Crafting> {
  const [first, ...others] = task.models.map(({ attacked }) => attacked);
  const n = rowCount(task.data);
  return craftInChunks({
    ...task,
    ...first,
    ...(others.length > 0 && { others }),
    rows: task.mixesRows ? n : rowsOfChunk(task.runtime.limits, featureCount(task.data)),
    epsilons,
    place: (budget, from, { points }) => file.put(budget * n + from, points.data),
  });
}

/** Searches the smallest budget of each row; returns the budgets. */
export async function craftMinimum(task: EvadeTask, file: EvasionFile): Promise<Crafting & { epsilon: Float64Array }> {
  const models = task.models.map(({ attacked }) => attacked);
  const { attack } = task.attack
    ? { attack: task.attack }
    : await strongestAttack(models, task.threat.domain, task.target !== undefined, task.objective);
  return minimumInChunks({
    ...task,
    rows: rowsOfChunk(task.runtime.limits, featureCount(task.data)),
    attack,
    models: models.map(({ opened }) => opened),
    place: (from, points) => file.put(from, points),
  });
}

/**
 * Flips binary features of sparse rows without ever writing the rows out; undefined where that cannot be done: for
 * several models, masks, and models that do more with columns than weigh or sum them.
 */
export async function craftSparse(
  { runtime, models, data, threat, target, onProgress }: EvadeTask,
  epsilons: readonly number[],
  file: EvasionFile,
): Promise<Crafting | undefined> {
  const isBinary = threat.domain.kinds?.every((kind) => kind === "binary");
  if (models.length > 1 || threat.changeable || threat.norm !== norms.l1 || !isBinary) return undefined;
  const { direction } = threat;
  if (typeof direction === "object" || threat.rules) return undefined;
  try {
    const results = await sparseFlips({
      model: models[0].attacked.model,
      runtime,
      x: data.features as SparseRows,
      labels: data.labels,
      ...(target !== undefined && { targets: new Int32Array(rowCount(data)).fill(target) }),
      epsilons,
      ...(direction && { direction }),
      perGradient: 1,
      onProgress,
    });
    const queries = { scores: 0, gradients: 0 };
    const nonFinite = new Uint8Array(rowCount(data));
    for (const [e, result] of results.entries()) {
      await file.put(e * rowCount(data), result.points);
      queries.scores += result.queries.scores;
      queries.gradients += result.queries.gradients;
      result.nonFinite.forEach((flag, i) => {
        nonFinite[i] |= flag;
      });
    }
    return { queries, nonFinite };
  } catch (error) {
    if (error instanceof InputError && error.code === "unsupported") return undefined;
    throw error;
  }
}
