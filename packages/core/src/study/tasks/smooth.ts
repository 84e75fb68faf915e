// Smoothness of one model's loss around the attacked points.

import { denseRows, rowCount } from "../../data/dataset.ts";
import { openHessian } from "../../models/hessian.ts";
import { withModel } from "../../models/pool.ts";
import { sliceRows, tensor } from "../../tensor.ts";
import { gradientTurning, largestCurvatures } from "../../transfer/smoothness.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";
import { modelOfArtifact } from "./fit.ts";

export interface Smoothness {
  /** Largest eigenvalue of each point's input Hessian. */
  readonly curvatures: Float64Array;
  /** Cosine of each point's gradient with that at a random point of the ball. */
  readonly turnings: Float64Array;
}

/** Parameters: points (the first so many), radius, seed. Inputs: model, attacked. */
export const smooth: TaskKind = {
  version: 1,
  async run(parameters, inputs, { runtime }) {
    const model = modelOfArtifact(inputs.model);
    const data = partOf("attacked", parameters, inputs);
    const n = Math.min(parameters.points as number, rowCount(data));
    const x = sliceRows(denseRows(data), 0, n);
    const labels = data.labels.slice(0, n);
    const seed = parameters.seed as number;
    const radius = parameters.radius as number;
    const turnings = await withModel(
      runtime,
      model,
      async ({ differentiable }) => differentiable && gradientTurning(differentiable, x, labels, { radius, seed }),
    );
    if (!turnings) return { json: null, arrays: {} };
    const hessian = await openHessian(runtime, model, "crossEntropy");
    const curvatures = await largestCurvatures(hessian, x, labels, { seed });
    await hessian.close();
    return {
      json: null,
      arrays: {
        curvatures: tensor("float64", [n], curvatures),
        turnings: tensor("float64", [n], turnings),
      },
    };
  },
};

/** The smoothness in an artifact; undefined for a model without gradients. */
export function smoothnessOf({ arrays }: Artifact): Smoothness | undefined {
  if (!arrays.curvatures) return undefined;
  return { curvatures: arrays.curvatures.data as Float64Array, turnings: arrays.turnings.data as Float64Array };
}
