// DI: gradients at images that are shown smaller, at a random place.

import { z } from "zod";
import type { Booster } from "./booster.ts";
import type { ImageLayout } from "./transformations/imageLayout.ts";
import { paddedSide } from "./transformations/pad.ts";
import { byMaps, type Transformation } from "./transformations/pixelMap.ts";
import { resizedSide } from "./transformations/resize.ts";
import { after, type SideMap, separable } from "./transformations/separable.ts";
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
  overhead: 40,
  unhelpful: () => undefined,
  wrap(inner, { probability, rate }, context) {
    // There are few sizes and places, and all that is done along a side is one map.
    const known = new Map<string, SideMap>();
    const side = (own: number, shown: number, ground: number, first: number): SideMap => {
      const key = `${[own, shown, ground, first]}`;
      const padded = () => after(resizedSide(own, shown), paddedSide(shown, ground, first));
      const map = known.get(key) ?? after(padded(), resizedSide(ground, own));
      known.set(key, map);
      return map;
    };
    return transformedCopies(inner, context, "di", 1, ({ layout, random }): Transformation | undefined => {
      const draw = random();
      if (draw.uniform() >= probability) return undefined;
      const ground = scaled(layout, rate ?? rateFor(layout));
      const share = draw.uniform();
      const drawn = (own: number, most: number) => own + Math.floor(share * Math.max(1, most - own));
      const shown = { height: drawn(layout.height, ground.height), width: drawn(layout.width, ground.width) };
      const top = draw.integer(ground.height - shown.height + 1);
      const left = draw.integer(ground.width - shown.width + 1);
      return byMaps(
        layout,
        separable(
          side(layout.height, shown.height, ground.height, top),
          side(layout.width, shown.width, ground.width, left),
        ),
      );
    });
  },
};

function scaled({ height, width }: ImageLayout, rate: number) {
  return { height: Math.floor(rate * height), width: Math.floor(rate * width) };
}
