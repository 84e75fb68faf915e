import { zerosLike } from "../broadcast.ts";
import { requireImages } from "../checks.ts";
import { floatAttribute, intAttribute } from "../graph.ts";
import type { GradientContext, GraphWriter, Operator } from "../operator.ts";

/**
 * y = scale (x - mean) / sqrt(variance + epsilon) + bias, channel by channel.
 *
 * The statistics are given, or in training mode those of the batch (the biased variance); then two more outputs hold
 * momentum times the given statistics plus 1 - momentum times the batch's.
 */
export const BatchNormalization: Operator = {
  required: 5,
  check: requireImages,
  infer: ({ inputs: [x, , , mean, variance] }) => [x!, mean!, variance!].map(({ type, shape }) => ({ type, shape })),
  gradient: (context) => (intAttribute(context.node, "training_mode", 0) ? trained(context) : fixed(context)),
};

function fixed({ g, node, inputs: [x, scale, , mean, variance], cotangent }: GradientContext) {
  const channels = channelsOf(g, x);
  const centered = g.node("Sub", [x, channels.spread(mean)]);
  const inverse = inverseDeviation(g, node, variance);
  const factor = g.node("Mul", [scale, inverse]);
  const dBias = channels.sum(cotangent);
  const covariance = channels.sum(g.node("Mul", [cotangent, centered]));
  const cube = g.node("Mul", [factor, g.node("Mul", [inverse, inverse])]);
  return [
    g.node("Mul", [cotangent, channels.spread(factor)]),
    g.node("Mul", [covariance, inverse]),
    dBias,
    g.node("Neg", [g.node("Mul", [dBias, factor])]),
    g.node("Mul", [g.node("Mul", [covariance, cube]), g.scalar(-0.5, cube)]),
  ];
}

/** With u = (x - mean of x) / deviation: dx = scale / deviation (dy - mean(dy) - u mean(dy u)). */
function trained({ g, node, inputs: [x, scale], outputs: [y], cotangents }: GradientContext) {
  const [dy = zerosLike(g, y), dMean, dVariance] = cotangents;
  const channels = channelsOf(g, x);
  const centered = g.node("Sub", [x, channels.spread(channels.mean(x))]);
  const inverse = inverseDeviation(g, node, channels.mean(g.node("Mul", [centered, centered])));
  const unit = g.node("Mul", [centered, channels.spread(inverse)]);
  const weighted = g.node("Mul", [dy, unit]);
  const shared = g.node("Add", [
    channels.spread(channels.mean(dy)),
    g.node("Mul", [unit, channels.spread(channels.mean(weighted))]),
  ]);
  let dx = g.node("Mul", [g.node("Sub", [dy, shared]), channels.spread(g.node("Mul", [scale, inverse]))]);
  // The running statistics see x through the mean and the variance of the batch.
  const momentum = floatAttribute(node, "momentum", 0.9);
  const perElement = (value: string) => {
    const share = g.node("Mul", [value, g.scalar(1 - momentum, value)]);
    return channels.spread(g.node("Div", [share, channels.count(x)]));
  };
  if (dMean) dx = g.node("Add", [dx, perElement(dMean)]);
  if (dVariance) {
    dx = g.node("Add", [dx, g.node("Mul", [g.node("Add", [centered, centered]), perElement(dVariance)])]);
  }
  const kept = (value: string | undefined) => value && g.node("Mul", [value, g.scalar(momentum, value)]);
  return [dx, channels.sum(weighted), channels.sum(dy), kept(dMean), kept(dVariance)];
}

function inverseDeviation(g: GraphWriter, node: GradientContext["node"], variance: string): string {
  const epsilon = g.scalar(floatAttribute(node, "epsilon", 1e-5), variance);
  return g.node("Reciprocal", [g.node("Sqrt", [g.node("Add", [variance, epsilon])])]);
}

/** The ways between a value [N, C, ...] and a vector [C]. */
function channelsOf(g: GraphWriter, like: string) {
  const rank = g.type(like).shape.length;
  const others = g.ints(Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1));
  const added = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  const drop = { keepdims: { int: 0 } };
  return {
    sum: (value: string) => g.node("ReduceSum", [value, others], drop),
    mean: (value: string) => g.node("ReduceMean", [value, others], drop),
    /** [C] as [C, 1, ...], to broadcast against [N, C, ...]. */
    spread: (value: string) => (added.length === 0 ? value : g.node("Unsqueeze", [value, g.ints(added)])),
    /** How many elements a channel has, as a real number. */
    count: (value: string) => {
      const channels = g.node("Size", [g.node("ReduceSum", [value, others], drop)]);
      return g.node("CastLike", [g.node("Div", [g.node("Size", [value]), channels]), value]);
    },
  };
}
