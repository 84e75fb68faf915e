// What became of points, as they stand in the file they were saved to.

import {
  argMax,
  type Dataset,
  denseRows,
  errorRate,
  featureCount,
  type Norm,
  type Rate,
  rowCount,
  type Scorer,
  type Tensor,
  type Vector,
} from "@carom/core";
import {
  detectionScores,
  evasionRate,
  type OperatingPoint,
  operatingPoint,
  rate,
  targetedRate,
} from "@carom/core/transfer";
import { readEvasionFile } from "./evasionFile.ts";

export interface JudgeOptions {
  readonly target?: number;
  /** Judge detection of a class at the threshold that this share of all other rows exceeds. */
  readonly detection?: { readonly positive: number; readonly others: Dataset; readonly falseAlarmRate: number };
}

export interface JudgedBudget {
  readonly epsilon: number;
  readonly errorUnderAttack: Rate;
  /** Among the points that were right before; absent where none was. */
  readonly success?: Rate;
  /** Points that ended in the class they were sent to. */
  readonly onTarget?: Rate;
  /** Points below the threshold of detection. */
  readonly evasion?: Rate;
  /** Norms of the perturbations: of the saved points from the rows of the data. */
  readonly mean: number;
  readonly largest: number;
  /** Points that were right before and are where their rows are. */
  readonly unmoved: number;
}

export interface JudgedFile {
  readonly cleanError: Rate;
  readonly detection?: OperatingPoint;
  readonly budgets: readonly JudgedBudget[];
}

/** Rows from one number to another. */
type Part = (from: number, to: number) => Promise<Tensor>;

/** Numbers that are scored and measured at a time. */
const CHUNK = 2 ** 20;

/**
 * Scores the points of a saved file, budget after budget, and measures how far they are from the rows they came from.
 */
export async function judgeSaved(
  path: string,
  scorer: Scorer,
  attacked: Dataset,
  norm: Norm,
  epsilons: readonly number[],
  { target, detection }: JudgeOptions,
): Promise<JudgedFile> {
  const [n, d] = [rowCount(attacked), featureCount(attacked)];
  const points = await readEvasionFile(path, epsilons.length * n, d);
  const { labels } = attacked;
  const rows = Math.max(1, Math.floor(CHUNK / d));
  const positive = detection?.positive ?? 0;
  const judge = async (part: Part, count: number) => {
    const predicted = new Int32Array(count);
    const detected = new Float64Array(count);
    for (let from = 0; from < count; from += rows) {
      const scores = await scorer.scores(await part(from, Math.min(count, from + rows)));
      predicted.set(argMax(scores), from);
      detected.set(detectionScores(scores, positive), from);
    }
    return { predicted, detected };
  };
  const clean = await judge(async (from, to) => denseRows(attacked, from, to), n);
  const point = detection && operatingPoint(await benignScores(detection, judge), detection.falseAlarmRate);
  const budgets: JudgedBudget[] = [];
  for (const [e, epsilon] of epsilons.entries()) {
    const own: Part = (from, to) => points.read(e * n + from, e * n + to);
    const { predicted, detected } = await judge(own, n);
    const { mean, largest, isMoved } = await sizes(own, attacked, norm, rows);
    const right = labels.reduce((sum, label, i) => sum + (clean.predicted[i] === label ? 1 : 0), 0);
    const onTarget = target === undefined ? undefined : targetedRate(predicted, labels, target).success;
    const hits = labels.reduce((sum, y, i) => sum + (clean.predicted[i] === y && predicted[i] !== y ? 1 : 0), 0);
    budgets.push({
      epsilon,
      errorUnderAttack: errorRate(predicted, labels),
      ...(right > 0 && { success: rate(hits, right) }),
      ...(onTarget && { onTarget }),
      ...(point && { evasion: evasionRate(detected, point) }),
      mean,
      largest,
      unmoved: labels.filter((label, i) => clean.predicted[i] === label && !isMoved[i]).length,
    });
  }
  await points.close();
  return { cleanError: errorRate(clean.predicted, labels), ...(point && { detection: point }), budgets };
}

async function benignScores(
  { positive, others }: NonNullable<JudgeOptions["detection"]>,
  judge: (part: Part, count: number) => Promise<{ detected: Float64Array }>,
): Promise<Float64Array> {
  const { detected } = await judge(async (from, to) => denseRows(others, from, to), rowCount(others));
  return detected.filter((_, i) => others.labels[i] !== positive);
}

/**
 * The mean and the largest norm of the perturbations, and which points are not their rows as the file can hold them.
 */
async function sizes(points: Part, origin: Dataset, norm: Norm, rows: number) {
  const [n, d] = [rowCount(origin), featureCount(origin)];
  const difference = new Float64Array(d);
  const isMoved = new Uint8Array(n);
  let [sum, largest] = [0, 0];
  for (let from = 0; from < n; from += rows) {
    const block = (await points(from, Math.min(n, from + rows))).data as Vector;
    for (let i = from; (i - from) * d < block.length; i++) {
      const { data } = denseRows(origin, i, i + 1);
      const moved = block.subarray((i - from) * d, (i - from + 1) * d);
      for (let j = 0; j < d; j++) {
        difference[j] = moved[j] - data[j];
        if (moved[j] !== data[j] && moved[j] !== Math.fround(data[j])) isMoved[i] = 1;
      }
      const size = norm.measure(difference);
      sum += size;
      largest = Math.max(largest, size);
    }
  }
  return { mean: sum / n, largest, isMoved };
}
