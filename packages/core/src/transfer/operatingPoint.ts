// Detection at an operating point: a threshold chosen by false alarms on benign points, and what evades it.

import { assert } from "../errors.ts";
import { margin } from "../models/losses.ts";
import type { Tensor } from "../tensor.ts";
import { type Rate, rate } from "./rates.ts";

/** Where a detector reports, and how often it does so in vain. */
export interface OperatingPoint {
  /** A point is reported where its detection score is above this. */
  readonly threshold: number;
  /** The share of benign points that are reported all the same. */
  readonly falseAlarms: Rate;
}

/** How much each row of scores [N, K] speaks for one class: its score less the best other one; 2 f where K = 2. */
export function detectionScores(scores: Tensor, positive: number): Float64Array {
  const labels = new Int32Array(scores.shape[0]).fill(positive);
  return margin(scores, labels).map((value) => -value);
}

/** The rows of one class: what is attacked where the attacker has no use for changing the others. */
export function rowsOfClass(labels: Int32Array, label: number): Int32Array {
  return Int32Array.from(labels.keys()).filter((i) => labels[i] === label);
}

/**
 * The lowest threshold at which at most a share `falseAlarmRate` of benign points is reported. It is the detection
 * score of a benign point, so that points of equal score are treated alike.
 *
 * Source: Demontis et al. 2019, section 5.1 (Drebin: 0.5 % false alarms on benign test apps).
 */
export function operatingPoint(benign: Float64Array, falseAlarmRate: number): OperatingPoint {
  assert(benign.length > 0 && falseAlarmRate >= 0 && falseAlarmRate < 1, "benign points and a rate in [0, 1)");
  const sorted = benign.slice().sort();
  const allowed = Math.floor(falseAlarmRate * benign.length * (1 + 1e-12));
  const threshold = sorted[benign.length - 1 - allowed];
  const alarms = benign.reduce((count, score) => count + (score > threshold ? 1 : 0), 0);
  return { threshold, falseAlarms: rate(alarms, benign.length) };
}

/** The share of malicious points that are not reported. */
export function evasionRate(malicious: Float64Array, { threshold }: Pick<OperatingPoint, "threshold">): Rate {
  return rate(
    malicious.reduce((count, score) => count + (score > threshold ? 0 : 1), 0),
    malicious.length,
  );
}
