// Attacked points with the smallest budget that misleads a model, to look at (paper, Fig. 9).

import { type Dataset, denseRows, featureCount, takeRows } from "../data/dataset.ts";
import type { Vector } from "../linalg.ts";
import { imageShapeOf } from "./examples.ts";
import type { Store } from "./execute.ts";
import type { MatrixKeys } from "./matrix.ts";
import type { Study } from "./schema.ts";
import { craftedOf } from "./tasks/craft.ts";
import { verdictOf } from "./tasks/judge.ts";
import { lookOf } from "./tasks/look.ts";

/** One point under the weakest attack on a target that misleads it. */
export interface SmallestBudget {
  readonly target: string;
  readonly epsilon: number;
  /** Height and width. */
  readonly imageShape: readonly [number, number];
  readonly box: readonly [number, number];
  readonly label: string;
  readonly original: Float32Array;
  readonly attacked: Float32Array;
}

/**
 * For the first attacked point that every target gets right and the largest budget of the curve misleads on all, the
 * smallest of those budgets at which each target errs. Nothing where points are no grey images or there is no curve.
 */
export async function smallestBudgets(
  store: Store,
  { curve, attacked, looks }: Pick<MatrixKeys, "curve" | "attacked" | "looks">,
  study: Study,
  data: Dataset,
): Promise<SmallestBudget[]> {
  const imageShape = imageShapeOf(data.featureShape);
  if (!curve || !imageShape) return [];
  const split = attacked.split === undefined ? undefined : await store.read(attacked.split);
  const points = split ? takeRows(data, split.arrays[String(attacked.part)].data as Int32Array) : data;
  const { curve: budgets } = study.attack;
  const order = budgets.map((_, i) => i).sort((a, b) => budgets[a] - budgets[b]);
  const found: { target: string; erring: (point: number) => number; pictures: readonly Vector[] }[] = [];
  const isRight = new Uint8Array(points.labels.length).fill(1);
  for (const [target, { craft, judge }] of curve.crafts) {
    const [crafted, judged, looked] = await Promise.all(
      [craft, judge, looks.get(target)!].map((key) => store.read(key)),
    );
    if (!crafted || !judged || !looked) return [];
    const { labels } = lookOf(looked);
    labels.forEach((label, i) => {
      if (label !== points.labels[i]) isRight[i] = 0;
    });
    const verdicts = order.map((i) => verdictOf(judged, target, i)!.labels);
    const results = craftedOf(crafted, budgets.length);
    found.push({
      target,
      erring: (point) => verdicts.findIndex((each) => each[point] !== points.labels[point]),
      pictures: order.map((i) => results[i].points.data),
    });
  }
  const point = isRight.findIndex((right, i) => right === 1 && found.every(({ erring }) => erring(i) >= 0));
  if (point < 0) return [];
  const d = featureCount(points);
  const { lower, upper } = points.domain;
  const box = [Math.min(...lower), Math.max(...upper)] as const;
  const x = denseRows(takeRows(points, [point])).data;
  return found.map(({ target, erring, pictures }) => {
    const at = erring(point);
    return {
      ...{ target, imageShape, box },
      epsilon: budgets[order[at]],
      label: points.classNames[points.labels[point]],
      original: Float32Array.from(x),
      attacked: Float32Array.from(pictures[at].subarray(point * d, (point + 1) * d)),
    };
  });
}
