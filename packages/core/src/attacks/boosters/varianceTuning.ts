// VMI: the gradient, corrected by how the gradients around the last iterate differed from its own.

import { z } from "zod";
import { addScaled } from "../../linalg.ts";
import { type Gradients, rowOf } from "../attack.ts";
import { type Booster, constantGradient } from "./booster.ts";
import { meanOf, neighboursOf } from "./neighbours.ts";

const options = z.strictObject({
  neighbours: z.number().int().min(0).default(20).describe("points around each iterate"),
  radius: z.number().min(0).default(1.5).describe("how far the corners of their cube are, in budgets"),
});

/**
 * g_t + v_t with v_0 = 0 and v_(t+1) = mean_i gradient(x_t + r_i) - g_t, where r_i is uniform in a cube
 * (`neighboursOf`). With the look-ahead (`ni`) it is VNI-FGSM; there all points of one step are moved by the velocity
 * before it, as g_t is, where the public implementation moves the neighbours by the velocity after it.
 *
 * Source: Wang and He, CVPR 2021 (VMI-FGSM), Algorithm 1.
 */
export const varianceTuning: Booster<z.infer<typeof options>> = {
  name: "vmi",
  summary: "the gradient, corrected by the gradients around the last iterate",
  reference: "Wang and He, CVPR 2021",
  options,
  stage: "neighbours",
  data: "real",
  gradientsPerStep: ({ neighbours }) => 1 + neighbours,
  overhead: 25,
  unhelpful: constantGradient,
  wrap(inner, { neighbours, radius }, context) {
    const variance = { ...context.origin, data: new Float64Array(context.origin.data.length) };
    return async (points, indices, step) => {
      const gradient = await inner(points, indices, step);
      const tuned: Gradients = { ...gradient, data: new Float64Array(gradient.data) };
      indices.forEach((i, row) => {
        addScaled(rowOf(tuned, row), 1, rowOf(variance, i));
      });
      if (neighbours === 0) return tuned;
      const around = await meanOf(neighbours, (copy) =>
        inner(neighboursOf(context, points, indices, radius, "vmi", step.iteration, copy), indices, step),
      );
      indices.forEach((i, row) => {
        rowOf(variance, i).set(rowOf(around, row));
        addScaled(rowOf(variance, i), -1, rowOf(gradient, row));
      });
      return tuned;
    };
  },
};
