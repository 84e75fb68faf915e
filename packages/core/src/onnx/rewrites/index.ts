// Operators that opset 18 lacks or means something else by; one file each.

import { AveragePool } from "./averagePool.ts";
import { axesSince13, axesSince18 } from "./axesAsInput.ts";
import { BatchNormalization } from "./batchNormalization.ts";
import { Cast } from "./cast.ts";
import { Clip } from "./clip.ts";
import { Dropout } from "./dropout.ts";
import { Gelu } from "./gelu.ts";
import { GroupNormalization } from "./groupNormalization.ts";
import { Pad } from "./pad.ts";
import { Resize } from "./resize.ts";
import type { Rewrite } from "./rewrite.ts";
import { ScatterElements } from "./scatterElements.ts";
import { Slice } from "./slice.ts";
import { Softmax } from "./softmax.ts";
import { Split } from "./split.ts";
import { TopK } from "./topK.ts";
import { Upsample } from "./upsample.ts";

/** What is rewritten, by the name of the operator. */
export const rewrites: Readonly<Record<string, Rewrite>> = {
  AveragePool,
  BatchNormalization,
  Cast,
  CastLike: Cast,
  Clip,
  Dropout,
  Gelu,
  GroupNormalization,
  LogSoftmax: Softmax,
  Pad,
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
  Resize,
  Scatter: ScatterElements,
  Slice,
  Softmax,
  Split,
  Squeeze: axesSince13,
  TopK,
  Unsqueeze: axesSince13,
  Upsample,
};
