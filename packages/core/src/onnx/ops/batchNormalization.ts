import type { GraphBuilder } from "../builder.ts";
import { floatAttribute, intAttribute } from "../graph.ts";
import { nodeError, type Operator } from "../operator.ts";

/**
 * y = scale (x - mean) / sqrt(variance + epsilon) + bias, channel by channel, with given statistics.
 *
 * ONNX Runtime executes no training mode on the CPU: a learner writes the statistics of a batch with ReduceMean.
 */
export const BatchNormalization: Operator = {
  infer({ node, inputs: [x] }) {
    if (intAttribute(node, "training_mode", 0) !== 0 || node.outputs.length > 1) {
      throw nodeError(node, "batch normalization with fixed statistics", "training mode");
    }
    return [{ type: x!.type, shape: x!.shape }];
  },
  gradient({ g, node, inputs: [x, scale, , mean, variance], cotangent }) {
    const rank = g.type(x).shape.length;
    const perChannel = (value: string) => alongChannels(g, value, rank);
    const overOthers = (value: string) => sumOverOthers(g, value, rank);
    // Older files fix float32 here whatever the type of x; the arithmetic is that of the statistics.
    const epsilon = g.scalar(floatAttribute(node, "epsilon", Math.fround(1e-5)), variance);
    const inverse = g.node("Reciprocal", [g.node("Sqrt", [g.node("Add", [variance, epsilon])])]);
    const factor = g.node("Mul", [scale, inverse]);
    const centered = g.node("Sub", [x, perChannel(mean)]);
    const dBias = overOthers(cotangent);
    const spread = overOthers(g.node("Mul", [cotangent, centered]));
    const dScale = g.node("Mul", [spread, inverse]);
    const cube = g.node("Mul", [factor, g.node("Mul", [inverse, inverse])]);
    return [
      g.node("Mul", [cotangent, perChannel(factor)]),
      dScale,
      dBias,
      g.node("Neg", [g.node("Mul", [dBias, factor])]),
      g.node("Mul", [g.node("Mul", [spread, cube]), g.scalar(-0.5, cube)]),
    ];
  },
};

/** A vector [C] as [C, 1, ...], to broadcast against [N, C, ...]. */
function alongChannels(g: GraphBuilder, value: string, rank: number): string {
  const added = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  return added.length === 0 ? value : g.node("Unsqueeze", [value, g.ints(added)]);
}

/** The sum over every axis but that of the channels. */
function sumOverOthers(g: GraphBuilder, value: string, rank: number): string {
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1);
  return g.node("ReduceSum", [value, g.ints(axes)], { keepdims: { int: 0 } });
}
