// SI: gradients at darker copies of an image.

import { z } from "zod";
import type { Vector } from "../../linalg.ts";
import { type Booster, constantGradient } from "./booster.ts";
import type { Transformation } from "./transformations/pixelMap.ts";
import { transformedCopies } from "./transformedCopies.ts";

const options = z.strictObject({
  scales: z.number().int().positive().default(5).describe("copies x, x/2, x/4, ..."),
});

/** The image, with a share of another one added, times a number. */
export function scaling(factor: number, share = 0, other?: Vector): Transformation {
  return {
    apply(image, into) {
      for (let at = 0; at < into.length; at++) into[at] = factor * (image[at] + (other ? share * other[at] : 0));
    },
    pullBack(gradient, into) {
      for (let at = 0; at < into.length; at++) into[at] = factor * gradient[at];
    },
  };
}

/**
 * The mean of 2^-i gradient(x / 2^i), i = 0 .. scales - 1. Features shrink towards 0, which images mean by black.
 *
 * Source: Lin et al., ICLR 2020 (SI-NI-FGSM), section 3.3.
 */
export const scaleInvariant: Booster<z.infer<typeof options>> = {
  name: "si",
  summary: "gradients at darker copies of an image",
  reference: "Lin et al., ICLR 2020",
  options,
  stage: "transformation",
  data: "images",
  gradientsPerStep: ({ scales }) => scales,
  overhead: 20,
  unhelpful: constantGradient,
  wrap: (inner, { scales }, context) =>
    transformedCopies(inner, context, "si", scales, ({ copy }) => (copy === 0 ? undefined : scaling(0.5 ** copy))),
};
