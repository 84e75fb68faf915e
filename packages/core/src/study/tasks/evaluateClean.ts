// What a model says of clean points: labels, losses and, where it can be differentiated, loss gradients.

import { denseRows } from "../../data/dataset.ts";
import { argMax, crossEntropy, margin } from "../../models/losses.ts";
import { withModel } from "../../models/pool.ts";
import { NO_GRADIENTS } from "../../models/service.ts";
import { type FloatType, rowSize, type Tensor, tensor, toFloat } from "../../tensor.ts";
import { inputGradientSizes, type SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { type NormChoice, normIn } from "./craft.ts";
import { modelOf, type StoredModel } from "./fit.ts";
import { type Answers, answeredLosses } from "./queryTarget.ts";

/** What is known of a model on N clean points. */
export interface CleanEvaluation {
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

export const cleanCodec: Codec<CleanEvaluation> = {
  name: "clean",
  encode({ labels, losses, margins, sizes, gradients, noGradients }) {
    const n = [labels.length];
    return {
      json: { noGradients },
      arrays: {
        labels: tensor("int32", n, labels),
        ...(losses && { losses: tensor("float64", n, losses) }),
        ...(margins && { margins: tensor("float64", n, margins) }),
        ...(sizes && { sizes: tensor("float64", n, sizes) }),
        ...(gradients && { gradients }),
      },
    };
  },
  decode: ({ json, arrays }) => ({
    labels: arrays.labels.data as Int32Array,
    losses: arrays.losses?.data as Float64Array | undefined,
    margins: arrays.margins?.data as Float64Array | undefined,
    sizes: arrays.sizes?.data as Float64Array | undefined,
    gradients: arrays.gradients as Tensor<FloatType> | undefined,
    noGradients: (json as { noGradients?: string }).noGradients,
  }),
};

/** A definition of S beside the primary one, and how it is measured; or neither. */
export type CleanParameters = Partial<NormChoice> & { readonly size?: SizeDefinition };

export interface CleanInputs {
  readonly attacked: Part;
  readonly model?: Ref<StoredModel>;
  /** What a service said, in place of a model. */
  readonly answers?: Ref<Answers>;
}

/** The task that asks a model about points before any attack: labels, losses, input gradients, S. */
export const evaluateClean: TaskKind<CleanParameters, CleanInputs, CleanEvaluation> = {
  name: "look",
  version: 6,
  output: cleanCodec,
  estimate: (_, { attacked: { rows, features }, model }) =>
    model
      ? { seconds: 0.03 + rows / 40_000, bytes: 4 * rows * features, learner: model.learner }
      : { seconds: 0.1, bytes: 20 * rows },
  async run({ size, norm, units }, { attacked, model: stored, answers }, { runtime }) {
    const { labels, domain } = attacked;
    if (answers) return evaluationOf(answers, labels);
    const model = modelOf(stored!);
    const x = denseRows(attacked);
    return withModel(runtime, model, async (opened) => {
      const { differentiable } = opened;
      const found = await differentiable?.inputGradient("crossEntropy", x, labels);
      const scores = found?.scores ?? (await opened.scores(x));
      const sizes =
        size && norm && differentiable
          ? await inputGradientSizes(differentiable, x, labels, normIn(domain, { norm, units }), size)
          : undefined;
      return {
        labels: argMax(scores),
        losses: crossEntropy(scores, labels, model.probabilities),
        margins: margin(scores, labels),
        sizes,
        gradients: found && withoutHalves(toFloat(found.gradient, "float32")),
        noGradients: opened.notDifferentiable,
      };
    });
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

function evaluationOf(answers: Answers, labels: Int32Array): CleanEvaluation {
  const [scores] = answers.scores;
  const losses = answeredLosses(answers, 0, labels);
  return {
    labels: argMax(scores),
    losses,
    margins: losses && margin(scores, labels),
    sizes: undefined,
    gradients: undefined,
    noGradients: NO_GRADIENTS,
  };
}

/** Which points have a finite loss and, where the model has gradients, a finite gradient: what is measured of both is of these. */
export function measurable({ labels, losses, gradients }: CleanEvaluation): readonly boolean[] {
  const width = gradients && rowSize(gradients);
  return Array.from(
    labels,
    (_, i) => (!losses || Number.isFinite(losses[i])) && (!gradients || !Number.isNaN(gradients.data[i * width!])),
  );
}
