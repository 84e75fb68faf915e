// The two functions of scores that everything uses: the loss that is measured and the margin that attacks climb.

import { assert } from "../errors.ts";
import type { GraphBuilder } from "../onnx/builder.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { logitsOf } from "./logits.ts";

/** What a graph can compute of scores for each row; each falls as the row is taken for its label more clearly. */
export type ScoreLoss = "crossEntropy" | "margin" | "logit";

/** What can be differentiated by the input. */
export type LossName = ScoreLoss | "logitMargin";

/** The smallest probability a logarithm is taken of. */
const TINY = 1e-30;

/** What a loss is of: values of shape [N, K]. */
interface LossInputs {
  /** What margins are taken of. */
  readonly scores: string;
  /** Logarithms of probabilities, where the scores are such; else those of their softmax are meant. */
  readonly logarithms?: string;
}

/**
 * What losses are taken of where a model gives these scores.
 *
 * Of probabilities: the logits that they are made of, where they are made so; else themselves and their logarithms.
 */
export function lossInputs(g: GraphBuilder, scores: string, probabilities: boolean): LossInputs {
  if (!probabilities) return { scores };
  const logarithms = () => g.node("Log", [g.node("Max", [scores, g.scalar(TINY, scores)])]);
  return logitsOf(g, scores) ?? { scores, logarithms: logarithms() };
}

/**
 * Adds a loss per sample to a graph under construction; returns its name.
 *
 * - `crossEntropy`: -log softmax(scores)_y, or -log p_y where the scores are probabilities.
 * - `margin`: max over k other than y of s_k, minus s_y. Positive means misclassified. Unlike losses that saturate, its
 *   gradient does not vanish on points that are classified with confidence.
 * - `logit`: -s_y, whatever the other scores are. Unlike the others it changes where all scores of a row are shifted.
 *
 * @param labels int32 value of shape [N]
 */
export function addLoss(g: GraphBuilder, loss: ScoreLoss, { scores, logarithms }: LossInputs, labels: string): string {
  const classes = g.type(scores).shape[1];
  assert(typeof classes === "number", "the number of classes must be known");
  const range = g.constant(
    tensor(
      "int32",
      [1, classes],
      Int32Array.from({ length: classes }, (_, k) => k),
    ),
  );
  const own = g.node("Equal", [g.node("Unsqueeze", [labels, g.ints([1])]), range]);
  if (loss === "margin" && classes === 2) {
    // Of two classes there is one other: no maximum, and the gradient does not depend on the scores.
    const signs = g.node("Where", [own, g.scalar(-1, scores), g.scalar(1, scores)]);
    return sumOverClasses(g, g.node("Mul", [scores, signs]));
  }
  const ofOwn = (value: string) => sumOverClasses(g, g.node("Where", [own, value, g.scalar(0, value)]));
  if (loss === "logit") return g.node("Neg", [ofOwn(scores)]);
  if (loss === "margin") {
    const others = g.node("Where", [own, g.scalar(-1e30, scores), scores]);
    const best = g.node("ReduceMax", [others, g.ints([1])], { keepdims: { int: 0 } });
    return g.node("Sub", [best, ofOwn(scores)]);
  }
  return g.node("Neg", [ofOwn(logarithms ?? g.node("LogSoftmax", [scores], { axis: { int: 1 } }))]);
}

function sumOverClasses(g: GraphBuilder, value: string): string {
  return g.node("ReduceSum", [value, g.ints([1])], { keepdims: { int: 0 } });
}

/**
 * The cross-entropy of each row of scores, computed here in float64 from what the model returned.
 *
 * @example
 * ```ts
 * import { crossEntropy, tensor } from "@carom/core";
 *
 * const probabilities = tensor("float32", [1, 2], [0.25, 0.75]);
 * console.log(crossEntropy(probabilities, [0], true)[0] === Math.log(4)); // true
 * ```
 */
export function crossEntropy(scores: Tensor, labels: ArrayLike<number>, probabilities: boolean): Float64Array {
  return eachRow(scores, labels, (row, y) => {
    if (probabilities) return -Math.log(Math.max(row[y], TINY));
    let highest = Number.NEGATIVE_INFINITY;
    for (const s of row) highest = Math.max(highest, s);
    let sum = 0;
    for (const s of row) sum += Math.exp(s - highest);
    return highest + Math.log(sum) - row[y];
  });
}

/**
 * The margin of each row of scores: best other class minus own class. Positive means misclassified.
 *
 * @example
 * ```ts
 * import { margin, tensor } from "@carom/core";
 *
 * console.log([...margin(tensor("float32", [2, 3], [1, 3, 2, 1, 3, 2]), [1, 0])]); // [ -1, 2 ]
 * ```
 */
export function margin(scores: Tensor, labels: ArrayLike<number>): Float64Array {
  return eachRow(scores, labels, (row, y) => {
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < row.length; k++) if (k !== y) best = Math.max(best, row[k]);
    return best - row[y];
  });
}

/** Minus the own score of each row. */
export function ownScoreLoss(scores: Tensor, labels: ArrayLike<number>): Float64Array {
  return eachRow(scores, labels, (row, y) => -row[y]);
}

/**
 * The class of highest score of each row, the first of equals; -1, which is no class, where a score is not a number.
 *
 * @example
 * ```ts
 * import { argMax, tensor } from "@carom/core";
 *
 * console.log([...argMax(tensor("float32", [2, 3], [1, 3, 2, 9, 0, 0]))]); // [ 1, 0 ]
 * ```
 */
export function argMax(scores: Tensor): Int32Array {
  const labels = new Int32Array(scores.shape[0]);
  eachRow(scores, labels, (row, _, i) => {
    for (let k = 1; k < row.length; k++) if (row[k] > row[labels[i]]) labels[i] = k;
    if (row.some(Number.isNaN)) labels[i] = -1;
    return 0;
  });
  return labels;
}

type Row = Float32Array | Float64Array;

function eachRow(
  scores: Tensor,
  labels: ArrayLike<number>,
  f: (row: Row, label: number, i: number) => number,
): Float64Array {
  const [n, classes] = scores.shape;
  const data = scores.data as Row;
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = f(data.subarray(i * classes, (i + 1) * classes), labels[i], i);
  return values;
}
