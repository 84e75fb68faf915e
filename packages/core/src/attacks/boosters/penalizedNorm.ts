// PGN: the mean gradient around a point, where gradients are small as well.

import { z } from "zod";
import { type Gradients, rowOf } from "../attack.ts";
import { direction, displaced } from "../directions.ts";
import { type Booster, constantGradient } from "./booster.ts";
import { meanOf, neighboursOf } from "./neighbours.ts";

const options = z.strictObject({
  neighbours: z.number().int().positive().default(20).describe("points around each iterate"),
  radius: z.number().min(0).default(3).describe("how far the corners of their cube are, in budgets"),
  balance: z.number().min(0).max(1).default(0.5).describe("weight of the gradients one step down from the neighbours"),
});

/**
 * mean_i (1 - b) g_i + b h_i, where g_i is the gradient of neighbour z_i (`neighboursOf`), and h_i that of
 * z_i - alpha direction(g_i), alpha being the length of a step. Their difference stands for the product of Hessian and
 * gradient, so that the objective less a multiple of its gradient's norm is climbed. Both points are brought into the
 * bounds, which the public implementations do not do.
 *
 * Source: Ge et al., NeurIPS 2023 (PGN), Algorithm 1.
 */
export const penalizedNorm: Booster<z.infer<typeof options>> = {
  name: "pgn",
  summary: "the mean gradient around a point, less where gradients are large",
  reference: "Ge et al., NeurIPS 2023",
  options,
  stage: "neighbours",
  data: "real",
  gradientsPerStep: ({ neighbours }) => 2 * neighbours,
  overhead: 12,
  unhelpful: constantGradient,
  wrap:
    (inner, { neighbours, radius, balance }, context) =>
    (points, indices, step) =>
      meanOf(neighbours, async (copy): Promise<Gradients> => {
        const near = neighboursOf(context, points, indices, radius, "pgn", step.iteration, copy);
        const gradient = await inner(near, indices, step);
        const along = { ...near, data: new Float64Array(near.data.length) };
        for (let row = 0; row < along.rows; row++) {
          rowOf(along, row).set(direction(rowOf(gradient, row), context.units));
        }
        const below = await inner(displaced(context, near, indices, along, -step.stepSize), indices, step);
        const data = new Float64Array(gradient.data);
        for (let at = 0; at < data.length; at++) data[at] = (1 - balance) * data[at] + balance * below.data[at];
        return { ...gradient, data };
      }),
};
