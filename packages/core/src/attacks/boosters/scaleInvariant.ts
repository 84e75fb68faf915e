// SI: gradients at darker copies of an image.

import { z } from "zod";
import { type Booster, constantGradient } from "./booster.ts";
import type { Transformation } from "./transformations/pixelMap.ts";
import { transformedCopies } from "./transformedCopies.ts";

const options = z.strictObject({
  scales: z.number().int().positive().default(5).describe("copies x, x/2, x/4, ..."),
});

/** The image, with something added that does not depend on it, times a number. */
export function scaling(factor: number, added?: Float64Array): Transformation {
  return {
    apply: (image) => image.map((value, at) => factor * (value + (added ? added[at] : 0))),
    pullBack: (gradient) => Float64Array.from(gradient, (slope) => factor * slope),
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
  unhelpful: constantGradient,
  wrap: (inner, { scales }, context) =>
    transformedCopies(inner, context, "si", scales, ({ copy }) => (copy === 0 ? undefined : scaling(0.5 ** copy))),
};
