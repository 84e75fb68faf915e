// What is in a model's file, before anybody runs it.

import type { Node, OnnxModel } from "../onnx/graph.ts";
import { zeroGradient } from "../onnx/operator.ts";
import { operatorName, operatorOf } from "../onnx/ops/index.ts";
import { quantizing } from "../onnx/quantizing.ts";
import { rewrites } from "../onnx/rewrites/index.ts";
import { scoresOnly } from "./exposed.ts";
import type { Reading } from "./reading.ts";

/**
 * How gradients flow through an operator; `straight through` means as if it did not round, `none` that there is no
 * rule, `left out` that the scores do not need it.
 */
export type GradientKind = "rule" | "straight through" | "zero" | "written out" | "none" | "left out";

/** How often an operator occurs in a graph, and how gradients flow through it. */
export interface OperatorCount {
  /** With its domain, where that is not the standard one. */
  readonly operator: string;
  readonly count: number;
  readonly gradient: GradientKind;
}

/** How often each operator occurs, most often first, and how gradients flow through it to the scores that are read. */
export function countOperators(
  { graph }: OnnxModel,
  reading: Pick<Reading, "scores"> | undefined,
): readonly OperatorCount[] {
  const needed = new Set(reading ? scoresOnly(graph, reading).nodes : graph.nodes);
  const counts = new Map<string, OperatorCount>();
  for (const node of graph.nodes) {
    const operator = operatorName(node);
    const gradient = needed.has(node) ? gradientKind(node) : "left out";
    const key = `${operator} ${gradient}`;
    counts.set(key, { operator, gradient, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.operator < b.operator ? -1 : 1));
}

function gradientKind(node: Node): GradientKind {
  if (quantizing.has(operatorName(node))) return "straight through";
  const rule = operatorOf(node)?.gradient;
  if (rule) return rule === zeroGradient ? "zero" : "rule";
  return Object.hasOwn(rewrites, operatorName(node)) ? "written out" : "none";
}

/** How many real numbers the model was trained to: its constants, and what classical operators hold as attributes. */
export function countParameters({ graph }: OnnxModel): number {
  let count = 0;
  for (const { type, data } of graph.initializers.values()) if (type.startsWith("float")) count += data.length;
  for (const { attributes } of graph.nodes) {
    for (const attribute of Object.values(attributes)) {
      if ("floats" in attribute) count += attribute.floats.length;
      if ("tensor" in attribute && attribute.tensor.type.startsWith("float")) count += attribute.tensor.data.length;
    }
  }
  return count;
}

/** What rows are by their shape: images with channels first or last, flat rows, or something else. */
export function layoutOf(inputShape: readonly number[]): string {
  if (inputShape.length === 1) return "flat rows";
  if (inputShape.length !== 3) return "rows of several axes";
  const [first, , last] = inputShape;
  if (first <= 4 && last > 4) return "images, channels first";
  return last <= 4 && first > 4 ? "images, channels last" : "rows of three axes";
}
