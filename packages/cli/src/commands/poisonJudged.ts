// What learns from the points of `carom poison`, as they stand in their file, and how often it errs then.

import type { Dataset } from "@carom/core";
import { errorRate, type Rate } from "@carom/core";
import { type Block, blockCodec, poisonJudge, type Ref, readRef, startPlan } from "@carom/core/study";
import { readPoison } from "../host/poisonFile.ts";
import { runPlan } from "../host/runPlan.ts";
import type { LearnerAsked, PoisonOptions, Settings } from "./poisonAsked.ts";
import type { PoisonData } from "./poisonData.ts";

interface JudgeTask {
  /** Where the points are. */
  readonly path: string;
  readonly data: PoisonData;
  readonly test: Dataset;
  readonly judging: LearnerAsked;
  readonly counts: readonly number[];
  readonly options: PoisonOptions;
  readonly workers: number;
}

/** Errors without the points, and at each budget. */
export interface Judged {
  readonly cleanError: Rate;
  readonly budgets: readonly { readonly error: Rate; readonly options?: Settings }[];
}

/** Trains the target with the points as they stand in the file, at each budget and without any. */
export async function judge({ path, data, test, judging, counts, options, workers }: JudgeTask): Promise<Judged> {
  const plan = startPlan();
  const own = data.targetTrain ?? data.train;
  const points = await readPoison(path, data.train.classNames);
  const block = plan.source(blockCodec, { points, losses: [], fits: 0, gradients: 0, evaluations: 0 });
  const retune = options.retune === true;
  const parts = { training: plan.data(own), test: plan.data(test) };
  const verdict = (blocks: readonly Ref<Block>[], at: readonly number[], label: string) =>
    plan.add(
      poisonJudge,
      {
        ...{ learner: judging.learner.name, options: judging.options, counts: at, seed: options.seed, label: "judge" },
        ...{ retune, ...(options.allowOverlap && { overlap: true }) },
      },
      { ...parts, blocks },
      label,
    );
  const clean = verdict([], [0], `training ${judging.learner.name}`);
  // One task for each budget, so that several can be at work.
  const poisoned = counts.map((count) => verdict([block], [count], `${judging.learner.name} with ${count} points`));
  const store = await runPlan(plan, [clean, ...poisoned], { workers, quiet: options.quiet === true });
  const read = async (ref: typeof clean) => {
    const [{ labels, options: chosen }] = await readRef(store, ref);
    return { error: errorRate(labels, test.labels), ...(retune && { options: chosen }) };
  };
  return { cleanError: (await read(clean)).error, budgets: await Promise.all(poisoned.map(read)) };
}
