// Estimates how a service's loss slopes along the surrogates' gradients, by asking for scores on both sides of points.

import { denseRows } from "../../data/dataset.ts";
import { perUnit } from "../../data/units.ts";
import { assert, InputError } from "../../errors.ts";
import { crossEntropy } from "../../models/losses.ts";
import { permutation, stream } from "../../random.ts";
import { mapRows } from "../../rows.ts";
import { meanInterval } from "../../stats/meanInterval.ts";
import { rowSize, sliceRows, tensor } from "../../tensor.ts";
import { probesAt, slopesAlong } from "../../transfer/slopes.ts";
import { jsonCodec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { AlignmentEstimate } from "../result.ts";
import type { CleanEvaluation } from "./evaluateClean.ts";
import { type NormChoice, normIn } from "./normChoice.ts";
import type { ServiceIdentity } from "./queryTarget.ts";

interface EstimateParameters extends NormChoice {
  /** How many points, and random directions at each beside the surrogates' gradients. */
  readonly points: number;
  readonly random: number;
  /** Length of the halves of a difference, in the units of the norm. */
  readonly step: number;
  readonly seed: number;
}

interface EstimateInputs {
  readonly service: Ref<ServiceIdentity>;
  readonly attacked: Part;
  readonly surrogates: readonly { readonly id: string; readonly look: Ref<CleanEvaluation> }[];
}

export const estimateAlignment: TaskKind<EstimateParameters, EstimateInputs, AlignmentEstimate> = {
  name: "slopes",
  version: 2,
  output: jsonCodec("alignment estimate"),
  asks: true,
  estimate: (_, { attacked }) => ({ seconds: attacked.rows / 5 }),
  async run({ points, random, step, seed, ...choice }, { attacked, surrogates }, { service, onProgress }) {
    assert(service, "a task that asks a service was given none");
    if (service.answers === "labels") throw needsScores();
    const x = denseRows(attacked);
    const { units } = normIn(attacked.domain, choice);
    const gradients = surrogates.map(({ look }) => mapRows(look.gradients!, (block) => perUnit(block, units)));
    const along = surrogates.map(() => new Float64Array(points));
    const cosines = surrogates.map(() => new Float64Array(points));
    let queries = 0;
    const chosen = permutation(stream(seed, "slopes", "points"), x.shape[0]);
    for (let i = 0; i < points; i++) {
      const at = chosen[i];
      const probes = probesAt(
        await Promise.all(gradients.map(async (each) => (await each.read(at, at + 1)).data)),
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
      for (const s of surrogates.keys()) {
        along[s][i] = found.slopes[s];
        cosines[s][i] = found.alignments[s];
      }
      queries += asked;
      onProgress((i + 1) / points);
    }
    return {
      points,
      queries,
      step,
      randomDirections: random,
      pairs: surrogates.flatMap(({ id: surrogate }, s) => {
        const slope = meanInterval(along[s], { seed });
        const alignment = meanInterval(cosines[s], { seed, least: -1, most: 1 });
        return slope && alignment ? [{ surrogate, slope, alignment }] : [];
      }),
    };
  },
};

function needsScores(): InputError {
  return new InputError("unsupported", "estimate of alignment", {
    expected: "a target that answers with scores, whose differences can be taken",
    got: "one that names classes only",
    remedy: "leave out --estimate-alignment",
  });
}
