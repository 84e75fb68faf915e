// Judges poisoning: a target learns from its own data and the first so many points, and is counted on a test set.

import { denseRows } from "../../data/dataset.ts";
import { requireDisjoint } from "../../data/overlap.ts";
import { chosenAmong, crossValidate, type FoldErrors } from "../../learners/crossValidation.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import { regularisationChoices } from "../../learners/regularisation.ts";
import { argMax } from "../../models/losses.ts";
import { openModel } from "../../models/open.ts";
import { parseOptions } from "../../registry.ts";
import { inMemory } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import type { Json } from "../engine/artifact.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { type Configured, secondsOfFit } from "./fit.ts";
import { type Block, poisonedBy } from "./poison.ts";

/** Folds of the cross-validation by which a target chooses its regularisation. */
export const FOLDS = 5;

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

export interface PoisonJudgeParameters extends Configured {
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

export interface PoisonJudgeInputs {
  readonly training: Part;
  readonly test: Part;
  readonly blocks: readonly Ref<Block>[];
  /** The folds of each setting after each number of points, where other tasks judge them. */
  readonly folds?: readonly Ref<FoldErrors>[];
}

/** Training with the same number of points has the same random streams whoever crafted them. */
export const poisonJudge: TaskKind<PoisonJudgeParameters, PoisonJudgeInputs, readonly PoisonVerdict[]> = {
  name: "poisonJudge",
  version: 5,
  output: poisonVerdictsCodec,
  lists: { blocks: "block", folds: "fold" },
  estimate({ learner, options, counts, retune }, { training, folds }) {
    const fits = counts.map((count) => secondsOfFit(learner, options, { ...training, rows: training.rows + count }));
    return { seconds: 0.1 + (retune && !folds ? 20 : 1) * fits.reduce((sum, seconds) => sum + seconds, 0), learner };
  },
  async run(parameters, { training, test, blocks, folds }, { runtime, onProgress }) {
    const { options, seed, counts, label, retune, overlap } = parameters;
    if (!overlap) requireDisjoint("test data", test, "the target's training data", training);
    const settings = retune ? settingsOf(parameters.learner, options) : [];
    const each = settings.length * FOLDS;
    const learner = learnerByName(parameters.learner);
    const verdicts: PoisonVerdict[] = [];
    for (const [at, count] of counts.entries()) {
      const poisoned = poisonedBy(training, blocks, count);
      const judged = () =>
        folds
          ? chosenAmong(settings, folds.slice(at * each, (at + 1) * each))
          : crossValidate(learner, poisoned, settings, FOLDS, { runtime, seed });
      const ownOptions = settings.length < 2 ? options : { ...(await judged()).best.options };
      const fitted = await fit(learner, poisoned, { runtime, seed, stream: label, options: ownOptions });
      const opened = await openModel(runtime, fitted.model);
      verdicts.push({ labels: argMax(await opened.scores(denseRows(test))), options: fitted.options });
      await opened.close();
      onProgress(verdicts.length / counts.length);
    }
    return verdicts;
  },
};

/** The options that a target chooses among: stronger and weaker regularisation. */
export function settingsOf(name: string, options: Configured["options"]): readonly Configured["options"][] {
  const learner = learnerByName(name);
  return regularisationChoices(learner, options).map((each) => parseOptions(learner, each));
}
