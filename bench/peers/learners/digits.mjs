// Digits 8 and 9 of MNIST for the benchmarks of learners: the first n training rows.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataset, takeRows } from "@carom/core";
import { gunzip, readIdx } from "@carom/core/data";

/** The folder that holds mnist/; the peers read it too. */
const folder = process.env.CAROM_DATA;
if (!folder) throw new Error("set CAROM_DATA to the folder that holds mnist/");

const read = (/** @type {string} */ name) => readIdx(gunzip(readFileSync(join(folder, "mnist", name))));
const images = read("mnist89-train-images-idx3-ubyte.gz");
const labels = Array.from(read("mnist89-train-labels-idx1-ubyte.gz").data, Number);
const all = dataset({ features: images, labels, featureShape: [1, 28, 28] });

/** The first n rows, of shape [1, 28, 28]. */
export function digits(/** @type {number} */ n) {
  return takeRows(
    all,
    Int32Array.from({ length: n }, (_, row) => row),
  );
}
