// DI: gradients at images that are shown smaller, at a random place.

import { z } from "zod";
import type { Booster } from "./booster.ts";
import type { ImageLayout, Size } from "./transformations/imageLayout.ts";
import { pad } from "./transformations/pad.ts";
import { byMaps, type ImageMap, type Transformation } from "./transformations/pixelMap.ts";
import { resize } from "./transformations/resize.ts";
import { transformedCopies } from "./transformedCopies.ts";

const options = z.strictObject({
  probability: z.number().min(0).max(1).default(0.5).describe("of a transformation in each step"),
  rate: z
    .number()
    .min(1)
    .optional()
    .describe("sides of the ground, in sides of the image; where absent 1.1, or 1.3 for images of up to 32 pixels"),
});

/** The published rate leaves images of 28 pixels nearly as they are: 28 or 29 pixels on a ground of 30. */
const rateFor = ({ height, width }: ImageLayout) => (Math.min(height, width) <= 32 ? 1.3 : 1.1);

/**
 * With probability p an image of side H is resized to a side drawn from H .. floor(rate H) - 1, put at a random place
 * of a ground of zeros of side floor(rate H), and resized to H again.
 *
 * Source: Xie et al., CVPR 2019 (DI-FGSM).
 */
export const diverseInput: Booster<z.infer<typeof options>> = {
  name: "di",
  summary: "gradients at images shown smaller, at a random place",
  reference: "Xie et al., CVPR 2019",
  options,
  stage: "transformation",
  data: "images",
  gradientsPerStep: () => 1,
  overhead: 120,
  unhelpful: () => undefined,
  wrap(inner, { probability, rate }, context) {
    // There are few sizes, and many places of each.
    const resizes = new Map<string, ImageMap>();
    const resized = (from: Size, to: Size) => {
      const key = `${[from.height, from.width, to.height, to.width]}`;
      const map = resizes.get(key) ?? resize(from, to);
      resizes.set(key, map);
      return map;
    };
    return transformedCopies(inner, context, "di", 1, ({ layout, random }): Transformation | undefined => {
      const draw = random();
      if (draw.uniform() >= probability) return undefined;
      const ground = scaled(layout, rate ?? rateFor(layout));
      const share = draw.uniform();
      const side = (own: number, most: number) => own + Math.floor(share * Math.max(1, most - own));
      const shown = { height: side(layout.height, ground.height), width: side(layout.width, ground.width) };
      const top = draw.integer(ground.height - shown.height + 1);
      const left = draw.integer(ground.width - shown.width + 1);
      return byMaps(layout, resized(layout, shown), pad(shown, ground, top, left), resized(ground, layout));
    });
  },
};

function scaled({ height, width }: ImageLayout, rate: number) {
  return { height: Math.floor(rate * height), width: Math.floor(rate * width) };
}
