// Smoothness of one model's loss around the attacked points.

import { denseRows, rowCount } from "../../data/dataset.ts";
import { openHessian } from "../../models/hessian.ts";
import { withModel } from "../../models/pool.ts";
import { inMemory } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import { gradientTurning, largestCurvatures } from "../../transfer/smoothness.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { modelOf, type StoredModel } from "./fit.ts";

export interface Smoothness {
  /** Largest eigenvalue of each point's input Hessian. */
  readonly curvatures: Float64Array;
  /** Cosine of each point's gradient with that at a random point of the ball. */
  readonly turnings: Float64Array;
}

/** Undefined for a model without gradients. */
const smoothnessCodec: Codec<Smoothness | undefined> = {
  name: "smoothness",
  encode: (found) => ({
    json: null,
    arrays: found
      ? {
          curvatures: tensor("float64", [found.curvatures.length], found.curvatures),
          turnings: tensor("float64", [found.turnings.length], found.turnings),
        }
      : {},
  }),
  decode: ({ arrays: { curvatures, turnings } }) =>
    curvatures && {
      curvatures: inMemory(curvatures).data as Float64Array,
      turnings: inMemory(turnings).data as Float64Array,
    },
};

interface SmoothnessParameters {
  /** It is measured on the first so many. */
  readonly points: number;
  readonly radius: number;
  readonly seed: number;
}

interface SmoothnessInputs {
  readonly model: Ref<StoredModel>;
  readonly attacked: Part;
}

export const smoothness: TaskKind<SmoothnessParameters, SmoothnessInputs, Smoothness | undefined> = {
  name: "smooth",
  version: 1,
  output: smoothnessCodec,
  estimate: ({ points }, { model }) => ({ seconds: 0.03 + points / 1000, learner: model.learner }),
  async run({ points, radius, seed }, { model: stored, attacked }, { runtime }) {
    const model = modelOf(stored);
    const n = Math.min(points, rowCount(attacked));
    const x = denseRows(attacked, 0, n);
    const labels = attacked.labels.slice(0, n);
    const turnings = await withModel(
      runtime,
      model,
      async ({ differentiable }) => differentiable && gradientTurning(differentiable, x, labels, { radius, seed }),
    );
    if (!turnings) return undefined;
    const hessian = await openHessian(runtime, model, "crossEntropy");
    const curvatures = await largestCurvatures(hessian, x, labels, { seed });
    await hessian.close();
    return { curvatures, turnings };
  },
};
