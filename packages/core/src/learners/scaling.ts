// Features brought to comparable size before training, by nodes inside the model's graph.

import type { Dataset } from "../data/dataset.ts";
import { columnRanges } from "../data/domain.ts";
import { isSparse } from "../data/sparse.ts";
import { type OnnxModel, plainNode } from "../onnx/graph.ts";
import { allocate, type FloatType, type Tensor, tensor } from "../tensor.ts";

/** x -> (x - lower) / range for each of the D features, in float32, as a model's graph has it. */
export interface Scaling {
  readonly lower: Float64Array;
  readonly range: Float64Array;
}

/**
 * How features of a dataset are mapped to [0, 1] before training; `undefined` where they stay as they are.
 *
 * Dense features go to (x - lower) / (upper - lower). Zeros of sparse rows must stay zeros, so these are divided by the
 * larger of |lower| and |upper| alone. Features of one value are not divided. Bounds are those of the domain, so that
 * features that share an interval are scaled alike, or what `scaling` of the dataset says.
 */
export function scalingOf(data: Dataset): Scaling | undefined {
  if (data.scaling === "none") return undefined;
  const bounds = data.scaling === "columns" ? columnRanges(data.features) : data.domain;
  const sparse = isSparse(data.features);
  const lower = bounds.lower.map((low) => (sparse ? 0 : Math.fround(low)));
  const range = bounds.upper.map((high, j) => {
    const low = bounds.lower[j];
    const width = Math.fround(sparse ? Math.max(Math.abs(low), Math.abs(high)) : high - low);
    return width >= LEAST ? width : 1;
  });
  const isNeeded = lower.some((low) => low !== 0) || range.some((width) => width !== 1);
  return isNeeded ? { lower, range } : undefined;
}

/** The least number that float32 holds to full precision. */
const LEAST = 2 ** -126;

/** The dataset with its features, and their domain, mapped; not to be mapped again. */
export function scaleFeatures(data: Dataset, scaling: Scaling): Dataset {
  const { features, domain } = data;
  const at = (values: Float64Array) => values.map((value, j) => (value - scaling.lower[j]) / scaling.range[j]);
  const mapped = { ...domain, lower: at(domain.lower), upper: at(domain.upper) };
  if (isSparse(features)) {
    const value = features.value.map((each, entry) => each / scaling.range[features.index[entry]]);
    return { ...data, features: { ...features, value }, domain: mapped, scaling: "none" };
  }
  const values = allocate(features.type, features.data.length);
  const scaled = { ...features, data: scaleRows(features.data, scaling, values) } as Tensor<FloatType>;
  return { ...data, features: scaled, domain: mapped, scaling: "none" };
}

/** The rows in `from`, D numbers each, mapped into `to`. */
export function scaleRows<Into extends Float32Array | Float64Array>(
  from: Float32Array | Float64Array,
  { lower, range }: Scaling,
  to: Into,
): Into {
  const d = lower.length;
  for (let row = 0; row < from.length; row += d) {
    for (let j = 0; j < d; j++) to[row + j] = (from[row + j] - lower[j]) / range[j];
  }
  return to;
}

/** The same model behind (x - lower) / range. */
export function scaleInput(model: OnnxModel, scaling: Scaling, featureShape: readonly number[]): OnnxModel {
  const { graph } = model;
  const constant = (values: Float64Array) =>
    values.every((value) => value === values[0])
      ? tensor("float32", [], [values[0]])
      : tensor("float32", featureShape, [...values]);
  const inner = "x:scaled";
  const nodes = graph.nodes.map((each) => ({
    ...each,
    inputs: each.inputs.map((name) => (name === "x" ? inner : name)),
  }));
  return {
    ...model,
    graph: {
      ...graph,
      initializers: new Map([
        ["x:lower", constant(scaling.lower)],
        ["x:range", constant(scaling.range)],
        ...graph.initializers,
      ]),
      nodes: [
        plainNode("Sub", ["x", "x:lower"], "x:shifted"),
        plainNode("Div", ["x:shifted", "x:range"], inner),
        ...nodes,
      ],
    },
  };
}

/** Whether features are mapped before learning, or were not to be. */
export function isScaled(data: Dataset): boolean {
  return data.scaling === "none" || scalingOf(data) !== undefined;
}

/** How learners see features, in words; options such as C mean what they do on features of that size. */
export function describeScaling(data: Dataset): string {
  if (data.scaling === "none") return "off, so that options such as C are in the features' own units";
  const scaling = scalingOf(data);
  const mean = "options such as C are for features in [0, 1]";
  if (!scaling) return "not needed, as features lie in [0, 1]";
  const { lower, range } = scaling;
  const isShared = lower.every((low) => low === lower[0]) && range.every((width) => width === range[0]);
  if (isSparse(data.features)) return `${isShared ? `by ${range[0]}` : "each feature by its largest size"}; ${mean}`;
  const from = isShared ? `all features from [${lower[0]}, ${lower[0] + range[0]}]` : "each feature from its own range";
  return `${from} to [0, 1]; ${mean}`;
}
