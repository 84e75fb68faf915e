// The mean of the directions of gradients, in which each model has the same say whatever the scale of its scores.

import { rowOf } from "../attack.ts";
import { euclideanLength } from "../directions.ts";
import type { Ensemble } from "./ensemble.ts";

/**
 * g = (1 / K) sum_k g_k / ||g_k||, the length that of features in units of the norm; a model without a slope has no
 * say.
 *
 * Scores of a support vector machine, of logistic regression and of a network share no scale, so that in a mean of
 * margins the steepest model would decide alone. Here every model counts the same at every step, so there is no
 * objective that this is the gradient of, and only attacks of fixed steps can follow it.
 */
export const meanDirection: Ensemble = {
  name: "meanDirection",
  summary: "the mean of the models' gradients, each of length 1: for models of different kinds",
  reference: "the mean of Liu et al., ICLR 2017, of gradients in place of losses",
  gradientsPerStep: 1,
  estimate:
    (members, { units }) =>
    async (points, indices, step) => {
      const data = new Float64Array(points.data.length);
      for (const { gradient } of members) {
        const own = await gradient(points, indices, step);
        for (let row = 0; row < points.rows; row++) {
          const [slopes, sum] = [rowOf(own, row), rowOf({ ...points, data }, row)];
          const length = euclideanLength(slopes, units) * members.length;
          if (length > 0) for (let j = 0; j < sum.length; j++) sum[j] += slopes[j] / length;
        }
      }
      return { ...points, data };
    },
};
