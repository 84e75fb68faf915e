// What users write of a stranger's model file, in a command or in a field of a page, and what it means.

import { invalidOption } from "../spelled.ts";
import type { Normalization } from "./normalized.ts";
import type { OpenSizes } from "./openSizes.ts";

/** Means first, then as many deviations: "0.1307,0.3081". @throws InputError for anything else */
export function normalizationIn(text: string): Normalization {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const half = numbers.length / 2;
  const mean = numbers.slice(0, half);
  const deviation = numbers.slice(half);
  if (Number.isInteger(half) && numbers.every(Number.isFinite) && deviation.every((value) => value > 0)) {
    return { mean, deviation };
  }
  throw invalidOption(
    "--normalize",
    "a mean and a positive deviation, or those of all channels, the means first",
    text,
    "for instance --normalize 0.1307,0.3081",
  );
}

/** Sizes of one row, "3,224,224", or of open axes by name, "sequence=16". @throws InputError for anything else */
export function sizesIn(text: string): OpenSizes {
  const sizes = text.split(",").map((part) => /^(?:(?<name>[^=]+)=)?(?<size>[1-9]\d*)$/.exec(part.trim())?.groups);
  const named = sizes.map((part) => part?.name);
  if (sizes.every((part) => part !== undefined)) {
    if (named.every((name) => name === undefined)) return sizes.map(({ size }) => Number(size));
    if (named.every((name) => name !== undefined)) {
      return Object.fromEntries(sizes.map(({ name, size }) => [name, Number(size)]));
    }
  }
  throw invalidOption(
    "--input-shape",
    "sizes of one row, or NAME=SIZE for each open axis",
    text,
    "for instance 3,224,224",
  );
}

/** Names of classes, in order: "no,yes". @throws InputError for fewer than two, and for one that stands there twice */
export function classNamesIn(text: string): string[] {
  const list = text.split(",").map((name) => name.trim());
  if (list.length > 1 && list.every((name) => name !== "") && new Set(list).size === list.length) return list;
  throw invalidOption(
    "--classes",
    "two names or more, each once, with commas between",
    text,
    "for instance --classes no,yes",
  );
}
