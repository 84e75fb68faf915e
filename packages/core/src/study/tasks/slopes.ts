// Estimates how a service's loss slopes along the surrogates' gradients, by asking for scores on both sides of points.

import { denseRows } from "../../data/dataset.ts";
import { perUnit, rangeUnits } from "../../data/units.ts";
import { assert, InputError } from "../../errors.ts";
import { crossEntropy } from "../../models/losses.ts";
import { permutation, stream } from "../../random.ts";
import { meanInterval } from "../../stats/meanInterval.ts";
import { rowSize, sliceRows, tensor } from "../../tensor.ts";
import { probesAt, slopesAlong } from "../../transfer/slopes.ts";
import type { Artifact, Json } from "../artifact.ts";
import type { AlignmentEstimate } from "../result.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";
import { lookOf } from "./look.ts";

/**
 * Parameters: surrogates (ids), points (how many), random (directions at each point), step (length of a difference), units ("ranges": of
 * features in units of their ranges), seed.
 * Inputs: service, attacked, and `look:ID` of each surrogate.
 */
export const slopes: TaskKind = {
  version: 2,
  asks: true,
  async run(parameters, inputs, { service, onProgress }) {
    assert(service, "a task that asks a service was given none");
    if (service.answers === "labels") throw needsScores();
    const { points, random, step, seed } = parameters as Record<"points" | "random" | "step" | "seed", number>;
    const ids = parameters.surrogates as string[];
    const attacked = partOf("attacked", parameters, inputs);
    const x = denseRows(attacked);
    const units = parameters.units === "ranges" ? rangeUnits(attacked.domain) : undefined;
    const gradients = ids.map((id) => perUnit(lookOf(inputs[`look:${id}`]).gradients!, units));
    const along = ids.map(() => new Float64Array(points));
    const cosines = ids.map(() => new Float64Array(points));
    let queries = 0;
    const chosen = permutation(stream(seed, "slopes", "points"), x.shape[0]);
    for (let i = 0; i < points; i++) {
      const at = chosen[i];
      const probes = probesAt(
        gradients.map((each) => sliceRows(each, at, at + 1).data),
        random,
        stream(seed, "slopes", at),
      );
      const row = sliceRows(x, at, at + 1).data;
      const width = rowSize(x);
      const sides = new Float32Array(2 * probes.directions.length * width);
      for (const [j, direction] of probes.directions.entries()) {
        for (let k = 0; k < width; k++) {
          const move = step * direction[k] * (units?.[k] ?? 1);
          sides[2 * j * width + k] = row[k] + move;
          sides[(2 * j + 1) * width + k] = row[k] - move;
        }
      }
      const asked = 2 * probes.directions.length;
      const scores = await service.scores(tensor("float32", [asked, ...x.shape.slice(1)], sides));
      const losses = crossEntropy(scores, new Int32Array(asked).fill(attacked.labels[at]), service.probabilities);
      const differences = Float64Array.from(
        probes.directions,
        (_, j) => (losses[2 * j] - losses[2 * j + 1]) / (2 * step),
      );
      const found = slopesAlong(probes, differences);
      for (const s of ids.keys()) {
        along[s][i] = found.slopes[s];
        cosines[s][i] = found.alignments[s];
      }
      queries += asked;
      onProgress((i + 1) / points);
    }
    const estimate: AlignmentEstimate = {
      points,
      queries,
      step,
      randomDirections: random,
      pairs: ids.flatMap((surrogate, s) => {
        const slope = meanInterval(along[s], { seed });
        const alignment = meanInterval(cosines[s], { seed, least: -1, most: 1 });
        return slope && alignment ? [{ surrogate, slope, alignment }] : [];
      }),
    };
    return { json: estimate as unknown as Json, arrays: {} };
  },
};

/** The estimate in an artifact. */
export function estimateOf({ json }: Artifact): AlignmentEstimate {
  return json as unknown as AlignmentEstimate;
}

function needsScores(): InputError {
  return new InputError("unsupported", "estimate of alignment", {
    expected: "a target that answers with scores, whose differences can be taken",
    got: "one that names classes only",
    remedy: "leave out --estimate-alignment",
  });
}
