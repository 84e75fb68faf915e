// Judges poisoning: a target learns from its own data and the first so many points, and is counted on a test set.

import { withPoison } from "../../attacks/poisoning/points.ts";
import { type Dataset, denseRows } from "../../data/dataset.ts";
import { requireDisjoint } from "../../data/overlap.ts";
import { crossValidate } from "../../learners/crossValidation.ts";
import { fit } from "../../learners/fit.ts";
import type { AnyLearner } from "../../learners/learner.ts";
import { learnerByName } from "../../learners/registry.ts";
import { regularisationChoices } from "../../learners/regularisation.ts";
import { argMax } from "../../models/losses.ts";
import { openModel } from "../../models/open.ts";
import { inMemory } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import type { Json } from "../engine/artifact.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { type Configured, secondsOfFit } from "./fit.ts";
import { type Block, firstPoints, joinBlocks } from "./poison.ts";

/** Folds of the cross-validation by which a target chooses its regularisation. */
const FOLDS = 5;

/** What a judged target says of the test rows after so many points, and the options that it was trained with. */
export interface PoisonVerdict {
  readonly labels: Int32Array;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A verdict for each number of points, in order. */
const poisonVerdictsCodec: Codec<readonly PoisonVerdict[]> = {
  name: "poisoning verdicts",
  encode: (verdicts) => ({
    json: { options: verdicts.map(({ options }) => options) as Json },
    arrays: Object.fromEntries(
      verdicts.map(({ labels }, i) => [`labels:${i}`, tensor("int32", [labels.length], labels)]),
    ),
  }),
  decode({ json, arrays }) {
    const { options } = json as unknown as { readonly options: readonly PoisonVerdict["options"][] };
    return options.map((each, i) => ({ options: each, labels: inMemory(arrays[`labels:${i}`]).data as Int32Array }));
  },
};

interface PoisonJudgeParameters extends Configured {
  readonly seed: number;
  /** Names the random stream of training. */
  readonly label: string;
  /** How many points join, each in its turn; 0 for none. */
  readonly counts: readonly number[];
  /** Whether the target chooses its regularisation anew each time. */
  readonly retune: boolean;
  /** Whether test rows may be among the training rows. */
  readonly overlap?: boolean;
}

interface PoisonJudgeInputs {
  readonly training: Part;
  readonly test: Part;
  readonly blocks: readonly Ref<Block>[];
}

/** Training with the same number of points has the same random streams whoever crafted them. */
export const poisonJudge: TaskKind<PoisonJudgeParameters, PoisonJudgeInputs, readonly PoisonVerdict[]> = {
  name: "poisonJudge",
  version: 3,
  output: poisonVerdictsCodec,
  lists: { blocks: "block" },
  estimate({ learner, options, counts, retune }, { training }) {
    const fits = counts.map((count) => secondsOfFit(learner, options, training.rows + count));
    return { seconds: 0.1 + (retune ? 20 : 1) * fits.reduce((sum, seconds) => sum + seconds, 0), learner };
  },
  async run(parameters, { training, test, blocks }, { runtime, onProgress }) {
    const { options, seed, counts, label, retune, overlap } = parameters;
    if (!overlap) requireDisjoint("test data", test, "the target's training data", training);
    const points = joinBlocks(blocks);
    const learner = learnerByName(parameters.learner);
    const verdicts: PoisonVerdict[] = [];
    for (const count of counts) {
      const poisoned = points && count > 0 ? withPoison(training, firstPoints(points, count)) : training;
      const ownOptions = retune ? await retuned(learner, poisoned, options, { runtime, seed }) : options;
      const fitted = await fit(learner, poisoned, { runtime, seed, stream: label, options: ownOptions });
      const opened = await openModel(runtime, fitted.model);
      verdicts.push({ labels: argMax(await opened.scores(denseRows(test))), options: fitted.options });
      await opened.close();
      onProgress(verdicts.length / counts.length);
    }
    return verdicts;
  },
};

/** The options of least cross-validated error among stronger and weaker regularisation. */
async function retuned(
  learner: AnyLearner,
  data: Dataset,
  options: Configured["options"],
  context: Parameters<typeof crossValidate>[4],
): Promise<Configured["options"]> {
  const grid = regularisationChoices(learner, options);
  return grid.length < 2 ? options : { ...(await crossValidate(learner, data, grid, FOLDS, context)).best.options };
}
