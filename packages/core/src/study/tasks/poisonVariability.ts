// V for poisoning: the validation losses of a learner on several training sets, each with the same points at their
// start.

import { withPoison } from "../../attacks/poisoning/points.ts";
import { denseRows } from "../../data/dataset.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import { crossEntropy } from "../../models/losses.ts";
import { openModel } from "../../models/open.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { Configured } from "./fit.ts";
import { type Variability, variability, variabilityCodec } from "./lossVariability.ts";
import { atStart, type Block, joinBlocks } from "./poison.ts";

interface PoisonVariabilityInputs {
  readonly validation: Part;
  /** Training sets. */
  readonly sets: readonly Part[];
  readonly blocks: readonly Ref<Block>[];
}

/** The loss is the cross-entropy, alike for all learners: what the attacks climb has other units in each family. */
export const poisonVariability: TaskKind<Configured & { readonly seed: number }, PoisonVariabilityInputs, Variability> =
  {
    name: "poisonVary",
    version: 5,
    output: variabilityCodec,
    lists: { sets: "set", blocks: "block" },
    estimate: ({ learner }, { sets }) => ({ seconds: 0.5 * sets.length, learner }),
    async run({ learner, options, seed }, { validation, sets, blocks }, { runtime, onProgress }) {
      const points = atStart(joinBlocks(blocks)!);
      const losses: Float64Array[] = [];
      for (const [i, set] of sets.entries()) {
        const context = { runtime, seed, stream: `set ${i}`, options };
        const { model } = await fit(learnerByName(learner), withPoison(set, points), context);
        const opened = await openModel(runtime, model);
        losses.push(crossEntropy(await opened.scores(denseRows(validation)), validation.labels, model.probabilities));
        await opened.close();
        onProgress((i + 1) / sets.length);
      }
      return variability(losses);
    },
  };
