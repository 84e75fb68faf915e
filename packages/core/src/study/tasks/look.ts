// What a model says of clean points: labels, losses and, where it can be differentiated, loss gradients.

import { denseRows } from "../../data/dataset.ts";
import { argMax, crossEntropy, margin } from "../../models/losses.ts";
import { withModel } from "../../models/pool.ts";
import { NO_GRADIENTS } from "../../models/service.ts";
import { type FloatType, rowSize, type Tensor, tensor, toFloat } from "../../tensor.ts";
import { inputGradientSizes, type SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { type Answers, answeredLosses, answersOf } from "./ask.ts";
import { normIn } from "./craft.ts";
import { partOf } from "./dataset.ts";
import { modelOfArtifact } from "./fit.ts";

/** What is known of a model on N clean points. */
export interface Look {
  readonly labels: Int32Array;
  /** Undefined where the model names classes only, as margins are. */
  readonly losses: Float64Array | undefined;
  /** Best other score less the score of the true class. */
  readonly margins: Float64Array | undefined;
  /** S of each point under the definition asked for; undefined where none was, or without gradients. */
  readonly sizes: Float64Array | undefined;
  /** [N, ...]; undefined without gradients. A row in which something is not finite is NaN throughout. */
  readonly gradients: Tensor<FloatType> | undefined;
  /** Why there are no gradients, where there are none. */
  readonly noGradients: string | undefined;
}

/** Parameters: size (a definition of S beside the primary one), norm and units, or none. Inputs: attacked, and model or its answers. */
export const look: TaskKind = {
  version: 6,
  async run(parameters, inputs, { runtime }) {
    const data = partOf("attacked", parameters, inputs);
    if (inputs.answers) return lookOfAnswers(answersOf(inputs.answers)!, data.labels);
    const model = modelOfArtifact(inputs.model);
    const x = denseRows(data);
    const definition = parameters.size as SizeDefinition | undefined;
    const norm = normIn(data.domain, parameters);
    const { looked, scores, sizes, noGradients } = await withModel(runtime, model, async (opened) => {
      const { differentiable } = opened;
      const looked = await differentiable?.inputGradient("crossEntropy", x, data.labels);
      return {
        looked,
        scores: looked?.scores ?? (await opened.scores(x)),
        sizes:
          definition && differentiable
            ? await inputGradientSizes(differentiable, x, data.labels, norm, definition)
            : undefined,
        noGradients: opened.notDifferentiable,
      };
    });
    const n = data.labels.length;
    return {
      json: { noGradients },
      arrays: {
        labels: tensor("int32", [n], argMax(scores)),
        losses: tensor("float64", [n], crossEntropy(scores, data.labels, model.probabilities)),
        margins: tensor("float64", [n], margin(scores, data.labels)),
        ...(sizes && { sizes: tensor("float64", [n], sizes) }),
        ...(looked && { gradients: withoutHalves(toFloat(looked.gradient, "float32")) }),
      },
    };
  },
};

/** Rows that are finite, and NaN alone where one entry is not: nothing is measured of part of a gradient. */
function withoutHalves(gradients: Tensor<"float32">): Tensor<"float32"> {
  const width = rowSize(gradients);
  const data = gradients.data.slice();
  for (let from = 0; from < data.length; from += width) {
    const row = data.subarray(from, from + width);
    if (!row.every(Number.isFinite)) row.fill(Number.NaN);
  }
  return { ...gradients, data };
}

function lookOfAnswers(answers: Answers, labels: Int32Array): Artifact {
  const n = labels.length;
  const losses = answeredLosses(answers, labels);
  return {
    json: { noGradients: NO_GRADIENTS },
    arrays: {
      labels: tensor("int32", [n], argMax(answers.scores)),
      ...(losses && {
        losses: tensor("float64", [n], losses),
        margins: tensor("float64", [n], margin(answers.scores, labels)),
      }),
    },
  };
}

/** The look in an artifact. */
export function lookOf({ json, arrays }: Artifact): Look {
  return {
    labels: arrays.labels.data as Int32Array,
    losses: arrays.losses?.data as Float64Array | undefined,
    margins: arrays.margins?.data as Float64Array | undefined,
    sizes: arrays.sizes?.data as Float64Array | undefined,
    gradients: arrays.gradients as Tensor<FloatType> | undefined,
    noGradients: (json as { noGradients?: string }).noGradients,
  };
}

/** Which points have a finite loss and, where the model has gradients, a finite gradient: what is measured of both is of these. */
export function measurable({ labels, losses, gradients }: Look): readonly boolean[] {
  const width = gradients && rowSize(gradients);
  return Array.from(
    labels,
    (_, i) => (!losses || Number.isFinite(losses[i])) && (!gradients || !Number.isNaN(gradients.data[i * width!])),
  );
}
