// What learns from the points of `carom poison`, as they stand in their file, and how often it errs then.

import type { Dataset } from "@carom/core";
import { errorRate, type Rate } from "@carom/core";
import {
  type Block,
  blockCodec,
  type PlanBuilder,
  type PoisonVerdict,
  poisonJudge,
  type Ref,
  readRef,
  startPlan,
} from "@carom/core/study";
import { readPoison } from "../host/poisonFile.ts";
import { runPlan } from "../host/runPlan.ts";
import type { LearnerAsked, PoisonOptions, Settings } from "./poisonAsked.ts";
import type { PoisonData } from "./poisonData.ts";

/** Who learns from what, and which rows errors are counted on. */
interface Judging {
  readonly data: PoisonData;
  readonly test: Dataset;
  readonly judging: LearnerAsked;
  readonly options: PoisonOptions;
}

/** Errors without the points, and at each budget. */
export interface Judged {
  readonly cleanError: Rate;
  readonly budgets: readonly { readonly error: Rate; readonly options?: Settings }[];
}

/**
 * Adds that the target learns with so many points, in a task for each number of them, so that several can be at work;
 * what learns without any needs no blocks.
 */
export function planVerdicts(
  plan: PlanBuilder,
  { data, test, judging: { learner, options: settings }, options }: Judging,
  counts: readonly number[],
  blocks: readonly Ref<Block>[] = [],
): Ref<readonly PoisonVerdict[]>[] {
  const parts = { training: plan.data(data.targetTrain ?? data.train), test: plan.data(test) };
  return counts.map((count) =>
    plan.add(
      poisonJudge,
      {
        ...{ learner: learner.name, options: settings, counts: [count], seed: options.seed, label: "judge" },
        ...{ retune: options.retune === true, ...(options.allowOverlap && { overlap: true }) },
      },
      { ...parts, blocks: count > 0 ? blocks : [] },
      count > 0 ? `${learner.name} with ${count} points` : `training ${learner.name}`,
    ),
  );
}

/** Trains the target with the points as they stand in the file, at each budget and without any. */
export async function judge(
  path: string,
  judging: Judging,
  counts: readonly number[],
  workers: number,
): Promise<Judged> {
  const { data, test, options } = judging;
  const plan = startPlan();
  const points = await readPoison(path, data.train.classNames);
  const block = plan.source(blockCodec, { points, losses: [], fits: 0, gradients: 0, evaluations: 0 });
  const wanted = planVerdicts(plan, judging, [0, ...counts], [block]);
  const store = await runPlan(plan, wanted, { workers, quiet: options.quiet === true });
  const [clean, ...budgets] = await Promise.all(
    wanted.map(async (ref) => {
      const [{ labels, options: chosen }] = await readRef(store, ref);
      return { error: errorRate(labels, test.labels), ...(options.retune && { options: chosen }) };
    }),
  );
  return { cleanError: clean.error, budgets };
}
