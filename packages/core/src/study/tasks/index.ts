// Every kind of task by the name that keys call it, and every codec by its own: what a worker can be asked to do.

import type { Codec } from "../engine/codec.ts";
import type { TaskKind } from "../engine/task.ts";
import { craft } from "./craft.ts";
import { craftCost } from "./craftCost.ts";
import { flagsCodec } from "./crafting.ts";
import { datasetCodec } from "./dataset.ts";
import { estimateAlignment } from "./estimateAlignment.ts";
import { evaluateClean } from "./evaluateClean.ts";
import { fit } from "./fit.ts";
import { fold } from "./fold.ts";
import { growTrees } from "./growTrees.ts";
import { judge } from "./judge.ts";
import { lossVariability } from "./lossVariability.ts";
import { modelPairs } from "./modelPairs.ts";
import { perturbationCorrelation } from "./perturbationCorrelation.ts";
import { poison } from "./poison.ts";
import { poisonFold } from "./poisonFold.ts";
import { poisonGradient } from "./poisonGradient.ts";
import { poisonJudge } from "./poisonJudge.ts";
import { poisonTransfer } from "./poisonTransfer.ts";
import { poisonVariability } from "./poisonVariability.ts";
import { queryTarget, serviceCodec } from "./queryTarget.ts";
import { setOperatingPoint } from "./setOperatingPoint.ts";
import { smallestBudget } from "./smallestBudget.ts";
import { smoothness } from "./smoothness.ts";
import { split } from "./split.ts";
import { transferMetrics } from "./transferMetrics.ts";

const kinds: readonly TaskKind<object, object, unknown>[] = [
  split,
  fit,
  growTrees,
  fold,
  setOperatingPoint,
  queryTarget,
  evaluateClean,
  craft,
  smallestBudget,
  craftCost,
  judge,
  perturbationCorrelation,
  smoothness,
  estimateAlignment,
  modelPairs,
  lossVariability,
  transferMetrics,
  poison,
  poisonFold,
  poisonJudge,
  poisonGradient,
  poisonVariability,
  poisonTransfer,
];

export const taskKinds: Readonly<Record<string, TaskKind<object, object, unknown>>> = Object.fromEntries(
  kinds.map((kind) => [kind.name, kind]),
);

export const codecs: Readonly<Record<string, Codec<unknown>>> = Object.fromEntries(
  [datasetCodec, flagsCodec, serviceCodec, ...kinds.map(({ output }) => output)].map((codec) => [codec.name, codec]),
);
