// Loss variability of a learner: the losses of models from several training sets on the same points.

import { denseRows } from "../../data/dataset.ts";
import { crossEntropy } from "../../models/losses.ts";
import { withModel } from "../../models/pool.ts";
import { blocksOf } from "../../rows.ts";
import { lossVariability as variabilityOf } from "../../transfer/variability.ts";
import { jsonCodec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { CraftOutcome } from "./craftOutcome.ts";
import { modelOf, type StoredModel } from "./fit.ts";

/** V under both definitions (paper Eq. 19), over so many training sets; null of fewer than two. */
export type Variability = { readonly perPoint: number; readonly ofMean: number; readonly sets: number } | null;

export const variabilityCodec = jsonCodec<Variability>("variability");

/** V of losses, one array for each training set. */
export function variability(losses: readonly Float64Array[]): Variability {
  const found = variabilityOf(losses);
  return found ? { perPoint: found.perPoint, ofMean: found.ofMean, sets: losses.length } : null;
}

interface VariabilityParameters {
  /** Which of how many budgets points were crafted for; both absent for clean ones. */
  readonly budgets?: number;
  readonly budget?: number;
}

interface VariabilityInputs {
  readonly attacked: Part;
  /** The model of each training set. */
  readonly sets: readonly Ref<StoredModel>[];
  readonly craft?: Ref<CraftOutcome>;
}

export const lossVariability: TaskKind<VariabilityParameters, VariabilityInputs, Variability> = {
  name: "vary",
  version: 2,
  output: variabilityCodec,
  lists: { sets: "model" },
  estimate: (_, { sets }) => ({ seconds: 0.01 * sets.length }),
  async run({ budget }, { attacked, sets, craft }, { runtime, onProgress }) {
    const points = craft && budget !== undefined ? craft.budgets[budget].points : undefined;
    const { labels, featureShape } = attacked;
    const losses: Float64Array[] = [];
    for (const stored of sets) {
      const model = modelOf(stored);
      const own = new Float64Array(labels.length);
      await withModel(runtime, model, async (opened) => {
        for (const { from, to } of blocksOf([labels.length, ...featureShape], opened.rowsOfCall)) {
          const scores = await opened.scores((await points?.read(from, to)) ?? denseRows(attacked, from, to));
          own.set(crossEntropy(scores, labels.subarray(from, to), model.probabilities), from);
        }
      });
      losses.push(own);
      onProgress(losses.length / sets.length);
    }
    return variability(losses);
  },
};
