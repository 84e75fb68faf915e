// A few attacked points to look at: ones that fool the target, one per surrogate, chosen by rule and not by eye.

import { type Dataset, denseRows, featureCount } from "../data/dataset.ts";
import type { AuditSamples } from "./audit.ts";
import type { AuditExample } from "./result.ts";
import type { Crafted } from "./tasks/craft.ts";

/**
 * For each model that points were crafted on, the first point that the target got right and gets wrong under the
 * attack at the second smallest budget (or the smallest at which there is one), with what every model says of it.
 * Points that are no grey images are not shown.
 */
export function chooseExamples(
  crafted: readonly { readonly id: string; readonly results: readonly Crafted[] }[],
  samples: readonly AuditSamples[],
  attacked: Dataset,
  epsilons: readonly number[],
): AuditExample[] {
  const imageShape = imageShapeOf(attacked.featureShape);
  if (!imageShape) return [];
  const x = Float32Array.from(denseRows(attacked).data);
  const d = featureCount(attacked);
  const ascending = [...epsilons].sort((a, b) => a - b);
  const preferred = [...ascending.slice(1), ascending[0]];
  const used = new Set<number>();
  return crafted.flatMap(({ id, results }): AuditExample[] => {
    for (const epsilon of preferred) {
      const verdicts = samples.filter((each) => each.surrogate === id && each.epsilon === epsilon);
      const onTarget = verdicts.find(({ target }) => target === "target");
      const fooled = (i: number) =>
        onTarget !== undefined &&
        onTarget.cleanLabels[i] === attacked.labels[i] &&
        onTarget.attackedLabels[i] !== attacked.labels[i];
      const indices = Array.from(attacked.labels.keys()).filter(fooled);
      const index = indices.find((i) => !used.has(i)) ?? indices[0];
      if (index === undefined) continue;
      used.add(index);
      const points = results[epsilons.indexOf(epsilon)].points.data;
      return [
        {
          index,
          imageShape,
          original: x.slice(index * d, (index + 1) * d),
          attacked: points.slice(index * d, (index + 1) * d),
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
  });
}

/** Height and width where a row is a grey image: [H, W], [1, H, W], or a square number of features of at least 8 x 8. */
export function imageShapeOf(featureShape: Dataset["featureShape"]): readonly [number, number] | undefined {
  if (featureShape.length === 2) return [featureShape[0], featureShape[1]];
  if (featureShape.length === 3 && featureShape[0] === 1) return [featureShape[1], featureShape[2]];
  const side = Math.sqrt(featureShape[0]);
  return featureShape.length === 1 && Number.isInteger(side) && side >= 8 ? [side, side] : undefined;
}
