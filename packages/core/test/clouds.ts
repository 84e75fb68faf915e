// Points of several classes around means of their own, in [0, 1].

import { type Dataset, dataset } from "../src/data/dataset.ts";
import { stream } from "../src/random.ts";
import { tensor } from "../src/tensor.ts";

/** 240 points of 10 features, of up to three classes named a, b, c in turn. */
export function clouds(classes: number): Dataset {
  const [n, d] = [240, 10];
  const random = stream(3, "clouds");
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const means = Array.from({ length: classes * d }, () => 0.35 + 0.3 * random.uniform());
  const value = (k: number) => means[labels[Math.floor(k / d)] * d + (k % d)] + 0.12 * random.normal();
  return dataset({
    features: tensor(
      "float32",
      [n, d],
      Float32Array.from({ length: n * d }, (_, k) => Math.min(1, Math.max(0, value(k)))),
    ),
    labels,
    classNames: ["a", "b", "c"].slice(0, classes),
    domain: [0, 1],
  });
}
