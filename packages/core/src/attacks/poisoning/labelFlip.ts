// Poisoning by labels alone: clones of training rows with another label, at random or the surest first.

import { z } from "zod";
import { type Dataset, denseRows } from "../../data/dataset.ts";
import { fit } from "../../learners/fit.ts";
import { margin } from "../../models/losses.ts";
import { openModel } from "../../models/open.ts";
import { startingPoints } from "./points.ts";
import type { PoisoningEntry } from "./poisoningEntry.ts";
import { openSurrogate } from "./surrogate.ts";
import type { PoisoningAttack, PoisonPoints, PoisonTask } from "./task.ts";

/** Clones of random training rows with another label. */
const labelFlipAttack: PoisoningAttack = (task) => {
  const { training, pool = training, previous, count, seed } = task;
  return joinAsTheyAre(task, startingPoints(pool, previous?.labels.length ?? 0, count, seed));
};

/**
 * Clones of the rows that the surrogate, trained on clean data, is surest of: those of the largest s_y minus the best
 * other score come first.
 */
const marginFlipAttack: PoisoningAttack = async (task) => {
  const { training, pool = training, previous, count, seed } = task;
  const order = await surestFirst(pool, task);
  return joinAsTheyAre(task, startingPoints(pool, previous?.labels.length ?? 0, count, seed, order));
};

async function surestFirst(
  pool: Dataset,
  { learner, options, training, seed, runtime }: PoisonTask,
): Promise<Int32Array> {
  const { model } = await fit(learner, training, { runtime, seed, stream: "clean", options });
  const opened = await openModel(runtime, model);
  try {
    const wrong = margin(await opened.scores(denseRows(pool)), pool.labels);
    return Int32Array.from(wrong.keys()).sort((i, j) => wrong[i] - wrong[j] || i - j);
  } finally {
    await opened.close();
  }
}

async function joinAsTheyAre(task: PoisonTask, points: PoisonPoints) {
  const { retraining, scaled } = await openSurrogate(task);
  const n = points.labels.length;
  const x = scaled(points.x.data);
  const losses = new Float64Array(n);
  try {
    for (let i = 0; i < n; i++) {
      losses[i] = await retraining.settle(x.subarray((i * x.length) / n, ((i + 1) * x.length) / n), [points.labels[i]]);
      task.onProgress?.((i + 1) / n);
    }
  } finally {
    await retraining.close();
  }
  return { points, losses, fits: retraining.fits, gradients: 0, evaluations: n };
}

const options = z.strictObject({});

export const labelFlip: PoisoningEntry<z.infer<typeof options>> = {
  name: "label-flip",
  summary: "clones of random training rows with another label: what an attack must beat",
  reference: "the random baseline of Biggio et al., ACML 2011",
  needsGradient: false,
  options,
  create: () => labelFlipAttack,
};

export const marginFlip: PoisoningEntry<z.infer<typeof options>> = {
  name: "margin-flip",
  summary: "clones of the training rows that the clean model is surest of, with another label",
  reference: "after the farthest-first label flips of Xiao et al., ECAI 2012",
  needsGradient: false,
  options,
  create: () => marginFlipAttack,
};
