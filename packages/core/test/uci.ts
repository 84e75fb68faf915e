// The two UCI data sets for tests, where this machine has them.

import { readFileSync } from "node:fs";
import { type Dataset, dataset } from "../src/data/dataset.ts";
import { gunzip } from "../src/data/formats/gzip.ts";
import { tensor } from "../src/tensor.ts";
import { sharedData } from "./sharedData.ts";

/** Handwritten digits, 64 features of 0 to 16, ten classes: 3,823 rows for training, 1,797 for test. */
export function optdigits(): { readonly train: Dataset; readonly test: Dataset } | undefined {
  const parts = ["tra", "tes"].map((part) => {
    const rows = lines(`uci/optdigits.${part}.gz`)?.map((line) => line.split(",").map(Number));
    return (
      rows &&
      table(
        rows.map((row) => row.slice(0, -1)),
        rows.map((row) => row[64]),
        [0, 16],
      )
    );
  });
  return parts[0] && parts[1] && { train: parts[0], test: parts[1] };
}

/** Breast tumours, 30 real features, benign (0) or malignant (1), 569 rows. */
export function wdbc(): Dataset | undefined {
  const rows = lines("uci/wdbc.data.gz")?.map((line) => line.split(","));
  return (
    rows &&
    table(
      rows.map((row) => row.slice(2).map(Number)),
      rows.map((row) => Number(row[1] === "M")),
    )
  );
}

function lines(path: string): string[] | undefined {
  const file = sharedData(path);
  return file === undefined
    ? undefined
    : new TextDecoder()
        .decode(gunzip(readFileSync(file)))
        .trim()
        .split("\n");
}

function table(rows: readonly number[][], labels: number[], domain?: readonly [number, number]): Dataset {
  const features = tensor("float32", [rows.length, rows[0].length], Float32Array.from(rows.flat()));
  return dataset({ features, labels, domain });
}
