// The mean gradient of the objective at transformed copies of each point, by the point itself.

import type { Stream } from "../../random.ts";
import { type AttackContext, rowOf } from "../attack.ts";
import type { Estimate } from "./booster.ts";
import { meanOf } from "./neighbours.ts";
import { type ImageLayout, layoutFor } from "./transformations/imageLayout.ts";
import type { Transformation } from "./transformations/pixelMap.ts";

/** What one copy of one point goes through. */
interface Copy {
  /** The number of the original point. */
  readonly index: number;
  /** The number of the copy. */
  readonly copy: number;
  /** The point that is transformed. */
  readonly image: Float64Array;
  readonly layout: ImageLayout;
  /** The stream of this point, iteration and copy, or of others of the point with further labels. */
  readonly random: (...labels: readonly (string | number)[]) => Stream;
}

/**
 * g = mean over copies of T_c' gradient(T_c(x)), where T' is the transpose of the derivative of T; a copy without a
 * transformation is the point itself.
 *
 * Each transformation is drawn for one point, iteration and copy by itself; public implementations draw one for a
 * batch.
 */
export function transformedCopies(
  inner: Estimate,
  context: AttackContext,
  name: string,
  copies: number,
  draw: (copy: Copy) => Transformation | undefined,
): Estimate {
  const layout = layoutFor(name, context.shape);
  return (points, indices, step) =>
    meanOf(copies, async (copy) => {
      const moved = { ...points, data: points.data.slice() };
      const transformations = Array.from(indices, (index, row) => {
        const random = (...labels: readonly (string | number)[]) =>
          context.random(index, name, step.iteration, ...(labels.length > 0 ? labels : [copy]));
        const image = rowOf(moved, row);
        const transformation = draw({ index, copy, image, layout, random });
        if (transformation) image.set(transformation.apply(image));
        return transformation;
      });
      const found = await inner(moved, indices, step);
      const gradient = { ...found, data: new Float64Array(found.data) };
      transformations.forEach((transformation, row) => {
        if (transformation) rowOf(gradient, row).set(transformation.pullBack(rowOf(found, row)));
      });
      return gradient;
    });
}
