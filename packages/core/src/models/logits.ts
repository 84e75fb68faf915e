// What lies in front of probabilities: its gradient does not vanish where they saturate.

import type { GraphBuilder } from "../onnx/builder.ts";
import { isOverClasses, makerOf } from "./reading.ts";

/**
 * Scores whose softmax the given probabilities [N, K] are, or undefined where no such value is in the graph.
 *
 * Found in front of a softmax over the classes, and in front of [1 - p, p] with p = sigmoid(s), which is the softmax of
 * [0, s]. Where a probability rounds to 1 its own gradient is zero, and the logarithm's is not what it was.
 */
export function logitsOf(g: GraphBuilder, probabilities: string): string | undefined {
  const makers = new Map(g.currentNodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const maker = makerOf(makers, probabilities);
  const columns = (value: string) => `${g.type(value).shape.slice(1)}`;
  if (maker?.op === "Softmax" && isOverClasses(maker)) {
    return columns(maker.inputs[0]) === columns(probabilities) ? maker.inputs[0] : undefined;
  }
  if (maker?.op !== "Concat" || maker.inputs.length !== 2) return undefined;
  const [first, second] = maker.inputs.map((input) => makers.get(input));
  if (first?.op !== "Sub" || first.inputs[1] !== maker.inputs[1] || second?.op !== "Sigmoid") return undefined;
  const one = g.type(first.inputs[0]).constant;
  if (one?.data.length !== 1 || Number(one.data[0]) !== 1) return undefined;
  const [score] = second.inputs;
  if (columns(score) !== "1") return undefined;
  return g.node("Concat", [g.node("Sub", [score, score]), score], { axis: { int: 1 } });
}
