// GRA: the gradient and the mean of those around it, weighed by how alike they are; shorter steps where signs change.

import { z } from "zod";
import { dot, norm } from "../../linalg.ts";
import { type Gradients, type Points, rowOf } from "../attack.ts";
import { type Booster, constantGradient } from "./booster.ts";
import { meanOf, neighboursOf } from "./neighbours.ts";

const options = z.strictObject({
  neighbours: z.number().int().min(0).default(20).describe("points around each iterate"),
  radius: z.number().min(0).default(3.5).describe("how far the corners of their cube are, in budgets"),
  decay: z.number().positive().max(1).default(0.94).describe("factor of a feature's steps where their sign changes"),
});

/**
 * s g + (1 - s) h, where h is the mean gradient of neighbours in a cube (`neighboursOf`) and s = cos(g, h), 0 where one
 * of them is 0. The step of a feature is multiplied by a factor that begins at 1/decay and is multiplied by decay
 * whenever the sign of its velocity differs from the one before, which is 0 at first.
 *
 * Source: Zhu et al., ICCV 2023 (GRA), Algorithm 1.
 */
export const gradientRelevance: Booster<z.infer<typeof options>> = {
  name: "gra",
  summary: "the gradient and those around it, weighed by their cosine; shorter steps where signs change",
  reference: "Zhu et al., ICCV 2023",
  options,
  stage: "neighbours",
  data: "real",
  gradientsPerStep: ({ neighbours }) => 1 + neighbours,
  overhead: 25,
  unhelpful: constantGradient,
  wrap:
    (inner, { neighbours, radius }, context) =>
    async (points, indices, step) => {
      const gradient = await inner(points, indices, step);
      if (neighbours === 0) return gradient;
      const around = await meanOf(neighbours, (copy) =>
        inner(neighboursOf(context, points, indices, radius, "gra", step.iteration, copy), indices, step),
      );
      const weighed: Gradients = { ...around, data: new Float64Array(around.data) };
      for (let row = 0; row < weighed.rows; row++) {
        const [own, mean, both] = [rowOf(gradient, row), rowOf(around, row), rowOf(weighed, row)];
        const lengths = norm(own) * norm(mean);
        const relevance = lengths > 0 ? dot(own, mean) / lengths : 0;
        for (let j = 0; j < both.length; j++) both[j] = relevance * own[j] + (1 - relevance) * mean[j];
      }
      return weighed;
    },
  scaleSteps({ decay }, { origin }) {
    const factors: Points = { ...origin, data: new Float64Array(origin.data.length).fill(1 / decay) };
    const signs: Points = { ...origin, data: new Float64Array(origin.data.length) };
    return (directions, velocity, indices) => {
      indices.forEach((i, row) => {
        const [along, moving] = [rowOf(directions, row), rowOf(velocity, row)];
        const [factor, before] = [rowOf(factors, i), rowOf(signs, i)];
        for (let j = 0; j < along.length; j++) {
          const sign = Math.sign(moving[j]);
          if (sign !== before[j]) factor[j] *= decay;
          before[j] = sign;
          along[j] *= factor[j];
        }
      });
    };
  },
};
