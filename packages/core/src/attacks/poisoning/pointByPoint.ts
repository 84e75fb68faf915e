// The frame of attacks that craft one point after the other: each joins for good before the next one begins.

import { featureCount } from "../../data/dataset.ts";
import { tensor } from "../../tensor.ts";
import { joinPoints, slicePoints, startingPoints } from "./points.ts";
import { openSurrogate, type Surrogate, type SurrogateTask } from "./surrogate.ts";
import type { PoisonPoints, PoisonResult, PoisonTask } from "./task.ts";

/** Where points ended, in the learner's units, and what that took. */
interface Search {
  readonly x: Float64Array;
  readonly gradients: number;
  readonly evaluations: number;
}

/**
 * Finds where points are to go that begin at `start`, [k, D]; it may place and move them in the surrogate's training.
 *
 * `sources` are the rows of the training data that they were cloned from.
 */
export type PointSearch = (
  surrogate: Surrogate,
  start: Float64Array,
  labels: Int32Array,
  sources: Int32Array,
) => Promise<Search>;

export interface Schedule {
  /** How many points are searched for at the same time. */
  readonly together: number;
  /** How often each is searched for; from the second time on with all others in the training data. */
  readonly passes: number;
  readonly damping?: number;
}

/** Crafts the points of a task by searches, with the points before them in the training data. */
export async function pointByPoint(
  task: PoisonTask,
  search: PointSearch,
  { together, passes, damping }: Schedule = { together: 1, passes: 1 },
): Promise<PoisonResult> {
  const { training, pool = training, previous, count, seed } = task;
  const d = featureCount(training);
  const first = startingPoints(pool, previous?.labels.length ?? 0, count, seed);
  const ends = first.start.data.slice();
  const points: PoisonPoints = { ...first, x: tensor("float64", first.start.shape, ends) };
  const losses = new Float64Array(count);
  let [fits, gradients, evaluations] = [0, 0, 0];

  /** Searches for points `from` to `to`, which the surrogate has not in its data yet. */
  const searchFor = async (surrogate: Surrogate, from: number, to: number) => {
    const start = surrogate.scaled(ends.slice(from * d, to * d));
    const found = await search(surrogate, start, points.labels.slice(from, to), points.sources.slice(from, to));
    gradients += found.gradients;
    evaluations += found.evaluations;
    // What joins is what is handed out, after the rounding of its units.
    ends.set(surrogate.unscaled(found.x).data, from * d);
  };
  const settle = async ({ retraining, scaled }: Surrogate, i: number) => {
    losses[i] = await retraining.settle(scaled(ends.slice(i * d, (i + 1) * d)), [points.labels[i]]);
  };

  const solver = damping === undefined ? undefined : { damping };
  const surrogate = await openSurrogate({ ...task, solver });
  try {
    for (let from = 0; from < count; from += together) {
      const to = Math.min(count, from + together);
      await searchFor(surrogate, from, to);
      for (let i = from; i < to; i++) await settle(surrogate, i);
      task.onProgress?.(to / count / passes);
    }
  } finally {
    fits += surrogate.retraining.fits;
    await surrogate.retraining.close();
  }
  for (let pass = 1; pass < passes; pass++) {
    for (let from = 0; from < count; from += together) {
      const to = Math.min(count, from + together);
      let others = previous;
      if (from > 0) others = joinPoints(others, slicePoints(points, 0, from));
      if (to < count) others = joinPoints(others, slicePoints(points, to, count));
      fits += await withSurrogate({ ...task, solver, previous: others }, (each) => searchFor(each, from, to));
      task.onProgress?.((pass + to / count) / passes);
    }
    fits += await withSurrogate({ ...task, solver }, async (each) => {
      for (let i = 0; i < count; i++) await settle(each, i);
    });
  }
  return { points, losses, fits, gradients, evaluations };
}

/** Opens a surrogate for some work, and returns how often it was fitted. */
async function withSurrogate(task: SurrogateTask, work: (surrogate: Surrogate) => Promise<void>): Promise<number> {
  const surrogate = await openSurrogate(task);
  try {
    await work(surrogate);
    return surrogate.retraining.fits;
  } finally {
    await surrogate.retraining.close();
  }
}
