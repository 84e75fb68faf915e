// What lies between two computed budgets: points and scores are interpolated linearly.

import type { Answer, AtBudget, Seen } from "./question/answer.ts";

/** Two neighbouring budgets and how far from the first to the second. */
export interface Place {
  readonly below: AtBudget;
  readonly above: AtBudget;
  readonly share: number;
  /** The position of the nearest computed budget. */
  readonly nearest: number;
}

export function placeOf({ budgets }: Answer, epsilon: number): Place {
  const last = budgets.length - 1;
  const at = Math.max(
    0,
    budgets.findLastIndex((each) => each.epsilon <= epsilon),
  );
  const [below, above] = [budgets[at], budgets[Math.min(at + 1, last)]];
  const gap = above.epsilon - below.epsilon;
  const share = gap > 0 ? Math.min(1, (epsilon - below.epsilon) / gap) : 0;
  return { below, above, share, nearest: share < 0.5 ? at : Math.min(at + 1, last) };
}

/** A part of the way between two budgets that is rounding: sliders hold fewer digits than budgets. */
const ROUNDING = 1e-3;

/** Whether numbers at a budget are computed there, or from those around it. */
export function howKnown({ below, above, share }: Place): string {
  if (share < ROUNDING || share > 1 - ROUNDING) return "computed";
  return `interpolated between ${short(below.epsilon)} and ${short(above.epsilon)}`;
}

const short = (value: number) => Number(value.toPrecision(3));

/** From a to b, linearly. */
export const blend = (a: number, b: number, share: number) => a + share * (b - a);

/** The pixels of a digit. */
export function pixelsAt({ below, above, share }: Place, digit: number, size: number): Float32Array {
  const from = digit * size;
  return below.points.subarray(from, from + size).map((value, i) => blend(value, above.points[from + i], share));
}

/** The class that a model sees in a digit. */
export function classAt({ below, above, share }: Place, model: "surrogate" | "target", digit: number): number {
  const [low, high] = [scoresOf(below[model], digit), scoresOf(above[model], digit)];
  let best = 0;
  const score = (k: number) => blend(low[k], high[k], share);
  for (let k = 1; k < low.length; k++) if (score(k) > score(best)) best = k;
  return best;
}

function scoresOf({ scores, losses }: Seen, digit: number): Float64Array {
  const classes = scores.length / losses.length;
  return scores.subarray(digit * classes, (digit + 1) * classes);
}

/** A number that is known at every budget. */
export function valueAt({ below, above, share }: Place, of: (at: AtBudget) => number): number {
  return blend(of(below), of(above), share);
}
