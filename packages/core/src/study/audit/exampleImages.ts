// A few attacked points to look at: ones that fool the target, one per surrogate, chosen by rule and not by eye.

import { type Dataset, denseRows } from "../../data/dataset.ts";
import type { ExampleImage } from "../result.ts";
import type { Crafted } from "../tasks/craftOutcome.ts";
import type { AuditSamples } from "./samples.ts";

/**
 * Of the points crafted on one model, the first that the target got right and gets wrong under the attack at the second
 * smallest budget (or the smallest at which there is one), with what every model says of it; if there is one, one that
 * is not `shown` already. `samples` are those of these points. Points that are no grey images are not shown.
 */
export async function chooseExample(
  id: string,
  results: readonly Crafted[],
  samples: readonly AuditSamples[],
  attacked: Dataset,
  epsilons: readonly number[],
  shown: ReadonlySet<number>,
): Promise<ExampleImage[]> {
  const imageShape = imageShapeOf(attacked.featureShape);
  if (!imageShape) return [];
  const ascending = [...epsilons].sort((a, b) => a - b);
  for (const epsilon of [...ascending.slice(1), ascending[0]]) {
    const verdicts = samples.filter((each) => each.epsilon === epsilon);
    const onTarget = verdicts.find(({ target }) => target === "target");
    const fooled = (i: number) =>
      onTarget !== undefined &&
      onTarget.cleanLabels[i] === attacked.labels[i] &&
      onTarget.attackedLabels[i] !== attacked.labels[i];
    const indices = Array.from(attacked.labels.keys()).filter(fooled);
    const index = indices.find((i) => !shown.has(i)) ?? indices[0];
    if (index === undefined) continue;
    const points = await results[epsilons.indexOf(epsilon)].points.read(index, index + 1);
    return [
      {
        index,
        imageShape,
        original: Float32Array.from(denseRows(attacked, index, index + 1).data),
        attacked: Float32Array.from(points.data),
        label: attacked.classNames[attacked.labels[index]],
        surrogate: id,
        epsilon,
        verdicts: verdicts.map(({ target, attackedLabels }) => ({
          target,
          label: attacked.classNames[attackedLabels[index]],
          wrong: attackedLabels[index] !== attacked.labels[index],
        })),
      },
    ];
  }
  return [];
}

/** Pixels beside each other of a row that does not say that it is an image: a million columns are none. */
const WIDEST = 256;

/**
 * Height and width where a row is a grey image: [H, W], [1, H, W], or a square number of features, of 8 x 8 to 256 x
 * 256.
 */
export function imageShapeOf(featureShape: Dataset["featureShape"]): readonly [number, number] | undefined {
  if (featureShape.length === 2) return [featureShape[0], featureShape[1]];
  if (featureShape.length === 3 && featureShape[0] === 1) return [featureShape[1], featureShape[2]];
  const side = Math.sqrt(featureShape[0]);
  const isSquare = featureShape.length === 1 && Number.isInteger(side) && side >= 8 && side <= WIDEST;
  return isSquare ? [side, side] : undefined;
}
