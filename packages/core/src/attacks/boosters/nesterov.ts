// NI: the gradient where the velocity alone would lead.

import { z } from "zod";
import { takePoints } from "../attack.ts";
import { displaced } from "../directions.ts";
import { type Booster, constantGradient } from "./booster.ts";

const options = z.strictObject({});

/**
 * g = gradient(x + alpha mu m), where alpha is the length of a step and mu m what is kept of the velocity. The point
 * ahead is brought into the bounds; under L2 and L1 a velocity of size 1 in each feature leads as far as a step.
 *
 * Source: Lin et al., ICLR 2020 (NI-FGSM), section 3.2.
 */
export const nesterov: Booster<z.infer<typeof options>> = {
  name: "ni",
  summary: "the gradient ahead, where momentum alone would lead",
  reference: "Lin et al., ICLR 2020",
  options,
  stage: "lookAhead",
  data: "any",
  gradientsPerStep: () => 1,
  overhead: 15,
  unhelpful: constantGradient,
  wrap: (inner, _, context) => (points, indices, step) => {
    const { velocity, stepSize, momentum } = step;
    if (!velocity) return inner(points, indices, step);
    const ahead = displaced(context, points, indices, takePoints(velocity, indices), stepSize * momentum);
    return inner(ahead, indices, step);
  },
};
