// Datasets as artifacts.

import type { Dataset } from "../../data/dataset.ts";
import { isSparse, sparseType } from "../../data/sparse.ts";
import { type AnyRows, allRows, inMemory } from "../../rows.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Codec } from "../engine/codec.ts";

/** How a dataset is kept. */
export const datasetCodec: Codec<Dataset> = {
  name: "dataset",
  encode({ features, labels, classNames, featureShape, domain, scaling }) {
    const rows: Record<string, Tensor> = isSparse(features)
      ? {
          start: tensor("int32", [features.start.length], features.start),
          index: tensor("int32", [features.index.length], features.index),
          value: tensor(sparseType(features), [features.value.length], features.value),
        }
      : { features };
    return {
      json: {
        ...{ classNames, featureShape },
        ...(domain.kinds && { kinds: domain.kinds }),
        ...(domain.groups && { groups: domain.groups }),
        ...(scaling && { scaling }),
      },
      arrays: {
        ...rows,
        labels: tensor("int32", [labels.length], labels),
        lower: tensor("float64", [domain.lower.length], domain.lower),
        upper: tensor("float64", [domain.upper.length], domain.upper),
      },
    };
  },
  async decode({ json, arrays }) {
    const { classNames, featureShape, kinds, groups, scaling } = json as Pick<
      Dataset,
      "classNames" | "featureShape" | "scaling"
    > & {
      readonly kinds?: NonNullable<Dataset["domain"]["kinds"]>;
      readonly groups?: NonNullable<Dataset["domain"]["groups"]>;
    };
    const lower = inMemory(arrays.lower).data as Float64Array;
    const labels = inMemory(arrays.labels).data as Int32Array;
    const features = arrays.features
      ? await allRows(arrays.features as AnyRows)
      : {
          rows: labels.length,
          columns: lower.length,
          start: inMemory(arrays.start).data as Int32Array,
          index: inMemory(arrays.index).data as Int32Array,
          value: inMemory(arrays.value).data as Float32Array | Float64Array,
        };
    const domain = {
      lower,
      upper: inMemory(arrays.upper).data as Float64Array,
      ...(kinds && { kinds }),
      ...(groups && { groups }),
    };
    return { features, labels, classNames, featureShape, domain, ...(scaling && { scaling }) };
  },
};
