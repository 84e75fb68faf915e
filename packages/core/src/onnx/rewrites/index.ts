// Operators that opset 18 lacks or means something else by, and those of other domains; one file each.

import { classical } from "../classical/index.ts";
import type { Node } from "../graph.ts";
import { microsoft } from "../microsoft/index.ts";
import { operatorName } from "../ops/index.ts";
import { Attention } from "./attention.ts";
import { AveragePool } from "./averagePool.ts";
import { axesSince13, axesSince18 } from "./axesAsInput.ts";
import { BatchNormalization } from "./batchNormalization.ts";
import { Cast } from "./cast.ts";
import { Clip } from "./clip.ts";
import { Conv } from "./conv.ts";
import { DequantizeLinear } from "./dequantizeLinear.ts";
import { Dropout } from "./dropout.ts";
import { DynamicQuantizeLinear } from "./dynamicQuantizeLinear.ts";
import { Gelu } from "./gelu.ts";
import { GlobalLpPool } from "./globalLpPool.ts";
import { GroupNormalization } from "./groupNormalization.ts";
import { GRU } from "./gru.ts";
import { Hardmax } from "./hardmax.ts";
import { If } from "./if.ts";
import { Loop } from "./loop.ts";
import { LpNormalization } from "./lpNormalization.ts";
import { LRN } from "./lrn.ts";
import { LSTM } from "./lstm.ts";
import { MeanVarianceNormalization } from "./meanVarianceNormalization.ts";
import { OneHot } from "./oneHot.ts";
import { Pad } from "./pad.ts";
import { ConvInteger, MatMulInteger, QLinearConv, QLinearMatMul } from "./quantizedProducts.ts";
import { QuantizeLinear } from "./quantizeLinear.ts";
import { Resize, Upsample } from "./resize.ts";
import type { Rewrite } from "./rewrite.ts";
import { RMSNormalization } from "./rmsNormalization.ts";
import { RNN } from "./rnn.ts";
import { RotaryEmbedding } from "./rotaryEmbedding.ts";
import { Scan } from "./scan.ts";
import { ScatterElements } from "./scatterElements.ts";
import {
  ConcatFromSequence,
  SequenceAt,
  SequenceConstruct,
  SequenceEmpty,
  SequenceErase,
  SequenceInsert,
  SequenceLength,
  SplitToSequence,
} from "./sequences.ts";
import { Shrink } from "./shrink.ts";
import { Slice } from "./slice.ts";
import { Softmax } from "./softmax.ts";
import { Split } from "./split.ts";
import { Swish } from "./swish.ts";
import { TopK } from "./topK.ts";

/** What is written out, by the name of the operator; those of other domains as "ai.onnx.ml.Scaler". */
export const rewrites: Readonly<Record<string, Rewrite>> = {
  Attention,
  AveragePool,
  BatchNormalization,
  Cast,
  CastLike: Cast,
  Clip,
  ConcatFromSequence,
  Conv,
  ConvInteger,
  DequantizeLinear,
  Dropout,
  DynamicQuantizeLinear,
  GRU,
  Gelu,
  GlobalLpPool,
  GroupNormalization,
  Hardmax,
  If,
  LRN,
  LSTM,
  LogSoftmax: Softmax,
  Loop,
  LpNormalization,
  MatMulInteger,
  MeanVarianceNormalization,
  OneHot,
  Pad,
  QLinearConv,
  QLinearMatMul,
  QuantizeLinear,
  RMSNormalization,
  RNN,
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
  RotaryEmbedding,
  Scan,
  Scatter: ScatterElements,
  SequenceAt,
  SequenceConstruct,
  SequenceEmpty,
  SequenceErase,
  SequenceInsert,
  SequenceLength,
  Shrink,
  SimplifiedLayerNormalization: RMSNormalization,
  Slice,
  Softmax,
  Split,
  SplitToSequence,
  Squeeze: axesSince13,
  Swish,
  TopK,
  Unsqueeze: axesSince13,
  Upsample,
  ...classical,
  ...microsoft,
};

/** How a node is written out that was written for a version of its domain; undefined where it stays as it is. */
export function rewriteOf(node: Node, version: number): Rewrite | undefined {
  const name = operatorName(node);
  if (!Object.hasOwn(rewrites, name)) return undefined;
  const rewrite = rewrites[name];
  const { since = 0, until = Number.POSITIVE_INFINITY } = rewrite;
  return version >= since && version <= until && (rewrite.applies?.(node, version) ?? true) ? rewrite : undefined;
}

/** Whether a node means the same in two versions of its domain. */
export function isSame(node: Node, a: number, b: number): boolean {
  const [first, second] = [rewriteOf(node, a), rewriteOf(node, b)];
  const changes = first?.changes ?? [];
  return first === second && changes.every((version) => a >= version === b >= version);
}
