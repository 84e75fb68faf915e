// Training with what surrounds a learner: checked data, features scaled to [0, 1] inside the graph, metadata.

import { type Dataset, rowCount, uniformDomain } from "../data/dataset.ts";
import { isSparse } from "../data/sparse.ts";
import { InputError } from "../errors.ts";
import { type Model, modelFromGraph } from "../models/model.ts";
import type { Runtime } from "../models/runtime.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import { stream } from "../random.ts";
import { allocate, type FloatType, tensor } from "../tensor.ts";
import type { AnyLearner } from "./index.ts";
import { parseOptions } from "./index.ts";

export interface FitOptions {
  readonly runtime: Runtime;
  readonly seed: number;
  /** Names the random stream of this fit, so that two fits of one seed are independent. */
  readonly label: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** What else the file should say of itself. */
  readonly metadata?: Readonly<Record<string, string>>;
  onProgress?(done: number): void;
}

export interface FittedModel {
  readonly model: Model;
  readonly training: Readonly<Record<string, number>>;
  /** All options, defaults included. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Trains a learner. Features whose domain is not [0, 1] are mapped there before training, by nodes inside the graph,
 * so that learning rates and regularisation mean the same for every data set and models take the user's units.
 *
 * @throws InputError for options the learner lacks, and for data with one class only.
 */
export async function fit(learner: AnyLearner, data: Dataset, context: FitOptions): Promise<FittedModel> {
  const options = parseOptions(learner, context.options ?? {});
  requireClasses(data);
  const scaling = scalingOf(data);
  const scaled = scaling ? scaleFeatures(data, scaling) : data;
  const { model, training } = await learner.fit(scaled, options, {
    runtime: context.runtime,
    random: (label) => stream(context.seed, "fit", context.label, label),
    onProgress: (done) => context.onProgress?.(done),
  });
  const graph = scaling ? scaleInput(model, scaling) : model;
  const metadata = {
    ...model.metadata,
    learner: learner.name,
    options: JSON.stringify(options),
    classes: JSON.stringify(data.classNames),
    ...(data.featureNames && { features: JSON.stringify(data.featureNames) }),
    domain: JSON.stringify(commonBox(data)),
    ...context.metadata,
  };
  return { model: modelFromGraph({ ...graph, metadata }), training, options };
}

/** How features are mapped to [0, 1] before training: (x - lower) / range. */
export interface Scaling {
  readonly lower: number;
  readonly range: number;
}

/** The common box of all features. */
function commonBox({ domain }: Dataset): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of domain.lower) low = Math.min(low, value);
  for (const value of domain.upper) high = Math.max(high, value);
  return [low, high];
}

/** The scaling of a dataset whose box is not [0, 1] already. */
export function scalingOf(data: Dataset): Scaling | undefined {
  const [low, high] = commonBox(data);
  if ((low === 0 && high === 1) || isSparse(data.features) || high <= low) return undefined;
  return { lower: low, range: high - low };
}

/** The dataset with its features mapped to [0, 1]. */
export function scaleFeatures(data: Dataset, { lower, range }: Scaling): Dataset {
  const features = data.features as { type: FloatType; shape: readonly number[]; data: Float32Array | Float64Array };
  const values = allocate(features.type, features.data.length);
  for (let i = 0; i < values.length; i++) values[i] = (features.data[i] - lower) / range;
  return { ...data, features: { ...features, data: values }, domain: uniformDomain(data.domain.lower.length, 0, 1) };
}

/** The same model behind (x - lower) / range. */
function scaleInput(model: OnnxModel, { lower, range }: Scaling): OnnxModel {
  const { graph } = model;
  const inner = "x:scaled";
  const node = (op: string, inputs: readonly string[], output: string) => ({
    op,
    domain: "",
    name: output,
    inputs,
    outputs: [output],
    attributes: {},
  });
  const nodes = graph.nodes.map((each) => ({
    ...each,
    inputs: each.inputs.map((name) => (name === "x" ? inner : name)),
  }));
  return {
    ...model,
    graph: {
      ...graph,
      initializers: new Map([
        ["x:lower", tensor("float32", [], [lower])],
        ["x:range", tensor("float32", [], [range])],
        ...graph.initializers,
      ]),
      nodes: [node("Sub", ["x", "x:lower"], "x:shifted"), node("Div", ["x:shifted", "x:range"], inner), ...nodes],
    },
  };
}

function requireClasses(data: Dataset): void {
  const present = new Set(data.labels);
  if (present.size === data.classNames.length && present.size >= 2) return;
  throw new InputError("invalid", "training data", {
    expected: `rows of at least two classes, and of each of ${data.classNames.length}`,
    got: `${rowCount(data)} rows of ${present.size} of them`,
    remedy: "give data in which every class occurs",
  });
}
