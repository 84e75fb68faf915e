// Training with what surrounds a learner: checked data, features scaled to [0, 1] inside the graph, metadata.

import { type Dataset, rowCount } from "../data/dataset.ts";
import { wholeInterval } from "../data/domain.ts";
import { InputError } from "../errors.ts";
import { type Model, modelFromGraph } from "../models/model.ts";
import type { Runtime } from "../models/runtime.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import { rangeOf } from "../onnx/range.ts";
import { stream } from "../random.ts";
import { parseOptions } from "../registry.ts";
import type { ElementType, Tensor } from "../tensor.ts";
import { whyInfeasible } from "./feasible.ts";
import type { AnyLearner, FitContext } from "./learner.ts";
import { scaleFeatures, scaleInput, scalingOf } from "./scaling.ts";
import { sizeOfTraining } from "./trainingSize.ts";
import type { Tree } from "./trees/tree.ts";

/** How a learner is fitted: where it computes, its seed, and its hyper-parameters. */
export interface FitOptions {
  readonly runtime: Runtime;
  readonly seed: number;
  /** Names the random stream of this fit, so that two fits of one seed are independent. */
  readonly stream: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** All trees of a forest in order, where `growTrees` has grown them before. */
  readonly trees?: readonly Tree[] | undefined;
  /** What else the file should say of itself. */
  readonly metadata?: Readonly<Record<string, string>>;
  onProgress?(done: number): void;
}

/** A trained model, how its training ended, and the hyper-parameters it had. */
export interface FittedModel {
  readonly model: Model;
  readonly training: Readonly<Record<string, number>>;
  /** All options, defaults included. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Trains a learner. Features are mapped to [0, 1] before training, by nodes inside the graph, so that learning rates
 * and regularisation mean the same for every data set and every column, and models take the user's units.
 *
 * @throws InputError for options the learner lacks, for data with one class only, and for more than it can learn from.
 *
 * @example
 * ```ts
 * import { dataset, fit, learnerByName, predict, runtimeFrom, tensor } from "@carom/core";
 * import * as ort from "onnxruntime-node";
 *
 * const runtime = runtimeFrom(ort);
 * const data = dataset({ features: tensor("float32", [4, 1], [0, 1, 9, 10]), labels: ["low", "low", "high", "high"] });
 * const { model, options } = await fit(learnerByName("logistic"), data, {
 *   runtime,
 *   seed: 0,
 *   stream: "example",
 *   options: { C: 100 },
 * });
 * console.log(options.C, model.classNames); // 100 [ 'high', 'low' ]
 * console.log([...(await predict(runtime, model, data))]); // [ 1, 1, 0, 0 ]
 * ```
 */
export async function fit(learner: AnyLearner, data: Dataset, context: FitOptions): Promise<FittedModel> {
  const { options, scaling, scaled, own } = prepared(learner, data, context);
  const { model, training } = context.trees
    ? learner.forest!.join(context.trees, data)
    : await learner.fit(scaled(), options, own);
  requireFinite(learner, options, model);
  const graph = scaling ? scaleInput(model, scaling, data.featureShape) : model;
  const metadata = {
    scores: "logits",
    ...model.metadata,
    learner: learner.name,
    options: JSON.stringify(options),
    classes: JSON.stringify(data.classNames),
    ...(data.featureNames && { features: JSON.stringify(data.featureNames) }),
    domain: JSON.stringify(wholeInterval(data.domain)),
    ...context.metadata,
  };
  return { model: modelFromGraph({ ...graph, metadata }), training, options };
}

/**
 * Grows the trees of a forest from one number to another (exclusive), those that a fit of the whole would have there.
 *
 * @throws InputError as `fit` does
 */
export function growTrees(
  learner: AnyLearner,
  data: Dataset,
  context: FitOptions,
  from: number,
  to: number,
): readonly Tree[] {
  const { options, scaled, own } = prepared(learner, data, context);
  return learner.forest!.grow(scaled(), options, own, from, to);
}

/** Options, and what a learner is handed, once the data are seen to be such as it can learn from. */
function prepared(learner: AnyLearner, data: Dataset, context: FitOptions) {
  const options = parseOptions(learner, context.options ?? {});
  requireClasses(data);
  const infeasible = whyInfeasible(learner, options, sizeOfTraining(data));
  if (infeasible) throw infeasible;
  const scaling = scalingOf(data);
  const { scales = false } = learner.capabilities;
  const own: FitContext = {
    runtime: context.runtime,
    ...(scales && { scaling }),
    random: (label) => stream(context.seed, "fit", context.stream, label),
    onProgress: (done) => context.onProgress?.(done),
  };
  return { options, scaling, scaled: () => (scaling && !scales ? scaleFeatures(data, scaling) : data), own };
}

/**
 * Weights that float32 does not hold make no model: the options that differ from what they are by default may be why.
 */
function requireFinite(learner: AnyLearner, options: Readonly<Record<string, unknown>>, { graph }: OnnxModel): void {
  const isSound = (value: Tensor) => !isFloat(value.type) || rangeOf(value).finite;
  if ([...graph.initializers.values()].every(isSound)) return;
  const defaults = parseOptions(learner, {});
  const own = Object.keys(options).filter(
    (option) => JSON.stringify(options[option]) !== JSON.stringify(defaults[option]),
  );
  throw new InputError("invalid", `training of ${learner.name}`, {
    expected: "weights that are finite numbers in float32",
    got: `others${own.length > 0 ? ` with ${own.map((option) => `${option}=${JSON.stringify(options[option])}`).join(", ")}` : ""}`,
    remedy: "choose less extreme ones, or scale the features",
  });
}

const isFloat = (type: ElementType) => type === "float32" || type === "float64";

function requireClasses(data: Dataset): void {
  const present = new Set(data.labels);
  if (present.size === data.classNames.length && present.size >= 2) return;
  throw new InputError("invalid", "training data", {
    expected:
      "rows of at least two " +
      `classes${data.classNames.length > 1 ? `, and of each of ${data.classNames.length}` : ""}`,
    got:
      `${rowCount(data)} rows of ` +
      `${present.size === 1 ? `"${data.classNames[data.labels[0]]}" alone` : `${present.size} of them`}`,
    remedy: "give data in which every class occurs",
  });
}
