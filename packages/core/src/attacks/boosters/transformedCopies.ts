// The mean gradient of the objective at transformed copies of each point, by the point itself.

import type { Stream } from "../../random.ts";
import { type AttackContext, rowOf } from "../attack.ts";
import type { Estimate } from "./booster.ts";
import { meanOf } from "./neighbours.ts";
import { type ImageLayout, layoutFor } from "./transformations/imageLayout.ts";
import type { MapMemory, Transformation } from "./transformations/pixelMap.ts";

/** What one copy of one point goes through. */
interface Copy {
  /** The number of the original point. */
  readonly index: number;
  /** The number of the copy. */
  readonly copy: number;
  /** The point that is transformed. */
  readonly image: Float64Array;
  readonly layout: ImageLayout;
  /** Where the point's map of the copy before lay. */
  readonly memory: MapMemory;
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
  const memories: MapMemory[] = [];
  return (points, indices, step) => {
    const moved = { ...points, data: new Float64Array(points.data.length) };
    return meanOf(copies, async (copy) => {
      const transformations = Array.from(indices, (index, row) => {
        const random = (...labels: readonly (string | number)[]) =>
          context.random(index, name, step.iteration, ...(labels.length > 0 ? labels : [copy]));
        const image = rowOf(points, row);
        memories[row] ??= {};
        const transformation = draw({ index, copy, image, layout, memory: memories[row], random });
        if (transformation) transformation.apply(image, rowOf(moved, row));
        else rowOf(moved, row).set(image);
        return transformation;
      });
      const found = await inner(moved, indices, step);
      const gradient = { ...found, data: new Float64Array(found.data.length) };
      transformations.forEach((transformation, row) => {
        if (transformation) transformation.pullBack(rowOf(found, row), rowOf(gradient, row));
        else rowOf(gradient, row).set(rowOf(found, row));
      });
      return gradient;
    });
  };
}
