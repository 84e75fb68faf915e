// Every operator the project can differentiate; one file each.

import type { Node } from "../graph.ts";
import type { Operator } from "../operator.ts";
import { Abs } from "./abs.ts";
import { Add } from "./add.ts";
import { And } from "./and.ts";
import { ArgMax } from "./argMax.ts";
import { ArgMin } from "./argMin.ts";
import { AveragePool } from "./averagePool.ts";
import { BatchNormalization } from "./batchNormalization.ts";
import { Cast } from "./cast.ts";
import { CastLike } from "./castLike.ts";
import { Ceil } from "./ceil.ts";
import { Celu } from "./celu.ts";
import { Clip } from "./clip.ts";
import { Concat } from "./concat.ts";
import { Constant } from "./constant.ts";
import { ConstantOfShape } from "./constantOfShape.ts";
import { Conv } from "./conv.ts";
import { ConvTranspose } from "./convTranspose.ts";
import { Cos } from "./cos.ts";
import { CumSum } from "./cumSum.ts";
import { DepthToSpace } from "./depthToSpace.ts";
import { DequantizeLinear } from "./dequantizeLinear.ts";
import { Div } from "./div.ts";
import { Dropout } from "./dropout.ts";
import { Einsum } from "./einsum.ts";
import { Elu } from "./elu.ts";
import { Equal } from "./equal.ts";
import { Erf } from "./erf.ts";
import { Exp } from "./exp.ts";
import { Expand } from "./expand.ts";
import { Flatten } from "./flatten.ts";
import { Floor } from "./floor.ts";
import { Gather } from "./gather.ts";
import { GatherElements } from "./gatherElements.ts";
import { GatherND } from "./gatherND.ts";
import { Gemm } from "./gemm.ts";
import { GlobalAveragePool } from "./globalAveragePool.ts";
import { GlobalMaxPool } from "./globalMaxPool.ts";
import { Greater } from "./greater.ts";
import { GreaterOrEqual } from "./greaterOrEqual.ts";
import { HardSigmoid } from "./hardSigmoid.ts";
import { HardSwish } from "./hardSwish.ts";
import { Identity } from "./identity.ts";
import { InstanceNormalization } from "./instanceNormalization.ts";
import { IsNaN } from "./isNaN.ts";
import { LayerNormalization } from "./layerNormalization.ts";
import { LeakyRelu } from "./leakyRelu.ts";
import { Less } from "./less.ts";
import { LessOrEqual } from "./lessOrEqual.ts";
import { Log } from "./log.ts";
import { LogSoftmax } from "./logSoftmax.ts";
import { LpPool } from "./lpPool.ts";
import { MatMul } from "./matMul.ts";
import { Max } from "./max.ts";
import { MaxPool } from "./maxPool.ts";
import { Mean } from "./mean.ts";
import { Min } from "./min.ts";
import { Mish } from "./mish.ts";
import { Mod } from "./mod.ts";
import { Mul } from "./mul.ts";
import { Neg } from "./neg.ts";
import { NonZero } from "./nonZero.ts";
import { Not } from "./not.ts";
import { Or } from "./or.ts";
import { Pad } from "./pad.ts";
import { Pow } from "./pow.ts";
import { PRelu } from "./pRelu.ts";
import { QuantizeLinear } from "./quantizeLinear.ts";
import { Range } from "./range.ts";
import { Reciprocal } from "./reciprocal.ts";
import { ReduceL1 } from "./reduceL1.ts";
import { ReduceL2 } from "./reduceL2.ts";
import { ReduceLogSum } from "./reduceLogSum.ts";
import { ReduceLogSumExp } from "./reduceLogSumExp.ts";
import { ReduceMax } from "./reduceMax.ts";
import { ReduceMean } from "./reduceMean.ts";
import { ReduceMin } from "./reduceMin.ts";
import { ReduceProd } from "./reduceProd.ts";
import { ReduceSum } from "./reduceSum.ts";
import { ReduceSumSquare } from "./reduceSumSquare.ts";
import { Relu } from "./relu.ts";
import { Reshape } from "./reshape.ts";
import { Resize } from "./resize.ts";
import { Round } from "./round.ts";
import { ScatterElements } from "./scatterElements.ts";
import { ScatterND } from "./scatterND.ts";
import { Selu } from "./selu.ts";
import { Shape } from "./shape.ts";
import { Sigmoid } from "./sigmoid.ts";
import { Sign } from "./sign.ts";
import { Sin } from "./sin.ts";
import { Size } from "./size.ts";
import { Slice } from "./slice.ts";
import { Softmax } from "./softmax.ts";
import { Softplus } from "./softplus.ts";
import { Softsign } from "./softsign.ts";
import { SpaceToDepth } from "./spaceToDepth.ts";
import { Split } from "./split.ts";
import { Sqrt } from "./sqrt.ts";
import { Squeeze } from "./squeeze.ts";
import { Sub } from "./sub.ts";
import { Sum } from "./sum.ts";
import { Tanh } from "./tanh.ts";
import { ThresholdedRelu } from "./thresholdedRelu.ts";
import { Tile } from "./tile.ts";
import { TopK } from "./topK.ts";
import { Transpose } from "./transpose.ts";
import { Trilu } from "./trilu.ts";
import { Unsqueeze } from "./unsqueeze.ts";
import { Where } from "./where.ts";
import { Xor } from "./xor.ts";

/** The operators by name; those of other domains than the standard one as "ai.onnx.ml.Scaler". */
export const operators: Readonly<Record<string, Operator>> = {
  Abs,
  Add,
  And,
  ArgMax,
  ArgMin,
  AveragePool,
  BatchNormalization,
  Cast,
  CastLike,
  Ceil,
  Celu,
  Clip,
  Concat,
  Constant,
  ConstantOfShape,
  Conv,
  ConvTranspose,
  Cos,
  CumSum,
  DepthToSpace,
  DequantizeLinear,
  Div,
  Dropout,
  Einsum,
  Elu,
  Equal,
  Erf,
  Exp,
  Expand,
  Flatten,
  Floor,
  Gather,
  GatherElements,
  GatherND,
  Gemm,
  GlobalAveragePool,
  GlobalMaxPool,
  Greater,
  GreaterOrEqual,
  HardSigmoid,
  HardSwish,
  Identity,
  InstanceNormalization,
  IsNaN,
  LayerNormalization,
  LeakyRelu,
  Less,
  LessOrEqual,
  Log,
  LogSoftmax,
  LpPool,
  MatMul,
  Max,
  MaxPool,
  Mean,
  Min,
  Mish,
  Mod,
  Mul,
  Neg,
  NonZero,
  Not,
  Or,
  PRelu,
  Pad,
  Pow,
  QuantizeLinear,
  Range,
  Reciprocal,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
  Relu,
  Reshape,
  Resize,
  Round,
  ScatterElements,
  ScatterND,
  Selu,
  Shape,
  Sigmoid,
  Sign,
  Sin,
  Size,
  Slice,
  Softmax,
  Softplus,
  Softsign,
  SpaceToDepth,
  Split,
  Sqrt,
  Squeeze,
  Sub,
  Sum,
  Tanh,
  ThresholdedRelu,
  Tile,
  TopK,
  Transpose,
  Trilu,
  Unsqueeze,
  Where,
  Xor,
};

/** The name of a node's operator in the registry. */
export function operatorName({ op, domain }: Pick<Node, "op" | "domain">): string {
  return domain === "" ? op : `${domain}.${op}`;
}

/** The operator of a node, or undefined where there are no rules for it. */
export function operatorOf(node: Node): Operator | undefined {
  const name = operatorName(node);
  return Object.hasOwn(operators, name) ? operators[name] : undefined;
}
