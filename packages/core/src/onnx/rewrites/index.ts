// Operators that opset 18 lacks or means something else by; one file each.

import { AveragePool } from "./averagePool.ts";
import { axesSince13, axesSince18 } from "./axesAsInput.ts";
import { BatchNormalization } from "./batchNormalization.ts";
import { Cast } from "./cast.ts";
import { Dropout } from "./dropout.ts";
import { Gelu } from "./gelu.ts";
import { GroupNormalization } from "./groupNormalization.ts";
import type { Rewrite } from "./rewrite.ts";
import { Softmax } from "./softmax.ts";
import { Split } from "./split.ts";

/** What is rewritten, by the name of the operator. */
export const rewrites: Readonly<Record<string, Rewrite>> = {
  AveragePool,
  BatchNormalization,
  Cast,
  CastLike: Cast,
  Dropout,
  Gelu,
  GroupNormalization,
  LogSoftmax: Softmax,
  ReduceL1: axesSince18,
  ReduceL2: axesSince18,
  ReduceLogSum: axesSince18,
  ReduceLogSumExp: axesSince18,
  ReduceMax: axesSince18,
  ReduceMean: axesSince18,
  ReduceMin: axesSince18,
  ReduceProd: axesSince18,
  ReduceSum: axesSince13,
  ReduceSumSquare: axesSince18,
  Softmax,
  Split,
  Squeeze: axesSince13,
  Unsqueeze: axesSince13,
};
