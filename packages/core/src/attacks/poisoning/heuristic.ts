// Poisoning without bilevel optimisation: flipped clones pushed deeper into the class that they came from.

import { z } from "zod";
import { type Dataset, featureCount } from "../../data/dataset.ts";
import { forEachEntry } from "../../data/sparse.ts";
import { addScaled } from "../../linalg.ts";
import { pointByPoint } from "./pointByPoint.ts";
import type { PoisoningEntry } from "./poisoningEntry.ts";
import type { PoisoningAttack } from "./task.ts";

/**
 * Moves each clone along the difference of two means, from the class of its new label to the class it was cloned from,
 * as far as the box allows: of the given lengths, the one after which the validation loss is largest.
 */
function heuristicAttack({ lengths }: { readonly lengths: readonly number[] }): PoisoningAttack {
  return (task) => {
    const means = classMeans(task.training);
    return pointByPoint(task, async ({ retraining, scaled, project }, start, [label], [source]) => {
      const from = scaled(means[(task.pool ?? task.training).labels[source]]);
      const away = scaled(means[label]).map((value, j) => from[j] - value);
      let best = { x: start, loss: Number.NEGATIVE_INFINITY };
      for (const length of lengths) {
        const x = start.slice();
        addScaled(x, length, away);
        project(x);
        const loss =
          best.loss === Number.NEGATIVE_INFINITY ? await retraining.place(x, [label]) : await retraining.move(x);
        if (loss > best.loss) best = { x, loss };
      }
      return { x: best.x, gradients: 0, evaluations: lengths.length };
    });
  };
}

/** The mean row of each class. */
function classMeans({ features, labels, classNames, ...data }: Dataset): Float64Array[] {
  const counts = new Float64Array(classNames.length);
  for (const label of labels) counts[label]++;
  const means = Array.from(counts, () => new Float64Array(featureCount({ features, labels, classNames, ...data })));
  forEachEntry(features, (row, column, value) => {
    means[labels[row]][column] += value / counts[labels[row]];
  });
  return means;
}

const options = z.strictObject({
  lengths: z
    .array(z.number().nonnegative())
    .min(1)
    .default([0, 1, 3, 10])
    .describe("how far to move, in differences of the means; the best counts"),
});

export const heuristic: PoisoningEntry<z.infer<typeof options>> = {
  name: "heuristic",
  summary: "flipped clones, moved along the difference of the class means; no gradient through the training",
  reference: "Carom's own; the means as in Biggio et al., ACML 2011",
  needsGradient: false,
  options,
  create: heuristicAttack,
};
