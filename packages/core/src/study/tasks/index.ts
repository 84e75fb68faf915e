// Every kind of task by name: what a worker can be asked to do.

import type { TaskKind } from "../task.ts";
import { ask } from "./ask.ts";
import { calibrate } from "./calibrate.ts";
import { correlate } from "./correlate.ts";
import { craft } from "./craft.ts";
import { fit } from "./fit.ts";
import { judge } from "./judge.ts";
import { look } from "./look.ts";
import { poison } from "./poison.ts";
import { poisonGradient } from "./poisonGradient.ts";
import { poisonJudge } from "./poisonJudge.ts";
import { poisonTransfer } from "./poisonTransfer.ts";
import { poisonVary } from "./poisonVary.ts";
import { slopes } from "./slopes.ts";
import { smooth } from "./smooth.ts";
import { split } from "./split.ts";
import { transfer } from "./transfer.ts";
import { vary } from "./vary.ts";

export const taskKinds = {
  split,
  fit,
  calibrate,
  ask,
  look,
  craft,
  judge,
  correlate,
  smooth,
  slopes,
  vary,
  transfer,
  poison,
  poisonJudge,
  poisonGradient,
  poisonVary,
  poisonTransfer,
} as const satisfies Record<string, TaskKind>;

export type TaskKindName = keyof typeof taskKinds;
