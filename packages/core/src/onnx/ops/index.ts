// Every operator the project can differentiate; one file each.

import type { Operator } from "../operator.ts";
import { Abs } from "./abs.ts";
import { Add } from "./add.ts";
import { And } from "./and.ts";
import { AveragePool } from "./averagePool.ts";
import { BatchNormalization } from "./batchNormalization.ts";
import { Cast } from "./cast.ts";
import { CastLike } from "./castLike.ts";
import { Clip } from "./clip.ts";
import { Concat } from "./concat.ts";
import { Constant } from "./constant.ts";
import { ConstantOfShape } from "./constantOfShape.ts";
import { Conv } from "./conv.ts";
import { ConvTranspose } from "./convTranspose.ts";
import { Div } from "./div.ts";
import { Dropout } from "./dropout.ts";
import { Elu } from "./elu.ts";
import { Equal } from "./equal.ts";
import { Erf } from "./erf.ts";
import { Exp } from "./exp.ts";
import { Expand } from "./expand.ts";
import { Flatten } from "./flatten.ts";
import { Gather } from "./gather.ts";
import { GatherElements } from "./gatherElements.ts";
import { Gemm } from "./gemm.ts";
import { GlobalAveragePool } from "./globalAveragePool.ts";
import { GlobalMaxPool } from "./globalMaxPool.ts";
import { Greater } from "./greater.ts";
import { GreaterOrEqual } from "./greaterOrEqual.ts";
import { Identity } from "./identity.ts";
import { LeakyRelu } from "./leakyRelu.ts";
import { Less } from "./less.ts";
import { LessOrEqual } from "./lessOrEqual.ts";
import { Log } from "./log.ts";
import { LogSoftmax } from "./logSoftmax.ts";
import { MatMul } from "./matMul.ts";
import { Max } from "./max.ts";
import { MaxPool } from "./maxPool.ts";
import { Mean } from "./mean.ts";
import { Min } from "./min.ts";
import { Mul } from "./mul.ts";
import { Neg } from "./neg.ts";
import { Not } from "./not.ts";
import { Or } from "./or.ts";
import { Pad } from "./pad.ts";
import { Pow } from "./pow.ts";
import { Reciprocal } from "./reciprocal.ts";
import { ReduceL1 } from "./reduceL1.ts";
import { ReduceL2 } from "./reduceL2.ts";
import { ReduceLogSumExp } from "./reduceLogSumExp.ts";
import { ReduceMax } from "./reduceMax.ts";
import { ReduceMean } from "./reduceMean.ts";
import { ReduceMin } from "./reduceMin.ts";
import { ReduceSum } from "./reduceSum.ts";
import { ReduceSumSquare } from "./reduceSumSquare.ts";
import { Relu } from "./relu.ts";
import { Reshape } from "./reshape.ts";
import { ScatterElements } from "./scatterElements.ts";
import { Shape } from "./shape.ts";
import { Sigmoid } from "./sigmoid.ts";
import { Sign } from "./sign.ts";
import { Size } from "./size.ts";
import { Slice } from "./slice.ts";
import { Softmax } from "./softmax.ts";
import { Softplus } from "./softplus.ts";
import { Split } from "./split.ts";
import { Sqrt } from "./sqrt.ts";
import { Squeeze } from "./squeeze.ts";
import { Sub } from "./sub.ts";
import { Sum } from "./sum.ts";
import { Tanh } from "./tanh.ts";
import { Transpose } from "./transpose.ts";
import { Unsqueeze } from "./unsqueeze.ts";
import { Where } from "./where.ts";

/** The operators of the standard domain by name. */
export const operators: Readonly<Record<string, Operator>> = {
  Abs,
  Add,
  And,
  AveragePool,
  BatchNormalization,
  Cast,
  CastLike,
  Clip,
  Concat,
  Constant,
  ConstantOfShape,
  Conv,
  ConvTranspose,
  Div,
  Dropout,
  Elu,
  Equal,
  Erf,
  Exp,
  Expand,
  Flatten,
  Gather,
  GatherElements,
  Gemm,
  GlobalAveragePool,
  GlobalMaxPool,
  Greater,
  GreaterOrEqual,
  Identity,
  LeakyRelu,
  Less,
  LessOrEqual,
  Log,
  LogSoftmax,
  MatMul,
  Max,
  MaxPool,
  Mean,
  Min,
  Mul,
  Neg,
  Not,
  Or,
  Pad,
  Pow,
  Reciprocal,
  ReduceL1,
  ReduceL2,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceSum,
  ReduceSumSquare,
  Relu,
  Reshape,
  ScatterElements,
  Shape,
  Sigmoid,
  Sign,
  Size,
  Slice,
  Softmax,
  Softplus,
  Split,
  Sqrt,
  Squeeze,
  Sub,
  Sum,
  Tanh,
  Transpose,
  Unsqueeze,
  Where,
};
