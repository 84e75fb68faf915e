// Do surrogate and target agree in what they say? Needs scores only, no gradients.

import { assert } from "../errors.ts";
import { correlation } from "../stats/pearson.ts";
import { type Rate, rate } from "./rates.ts";

/** What two models say of the same N points. */
export interface Outputs {
  readonly labels: Int32Array;
  /** Best other score less the score of the true class, of each point; undefined where only classes are named. */
  readonly margins: Float64Array | undefined;
}

/** How alike the answers of two models are. */
export interface OutputAlignment {
  /** Points on which both give the same label, right or wrong. */
  readonly labelAgreement: Rate;
  /**
   * Pearson's correlation of the margins over points where both are finite; absent where one is constant or unknown.
   */
  readonly marginCorrelation: number | undefined;
}

/** Agreement of labels and correlation of margins on clean points. */
export function outputAlignment(surrogate: Outputs, target: Outputs): OutputAlignment {
  const n = surrogate.labels.length;
  assert(n > 0 && target.labels.length === n, "outputs for the same points");
  let same = 0;
  for (let i = 0; i < n; i++) if (surrogate.labels[i] === target.labels[i]) same++;
  const [own, other] = [surrogate.margins, target.margins];
  return {
    labelAgreement: rate(same, n),
    marginCorrelation: own && other && correlation(...finitePairs(own, other)),
  };
}

/** The numbers of both where both are finite. */
function finitePairs(x: Float64Array, y: Float64Array): [Float64Array, Float64Array] {
  const [own, other] = [new Float64Array(x.length), new Float64Array(x.length)];
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i] + y[i])) continue;
    own[count] = x[i];
    other[count++] = y[i];
  }
  return [own.subarray(0, count), other.subarray(0, count)];
}
