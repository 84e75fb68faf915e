// Digits 8 and 9 of MNIST for tests, where this machine has them.

import { readFileSync } from "node:fs";
import { type Dataset, dataset } from "../src/data/dataset.ts";
import { gunzip } from "../src/data/formats/gzip.ts";
import { readIdx } from "../src/data/formats/idx.ts";
import { reshape, toNumbers } from "../src/tensor.ts";
import { sharedData } from "./sharedData.ts";

/** The training part (11,800 rows) and the test part (1,983 rows), or undefined where they are absent. */
export function mnist89(): { readonly train: Dataset; readonly test: Dataset } | undefined {
  const parts = ["train", "t10k"].map((part) => {
    const images = sharedData(`mnist/mnist89-${part}-images-idx3-ubyte.gz`);
    const labels = sharedData(`mnist/mnist89-${part}-labels-idx1-ubyte.gz`);
    if (!images || !labels) return undefined;
    const x = readIdx(gunzip(readFileSync(images)));
    const y = readIdx(gunzip(readFileSync(labels)));
    return dataset({ features: reshape(x, [x.shape[0], 784]), labels: toNumbers(y) });
  });
  return parts[0] && parts[1] && { train: parts[0], test: parts[1] };
}
