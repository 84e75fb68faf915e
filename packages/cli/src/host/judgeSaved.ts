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
  sliceRows,
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
import { savedPoints } from "./evasionFile.ts";

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

/** Numbers that are scored and measured at a time. */
const CHUNK = 2 ** 20;

/**
 * Scores the points of a saved file, budget after budget, and measures how far they are from the rows they came from.
 * The file is read once, and the next points are unpacked while some are looked at.
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
  const { labels } = attacked;
  const rows = Math.max(1, Math.floor(CHUNK / d));
  const positive = detection?.positive ?? 0;
  const judge = async (data: Dataset) => {
    const said = unsaid(rowCount(data));
    for (let from = 0; from < said.predicted.length; from += rows) {
      const to = Math.min(said.predicted.length, from + rows);
      await say(said, from, denseRows(data, from, to), scorer, positive);
    }
    return said;
  };
  const clean = await judge(attacked);
  const point =
    detection && operatingPoint(benignScores(detection, await judge(detection.others)), detection.falseAlarmRate);
  const seen = epsilons.map(() => ({ ...unsaid(n), ...{ sum: 0, largest: 0, isMoved: new Uint8Array(n) } }));
  let at = 0;
  for await (const block of savedPoints(path, d)) {
    const end = at + block.shape[0];
    while (at < end) {
      const [e, from] = [Math.floor(at / n), at % n];
      const to = Math.min(n, from + rows, from + end - at);
      const part = sliceRows(block, block.shape[0] - (end - at), block.shape[0] - (end - at) + to - from);
      await say(seen[e], from, part, scorer, positive);
      measure(seen[e], from, part.data as Vector, attacked, norm);
      at += to - from;
    }
  }
  const right = labels.reduce((sum, label, i) => sum + (clean.predicted[i] === label ? 1 : 0), 0);
  const budgets = seen.map(({ predicted, detected, isMoved, sum, largest }, e): JudgedBudget => {
    const onTarget = target === undefined ? undefined : targetedRate(predicted, labels, target).success;
    const hits = labels.reduce((sum, y, i) => sum + (clean.predicted[i] === y && predicted[i] !== y ? 1 : 0), 0);
    return {
      epsilon: epsilons[e],
      errorUnderAttack: errorRate(predicted, labels),
      ...(right > 0 && { success: rate(hits, right) }),
      ...(onTarget && { onTarget }),
      ...(point && { evasion: evasionRate(detected, point) }),
      mean: sum / n,
      largest,
      unmoved: labels.filter((label, i) => clean.predicted[i] === label && !isMoved[i]).length,
    };
  });
  return { cleanError: errorRate(clean.predicted, labels), ...(point && { detection: point }), budgets };
}

/** What a model says of rows: their classes, and scores of the class that is detected. */
interface Said {
  readonly predicted: Int32Array;
  readonly detected: Float64Array;
}

const unsaid = (count: number): Said => ({ predicted: new Int32Array(count), detected: new Float64Array(count) });

async function say(
  { predicted, detected }: Said,
  at: number,
  rows: Tensor,
  scorer: Scorer,
  positive: number,
): Promise<void> {
  const scores = await scorer.scores(rows);
  predicted.set(argMax(scores), at);
  detected.set(detectionScores(scores, positive), at);
}

function benignScores({ positive, others }: NonNullable<JudgeOptions["detection"]>, { detected }: Said): Float64Array {
  return detected.filter((_, i) => others.labels[i] !== positive);
}

/** Norms of the perturbations of a budget so far, and which points are not their rows as the file can hold them. */
interface Measured {
  sum: number;
  largest: number;
  readonly isMoved: Uint8Array;
}

/** Measures points whose rows begin at a number. */
function measure(of: Measured, at: number, points: Vector, origin: Dataset, norm: Norm): void {
  const d = featureCount(origin);
  const rows = denseRows(origin, at, at + points.length / d).data as Vector;
  const change = new Float64Array(d);
  for (let from = 0; from < points.length; from += d) {
    if (areElsewhere(points, rows, from, from + d)) of.isMoved[at + from / d] = 1;
    subtract(change, points, rows, from);
    const size = norm.measure(change);
    of.sum += size;
    of.largest = Math.max(of.largest, size);
  }
}

/** Whether some of the numbers are not those of the rows, as the file can hold them. */
function areElsewhere(points: Vector, rows: Vector, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (points[i] !== rows[i] && points[i] !== Math.fround(rows[i])) return true;
  return false;
}

function subtract(change: Float64Array, points: Vector, rows: Vector, from: number): void {
  for (let j = 0; j < change.length; j++) change[j] = points[from + j] - rows[from + j];
}
