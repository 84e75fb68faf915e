// The digits that the page attacks: 8 and 9, as the build packed them.

import { type Dataset, dataset, tensor } from "@carom/core";
import { PIXELS } from "./pixels.ts";

export const DIGITS = ["8", "9"] as const;

/** Bytes of grey values, the same number of images of each digit. */
export function digitsFrom(bytes: Uint8Array): Dataset {
  const each = bytes.length / DIGITS.length / PIXELS ** 2;
  const labels = DIGITS.flatMap((_, label) => new Array<number>(each).fill(label));
  const features = tensor(
    "float32",
    [labels.length, PIXELS ** 2],
    Float32Array.from(bytes, (byte) => byte / 255),
  );
  return dataset({ features, labels, classNames: DIGITS, domain: [0, 1] });
}
