// Points around a point, and the mean of the gradients at several points.

import { type AttackContext, type Gradients, type Points, rowOf } from "../attack.ts";
import { displaced } from "../directions.ts";

/**
 * A neighbour of each point, uniform in the cube around it whose corners lie `radius` budgets away, brought into the
 * bounds.
 *
 * For Linf these are the neighbours of the literature, whose sides are +-radius epsilon, but for the bounds: the public
 * implementations let neighbours leave the box, where a model may never have been. Each follows from the seed, its
 * point and the labels alone, while the public implementations draw for a batch at once.
 */
export function neighboursOf(
  context: AttackContext,
  points: Points,
  indices: Int32Array,
  radius: number,
  ...labels: readonly (string | number)[]
): Points {
  const directions: Points = { ...points, data: new Float64Array(points.data.length) };
  indices.forEach((i, row) => {
    const draw = context.random(i, ...labels);
    const along = rowOf(directions, row);
    for (let j = 0; j < along.length; j++) along[j] = 2 * draw.uniform() - 1;
  });
  return displaced(context, points, indices, directions, radius);
}

/** The mean of as many estimates; one after the other, so that memory does not grow with their number. */
export async function meanOf(copies: number, estimate: (copy: number) => Promise<Gradients>): Promise<Gradients> {
  const first = await estimate(0);
  if (copies === 1) return first;
  const data = new Float64Array(first.data);
  for (let copy = 1; copy < copies; copy++) {
    const next = await estimate(copy);
    for (let at = 0; at < data.length; at++) data[at] += next.data[at];
  }
  for (let at = 0; at < data.length; at++) data[at] /= copies;
  return { ...first, data };
}
