// The cross-entropy of scores in units of their own gap: its gradient does not saturate, however scores are scaled.

import type { GraphBuilder } from "../onnx/builder.ts";
import { addLoss } from "./losses.ts";

/** What gaps are at least, so that tied scores can be divided by theirs. */
const SMALLEST = 1e-12;

/** A loss written into a graph, and the value that counts as a constant while it is differentiated. */
interface HeldLoss {
  readonly loss: string;
  readonly held: string;
}

/**
 * Adds -log softmax(s / (s_(1) - s_(2)))_y of each row of scores [N, K], where s_(1) and s_(2) are the two highest.
 *
 * Its gradient is meant with the gap held fixed, so it is the gradient of no function: of two classes the value would
 * not change at all but where the top one does.
 *
 * Source: Weng et al. 2023, "Logit Margin Matters" (margin-based calibration of logits).
 */
export function addLogitMargin(g: GraphBuilder, scores: string, labels: string): HeldLoss {
  const [top] = g.nodeOutputs("TopK", [scores, g.ints([2])], { axis: { int: 1 } }, 2);
  const at = (k: number) => g.node("Slice", [top, g.ints([k]), g.ints([k + 1]), g.ints([1])]);
  const held = g.node("Max", [g.node("Sub", [at(0), at(1)]), g.scalar(SMALLEST, scores)]);
  return { loss: addLoss(g, "crossEntropy", { scores: g.node("Div", [scores, held]) }, labels), held };
}
