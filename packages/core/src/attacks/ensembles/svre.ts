// SVRE: the ensemble's gradient by steps ahead, each along one model's gradient with the variance between models taken
// out.

import { addScaled } from "../../linalg.ts";
import { type Gradients, type Points, rowOf, takePoints } from "../attack.ts";
import { direction } from "../directions.ts";
import type { Ensemble, Member } from "./ensemble.ts";

/** Steps ahead for each model. */
const ROUNDS = 4;

/**
 * From x_t go M = 4 K steps x <- project(x + alpha G), G <- mu G + direction(g_k(x) - (g_k(x_t) - mean_l g_l(x_t))),
 * where the model k of each step is drawn for each point by itself; the last G is the estimate at x_t. Over copies of
 * one model the variance is 0 and G is the velocity of M steps of momentum.
 *
 * The mean is that of the models' losses: the public implementation takes the gradient of the loss of mean logits in
 * its place, which leaves a bias.
 *
 * Source: Xiong et al., CVPR 2022, Algorithm 2.
 */
export const svre: Ensemble = {
  name: "svre",
  summary: "steps ahead along single models' gradients, without the variance between them",
  reference: "Xiong et al., CVPR 2022",
  gradientsPerStep: 1 + ROUNDS,
  estimate: (members, context) => async (points, indices, step) => {
    const { units } = context;
    const at: Gradients[] = [];
    for (const { gradient } of members) at.push(await gradient(points, indices, step));
    const mean = new Float64Array(points.data.length);
    for (const { data } of at) addScaled(mean, 1 / members.length, data);
    const ahead: Points = { ...points, data: points.data.slice() };
    const velocity: Points = { ...points, data: new Float64Array(points.data.length) };
    for (let inner = 0; inner < ROUNDS * members.length; inner++) {
      const drawn = indices.map((i) => context.random(i, "svre", step.iteration, inner).integer(members.length));
      const own = await ofDrawn(members, drawn, ahead, indices);
      for (let row = 0; row < points.rows; row++) {
        const corrected = Float64Array.from(rowOf(own, row));
        addScaled(corrected, -1, rowOf(at[drawn[row]], row));
        addScaled(corrected, 1, rowOf({ ...points, data: mean }, row));
        const [kept, added] = [rowOf(velocity, row), direction(corrected, units)];
        for (let j = 0; j < kept.length; j++) kept[j] = step.momentum * kept[j] + added[j];
      }
      const moves: Points = { ...velocity, data: velocity.data.slice() };
      context.unitLength(moves);
      indices.forEach((i, row) => {
        addScaled(rowOf(ahead, row), step.stepSize * context.budget(i), rowOf(moves, row));
      });
      context.project(ahead, indices);
    }
    // A velocity has no unit, a gradient one over that of its feature.
    if (units) for (let row = 0; row < points.rows; row++) divide(rowOf(velocity, row), units);
    return velocity;
  },
};

/** The gradient of each row on the model that was drawn for it. */
async function ofDrawn(
  members: readonly Member[],
  drawn: Int32Array,
  points: Points,
  indices: Int32Array,
): Promise<Points> {
  const found: Points = { ...points, data: new Float64Array(points.data.length) };
  for (const [k, { gradient }] of members.entries()) {
    const rows = Int32Array.from(drawn.keys()).filter((row) => drawn[row] === k);
    if (rows.length === 0) continue;
    const own = await gradient(
      takePoints(points, rows),
      rows.map((row) => indices[row]),
    );
    rows.forEach((row, at) => {
      rowOf(found, row).set(rowOf(own, at));
    });
  }
  return found;
}

function divide(row: Float64Array, units: Float64Array): void {
  for (let j = 0; j < row.length; j++) row[j] = units[j] > 0 ? row[j] / units[j] : 0;
}
