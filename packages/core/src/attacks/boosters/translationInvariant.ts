// TI: gradients smoothed, as if they were summed over shifted images.

import { z } from "zod";
import { rowOf } from "../attack.ts";
import type { Booster } from "./booster.ts";
import { blur, gaussian } from "./transformations/blur.ts";
import { type ImageLayout, layoutFor } from "./transformations/imageLayout.ts";
import { byMaps } from "./transformations/pixelMap.ts";

const options = z.strictObject({
  kernel: z
    .number()
    .int()
    .positive()
    .refine((length) => length % 2 === 1, "expected an odd number")
    .optional()
    .describe("side of the kernel in pixels, odd; where absent 15, or 5 for images of up to 32 pixels"),
});

const kernelFor = ({ height, width }: ImageLayout) => (Math.min(height, width) <= 32 ? 5 : 15);

/**
 * K * g, the convolution of each channel with a Gaussian kernel that reaches 3 standard deviations, zeros beyond the
 * border: to first order the gradient of the objective's mean over shifted images.
 *
 * Source: Dong et al., CVPR 2019 (TI-FGSM), with a kernel of 15 pixels for images of 299.
 */
export const translationInvariant: Booster<z.infer<typeof options>> = {
  name: "ti",
  summary: "gradients smoothed, as if summed over shifted images",
  reference: "Dong et al., CVPR 2019",
  options,
  stage: "filter",
  data: "images",
  gradientsPerStep: () => 1,
  overhead: 35,
  unhelpful: () => undefined,
  wrap(inner, { kernel }, { shape }) {
    const layout = layoutFor("ti", shape);
    const smooth = byMaps(layout, blur(layout, gaussian(kernel ?? kernelFor(layout))));
    return async (points, indices, step) => {
      const found = await inner(points, indices, step);
      const gradient = { ...found, data: new Float64Array(found.data.length) };
      for (let row = 0; row < gradient.rows; row++) smooth.apply(rowOf(found, row), rowOf(gradient, row));
      return gradient;
    };
  },
};
