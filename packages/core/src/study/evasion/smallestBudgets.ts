// Attacked points with the smallest budget that misleads a model, to look at (paper, Fig. 9).

import { denseRows, takeRows } from "../../data/dataset.ts";
import type { Rows } from "../../rows.ts";
import { imageShapeOf } from "../audit/exampleImages.ts";
import { readPart, readRef, type Store } from "../engine/store.ts";
import type { Matrix } from "./matrix.ts";
import type { Study } from "./schema.ts";

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
  { curve, attacked, looks }: Pick<Matrix, "curve" | "attacked" | "looks">,
  study: Study,
): Promise<SmallestBudget[]> {
  const points = await readPart(store, attacked);
  const imageShape = imageShapeOf(points.featureShape);
  if (!curve || !imageShape) return [];
  const { curve: budgets } = study.attack;
  const order = budgets.map((_, i) => i).sort((a, b) => budgets[a] - budgets[b]);
  const found: { target: string; erring: (point: number) => number; pictures: readonly Rows[] }[] = [];
  const isRight = new Uint8Array(points.labels.length).fill(1);
  for (const [target, { craft, judge }] of curve.crafts) {
    const { budgets: crafted } = await readRef(store, craft);
    const { labels } = await readRef(store, looks.get(target)!);
    labels.forEach((label, i) => {
      if (label !== points.labels[i]) isRight[i] = 0;
    });
    const verdicts = (await readRef(store, judge)).verdicts.get(target)!;
    found.push({
      target,
      erring: (point) => order.findIndex((i) => verdicts[i].labels[point] !== points.labels[point]),
      pictures: order.map((i) => crafted[i].points),
    });
  }
  const point = isRight.findIndex((right, i) => right === 1 && found.every(({ erring }) => erring(i) >= 0));
  if (point < 0) return [];
  const { lower, upper } = points.domain;
  const box = [Math.min(...lower), Math.max(...upper)] as const;
  const x = denseRows(takeRows(points, [point])).data;
  const shown = found.map(async ({ target, erring, pictures }) => {
    const at = erring(point);
    return {
      ...{ target, imageShape, box },
      epsilon: budgets[order[at]],
      label: points.classNames[points.labels[point]],
      original: Float32Array.from(x),
      attacked: Float32Array.from((await pictures[at].read(point, point + 1)).data),
    };
  });
  return Promise.all(shown);
}
