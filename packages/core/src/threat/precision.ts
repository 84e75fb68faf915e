// Whether float32, the type that most models take, can hold what budgets allow.

import type { Dataset } from "../data/dataset.ts";
import { forEachEntry } from "../data/sparse.ts";
import { InputError } from "../errors.ts";
import { spacingOf } from "../float32.ts";
import { isFrozen, requireWhole, type ThreatModel } from "./threat.ts";

/** Rounding that takes less than this share of a budget is not told. */
const TOLD = 0.1;

/**
 * A sentence where rounding to float32 may take more than a tenth of a budget, as numbers far from zero lie far apart
 * there; undefined where it does not.
 *
 * Rounding moves each feature by at most half the distance between the numbers around it; the norm of all of these is
 * compared with the budgets.
 *
 * @throws InputError where even one such half is more than a budget for every feature that may change, so that no point
 * can be moved within it; under L0 for budgets that are no number of features
 */
export function precisionWarning(
  { features }: Pick<Dataset, "features">,
  threat: ThreatModel,
  epsilons: readonly number[],
): string | undefined {
  const { norm, domain } = threat;
  requireWhole(norm, epsilons);
  // How many features change is not rounded.
  if (norm.counts) return undefined;
  const columns = domain.lower.length;
  const largest = new Float64Array(columns);
  const least = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  forEachEntry(features, (_, j, value) => {
    largest[j] = Math.max(largest[j], Math.abs(value));
    least[j] = Math.min(least[j], Math.abs(value));
  });
  const free = Int32Array.from(largest.keys()).filter((j) => !isFrozen(threat, j) && norm.units?.[j] !== 0);
  const smallest = epsilons.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), Number.POSITIVE_INFINITY);
  const halves = new Float64Array(columns);
  let [coarsest, finest] = [0, Number.POSITIVE_INFINITY];
  for (const j of free) {
    halves[j] = spacingOf(largest[j]) / 2;
    if (halves[j] > halves[coarsest]) coarsest = j;
    // Where rows leave a column out, its values are 0 there, and as fine as float32 gets.
    const values = "start" in features ? 0 : least[j];
    finest = Math.min(finest, spacingOf(values) / 2 / (norm.units?.[j] ?? 1));
  }
  if (smallest < finest) {
    throw new InputError("unsupported", `budget of ${smallest}`, {
      expected: `at least ${finest}, as models take features in float32, where numbers near these lie twice as far apart`,
      got: `${smallest}`,
      remedy:
        "subtract a constant from the features and let the model begin with it; a model that is given may take " +
        "float64 instead",
    });
  }
  const rounding = norm.measure(halves);
  if (rounding <= TOLD * smallest) return undefined;
  const share = rounding < smallest ? `${Math.ceil((100 * rounding) / smallest)} %` : "all";
  return (
    `Near ${largest[coarsest]}, a feature of this data, float32 numbers lie ${2 * halves[coarsest]} apart: ` +
    `rounding to them may take ${share} of a budget of ${smallest}. Points stay within it, so attacks may look ` +
    "weaker than they are; subtract a constant from the features; a model that is given, not trained here, may " +
    "take float64 instead."
  );
}
