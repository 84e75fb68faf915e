// Steps towards the relations of a table: most points then satisfy them when they are rounded.

import { type AttackContext, type Points, rowOf, takePoints } from "./attack.ts";

/** Relations that are linear are met in one step each; others, and several at once, take some. */
const STEPS = 4;

/**
 * Copies of points, moved towards the relations of their table and rounded: x <- project(x - v u^2 g / ||u g||^2), with
 * the distance v from the relations, its gradient g and the units u of cost, then settled. Those that satisfy all rules
 * are flagged; `distance` is how far the others are from the relations, or 1 where they break another rule.
 *
 * Source: Polyak's step for a function whose least value, 0, is known.
 */
export function towardsRules(context: AttackContext, given: Points, indices: Int32Array) {
  const points: Points = { ...given, data: given.data.slice() };
  const { violation, units } = context;
  for (let step = 0; violation && step < STEPS; step++) {
    const { distance, gradient } = violation(points);
    const far = Int32Array.from(distance.keys()).filter((i) => distance[i] > 0 && Number.isFinite(distance[i]));
    if (far.length === 0) break;
    for (const row of far) {
      const [point, slope] = [rowOf(points, row), rowOf({ ...points, data: gradient }, row)];
      let square = 0;
      for (let j = 0; j < slope.length; j++) square += (slope[j] * (units?.[j] ?? 1)) ** 2;
      if (square === 0) continue;
      for (let j = 0; j < slope.length; j++) point[j] -= (distance[row] / square) * (units?.[j] ?? 1) ** 2 * slope[j];
    }
    const moved = takePoints(points, far);
    context.project(
      moved,
      far.map((row) => indices[row]),
    );
    far.forEach((row, k) => {
      rowOf(points, row).set(rowOf(moved, k));
    });
  }
  context.settle(points, indices);
  const isValid = context.isValid(points, indices);
  const left = violation?.(points).distance;
  const distance = Float64Array.from(isValid, (flag, i) => (flag === 1 ? 0 : left?.[i] || 1));
  return { points, isValid, distance };
}
