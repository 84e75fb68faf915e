// Whether scores are what they are read as: probabilities or not, one class the highest, the class that the file names
// itself.

import { rowSize, type Tensor, toNumbers } from "../tensor.ts";
import { argMax } from "./losses.ts";
import { type ModelWarning, modelWarning } from "./modelWarning.ts";
import { looksOf } from "./reading.ts";

/** Scores that look like probabilities and are read otherwise, or the other way round, or neither. */
export function checkKind(scores: Tensor, probabilities: boolean): readonly ModelWarning[] {
  const looks = looksOf(scores);
  if (looks === undefined) return [];
  if (probabilities && looks === "outside") {
    return modelWarning(
      "scores",
      "Scores are read as probabilities, but some are not between 0 and 1: export the logits.",
    );
  }
  if (probabilities && looks === "within") {
    return modelWarning(
      "kind",
      "Scores lie between 0 and 1, but do not sum to 1 in each row: each is read as the probability of its " +
        "class by itself.",
    );
  }
  if (!probabilities && looks !== "outside") {
    const sum = looks === "distribution" ? "sum to 1 in each row" : "do not sum to 1";
    return modelWarning(
      "kind",
      `Scores lie between 0 and 1 and ${sum}, but are read as logits, whose softmax is nearly flat there: if ` +
        "they are probabilities, S, R and losses mean little.",
    );
  }
  return looks === "outside" && sumsToOne(scores)
    ? modelWarning(
        "kind",
        "Scores sum to 1 in each row, but some are below 0 or above 1: they are no probabilities, and if they " +
          "are values divided by their sum, their order is reversed wherever that sum is negative; compare the " +
          "error with that of the tool that exported the model.",
      )
    : [];
}

function sumsToOne(scores: Tensor): boolean {
  const width = rowSize(scores);
  const numbers = toNumbers(scores);
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let from = 0; from < numbers.length; from += width) {
    const sum = numbers.slice(from, from + width).reduce((a, b) => a + b, 0);
    if (!(Math.abs(sum - 1) < 1e-5 * largest)) return false;
  }
  return true;
}

/** Scores count as equal up to this share of the highest: rounding decides between them. */
const EQUAL = 1e-6;

/** Rows in which several classes share the highest score but for rounding. */
export function checkTies(scores: Tensor): readonly ModelWarning[] {
  const [n, k] = scores.shape;
  const numbers = toNumbers(scores);
  let count = 0;
  for (let from = 0; from < numbers.length; from += k) {
    const row = numbers.slice(from, from + k);
    const highest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    if (row.filter((value) => highest - value <= EQUAL * Math.abs(highest)).length > 1) count++;
  }
  if (count === 0) return [];
  return modelWarning(
    "ties",
    `In ${count} of ${n} rows several classes have the highest score, but for rounding; the highest or else the ` +
      "first of them counts, which other tools may decide otherwise.",
  );
}

/** Labels that the file gives itself where another class has the highest score. */
export function checkOwnLabels(
  scores: Tensor,
  own: Int32Array | undefined,
  labels: Int32Array,
): readonly ModelWarning[] {
  const predicted = argMax(scores);
  const n = labels.length;
  const differ = (a: Int32Array, b: Int32Array) => a.reduce((count, label, i) => count + (label === b[i] ? 0 : 1), 0);
  const count = own ? differ(own, predicted) : 0;
  if (!own || count === 0) return [];
  const percent = (wrong: number) => `${((100 * wrong) / n).toFixed(1)} %`;
  return modelWarning(
    "labels",
    `The file's own labels are not the classes of the highest score on ${count} of ${n} rows: by its labels ` +
      `${percent(differ(own, labels))} are wrong, by the highest score, which counts here, ` +
      `${percent(differ(predicted, labels))}.`,
  );
}
