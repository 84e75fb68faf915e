// Datasets as artifacts, and the parts of them that tasks work on.

import { type Dataset, takeRows } from "../../data/dataset.ts";
import { isSparse, sparseType } from "../../data/sparse.ts";
import { type FloatType, type Tensor, tensor } from "../../tensor.ts";
import type { Artifact } from "../artifact.ts";
import type { Parameters } from "../task.ts";

/** A dataset as an artifact. */
export function datasetArtifact({ features, labels, classNames, featureShape, domain, scaling }: Dataset): Artifact {
  const rows: Record<string, Tensor> = isSparse(features)
    ? {
        start: tensor("int32", [features.start.length], features.start),
        index: tensor("int32", [features.index.length], features.index),
        value: tensor(sparseType(features), [features.value.length], features.value),
      }
    : { features };
  return {
    json: { classNames, featureShape, ...(domain.kinds && { kinds: domain.kinds }), ...(scaling && { scaling }) },
    arrays: {
      ...rows,
      labels: tensor("int32", [labels.length], labels),
      lower: tensor("float64", [domain.lower.length], domain.lower),
      upper: tensor("float64", [domain.upper.length], domain.upper),
    },
  };
}

/** The dataset in an artifact. */
export function datasetOf({ json, arrays }: Artifact): Dataset {
  const { classNames, featureShape, kinds, scaling } = json as Pick<
    Dataset,
    "classNames" | "featureShape" | "scaling"
  > & {
    readonly kinds?: NonNullable<Dataset["domain"]["kinds"]>;
  };
  const lower = arrays.lower.data as Float64Array;
  const labels = arrays.labels.data as Int32Array;
  const features = arrays.features
    ? (arrays.features as Tensor<FloatType>)
    : {
        rows: labels.length,
        columns: lower.length,
        start: arrays.start.data as Int32Array,
        index: arrays.index.data as Int32Array,
        value: arrays.value.data as Float32Array | Float64Array,
      };
  const domain = { lower, upper: arrays.upper.data as Float64Array, ...(kinds && { kinds }) };
  return { features, labels, classNames, featureShape, domain, ...(scaling && { scaling }) };
}

/** A part of a dataset as a plan names it: the data's key and, where only some rows belong, a split and a position. */
export interface PartRef {
  readonly data: string;
  readonly split?: string;
  readonly part?: number;
}

/** The inputs and parameters by which a task is given a part under a name. */
export function partInputs(name: string, { data, split }: PartRef): Record<string, string> {
  return { [name]: data, ...(split !== undefined && { [`${name}:split`]: split }) };
}

export function partParameters(name: string, { part }: PartRef): Parameters {
  return { [`${name}:part`]: part };
}

/** The rows of a part that a task was given under a name. */
export function partOf(name: string, parameters: Parameters, inputs: Readonly<Record<string, Artifact>>): Dataset {
  const data = datasetOf(inputs[name]);
  const split = inputs[`${name}:split`];
  if (!split) return data;
  return takeRows(data, split.arrays[String(parameters[`${name}:part`])].data as Int32Array);
}
