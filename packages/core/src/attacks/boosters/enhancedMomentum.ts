// EMI: the mean gradient along the direction of the last one.

import { z } from "zod";
import { type Points, rowOf, takePoints } from "../attack.ts";
import { direction, displaced } from "../directions.ts";
import { type Booster, constantGradient } from "./booster.ts";
import { meanOf } from "./neighbours.ts";

const options = z.strictObject({
  copies: z.number().int().positive().default(11).describe("points along the last direction"),
  radius: z.number().min(0).default(7).describe("how far the outermost of them are, in steps"),
});

/**
 * g_t = mean_c gradient(x + c alpha direction(g_(t-1))), where c goes from -radius to radius in equal parts, alpha is
 * the length of a step, and the first direction is 0. One copy is the point itself. Points are brought into the bounds,
 * which the public implementations do not do; under L2 and L1 a direction of size 1 in each feature leads as far as a
 * step.
 *
 * Source: Wang et al., BMVC 2021 (EMI-FGSM), with its linear sampling.
 */
export const enhancedMomentum: Booster<z.infer<typeof options>> = {
  name: "emi",
  summary: "the mean gradient along the direction of the last one",
  reference: "Wang et al., BMVC 2021",
  options,
  stage: "neighbours",
  data: "real",
  gradientsPerStep: ({ copies }) => copies,
  overhead: 12,
  unhelpful: constantGradient,
  wrap(inner, { copies, radius }, context) {
    const last: Points = { ...context.origin, data: new Float64Array(context.origin.data.length) };
    return async (points, indices, step) => {
      const along = takePoints(last, indices);
      const gradient = await meanOf(copies, (copy) => {
        const share = copies > 1 ? (2 * copy) / (copies - 1) - 1 : 0;
        return inner(displaced(context, points, indices, along, share * radius * step.stepSize), indices, step);
      });
      indices.forEach((i, row) => {
        rowOf(last, i).set(direction(rowOf(gradient, row), context.units));
      });
      return gradient;
    };
  },
};
