// Every kind of task by name: what a worker can be asked to do.

import type { TaskKind } from "../task.ts";
import { correlate } from "./correlate.ts";
import { craft } from "./craft.ts";
import { fit } from "./fit.ts";
import { judge } from "./judge.ts";
import { look } from "./look.ts";
import { smooth } from "./smooth.ts";
import { split } from "./split.ts";
import { transfer } from "./transfer.ts";
import { vary } from "./vary.ts";

export const taskKinds = {
  split,
  fit,
  look,
  craft,
  judge,
  correlate,
  smooth,
  vary,
  transfer,
} as const satisfies Record<string, TaskKind>;

export type TaskKindName = keyof typeof taskKinds;
