// What a model says of clean points: labels, losses and, where it can be differentiated, loss gradients.

import { denseRows, rowCount } from "../../data/dataset.ts";
import { argMax, crossEntropy, margin } from "../../models/losses.ts";
import { withModel } from "../../models/pool.ts";
import { NO_GRADIENTS } from "../../models/service.ts";
import { type AnyRows, allRows, blocksOf, inMemory, type Rows, rowsOf } from "../../rows.ts";
import { allocate, rowSize, type Tensor, tensor, toFloat } from "../../tensor.ts";
import { factoredRows, isFactored } from "../../transfer/factoredRows.ts";
import { inputGradientSizes, type SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { bySlopes } from "./bySlopes.ts";
import { modelOf, type StoredModel } from "./fit.ts";
import { type NormChoice, normIn } from "./normChoice.ts";
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
  readonly gradients: Rows | undefined;
  /** Why there are no gradients, where there are none. */
  readonly noGradients: string | undefined;
}

/** How gradients are kept: written out, or as sums of few directions [K, ...]. */
const gradientsCodec: Codec<Rows | undefined> = {
  name: "gradients",
  encode(gradients) {
    if (!gradients) return { json: null, arrays: {} };
    if (!isFactored(gradients)) return { json: null, arrays: { gradients } };
    const { coefficients, directions, shape } = gradients;
    const type = directions[0] instanceof Float32Array ? "float32" : "float64";
    const all = allocate(type, directions.length * directions[0].length);
    directions.forEach((direction, k) => {
      all.set(direction, k * direction.length);
    });
    return {
      json: null,
      arrays: { coefficients, directions: tensor(type, [directions.length, ...shape.slice(1)], all) },
    };
  },
  async decode({ arrays: { gradients, coefficients, directions } }) {
    if (!directions) return gradients && rowsOf(gradients as AnyRows);
    const { data, shape } = await allRows(directions as AnyRows);
    const [count, ...row] = shape;
    const width = data.length / count;
    const each = Array.from({ length: count }, (_, k) => data.subarray(k * width, (k + 1) * width));
    return factoredRows((await allRows(coefficients)) as Tensor<"float64">, each, row);
  },
};

const cleanCodec: Codec<CleanEvaluation> = {
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
        ...gradientsCodec.encode(gradients).arrays,
      },
    };
  },
  async decode({ json, arrays: { labels, losses, margins, sizes, ...others } }) {
    const values = (array: typeof losses | undefined) => array && (inMemory(array).data as Float64Array);
    return {
      labels: inMemory(labels).data as Int32Array,
      losses: values(losses),
      margins: values(margins),
      sizes: values(sizes),
      gradients: await gradientsCodec.decode({ json: null, arrays: others }),
      noGradients: (json as { noGradients?: string }).noGradients,
    };
  },
};

/** A definition of S beside the primary one, and how it is measured; or neither. */
type CleanParameters = Partial<NormChoice> & { readonly size?: SizeDefinition };

interface CleanInputs {
  readonly attacked: Part;
  readonly model?: Ref<StoredModel>;
  /** What a service said, in place of a model. */
  readonly answers?: Ref<Answers>;
}

/** Bytes for each feature where gradients are sums of the slopes of two classes. */
const OF_SLOPES = 8;

/** The task that asks a model about points before any attack: labels, losses, input gradients, S. */
export const evaluateClean: TaskKind<CleanParameters, CleanInputs, CleanEvaluation> = {
  name: "look",
  version: 7,
  output: cleanCodec,
  estimate: (_, { attacked: { rows, features, perRow }, model }) =>
    model
      ? {
          seconds: 0.03 + rows / 40_000,
          learner: model.learner,
          ...(perRow !== undefined && model.weighed !== undefined
            ? { bytes: OF_SLOPES * features }
            : { bytes: 4 * rows * features, rows }),
        }
      : { seconds: 0.1, bytes: 20 * rows },
  async run({ size, norm, units, features }, { attacked, model: stored, answers }, { runtime, room }) {
    const { labels, domain } = attacked;
    if (answers) return evaluationOf(answers, labels);
    const model = modelOf(stored!);
    const n = rowCount(attacked);
    const found = {
      labels: new Int32Array(n),
      losses: new Float64Array(n),
      margins: new Float64Array(n),
    };
    const measure = size && norm && normIn(domain, { norm, units, features });
    const shape = [n, ...attacked.featureShape];
    return withModel(runtime, model, async (opened) => {
      const { differentiable, scores: scoresOf, notDifferentiable, rowsOfCall } = opened;
      const affine = differentiable && !measure ? await bySlopes(opened, attacked) : undefined;
      if (affine) {
        const scores = affine.scores(affine.rows);
        return {
          labels: argMax(scores),
          losses: crossEntropy(scores, labels, false),
          margins: margin(scores, labels),
          sizes: undefined,
          gradients: affine.gradients(scores, labels),
          noGradients: undefined,
        };
      }
      const gradients = differentiable && (await room("float32", shape));
      const sizes = differentiable && measure && new Float64Array(n);
      for (const { from, to } of blocksOf(shape, rowsOfCall)) {
        const x = denseRows(attacked, from, to);
        const own = labels.subarray(from, to);
        const slopes = await differentiable?.inputGradient("crossEntropy", x, own);
        const scores = slopes?.scores ?? (await scoresOf(x));
        found.labels.set(argMax(scores), from);
        found.losses.set(crossEntropy(scores, own, model.probabilities), from);
        found.margins.set(margin(scores, own), from);
        if (slopes) await gradients!.write(from, withoutHalves(toFloat(slopes.gradient, "float32")));
        sizes?.set(await inputGradientSizes(differentiable!, x, own, measure!, size), from);
      }
      return { ...found, sizes, gradients, noGradients: notDifferentiable };
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
