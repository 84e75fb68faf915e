// Operators that opset 18 lacks or means something else by, and those of other domains; one file each.

import { classical } from "../classical/index.ts";
import { AveragePool } from "./averagePool.ts";
import { axesSince13, axesSince18 } from "./axesAsInput.ts";
import { BatchNormalization } from "./batchNormalization.ts";
import { Cast } from "./cast.ts";
import { Clip } from "./clip.ts";
import { Dropout } from "./dropout.ts";
import { Gelu } from "./gelu.ts";
import { GroupNormalization } from "./groupNormalization.ts";
import { If } from "./if.ts";
import { Loop } from "./loop.ts";
import { Pad } from "./pad.ts";
import { Resize, Upsample } from "./resize.ts";
import type { Rewrite } from "./rewrite.ts";
import { Scan } from "./scan.ts";
import { ScatterElements } from "./scatterElements.ts";
import { Slice } from "./slice.ts";
import { Softmax } from "./softmax.ts";
import { Split } from "./split.ts";
import { TopK } from "./topK.ts";

/** What is written out, by the name of the operator; those of other domains as "ai.onnx.ml.Scaler". */
export const rewrites: Readonly<Record<string, Rewrite>> = {
  AveragePool,
  BatchNormalization,
  Cast,
  CastLike: Cast,
  Clip,
  Dropout,
  Gelu,
  GroupNormalization,
  If,
  LogSoftmax: Softmax,
  Loop,
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
  Scan,
  Scatter: ScatterElements,
  Slice,
  Softmax,
  Split,
  Squeeze: axesSince13,
  TopK,
  Unsqueeze: axesSince13,
  Upsample,
  ...classical,
};
