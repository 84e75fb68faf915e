// Poisoning points on disk: rows that join a training set, where each began and what it was cloned from.

import { basename } from "node:path";
import { type Tensor, tensor } from "@carom/core";
import type { PoisonPoints } from "@carom/core/attacks";
import { bytesSource, openNpzFile, writeNpz } from "@carom/core/data";
import { unpacker } from "./inputFile.ts";
import { readBytes } from "./read.ts";

/**
 * The bytes of a .npz file: x and y as training data has them; start; source, a row counted from 0; the loss after
 * each.
 */
export function poisonBytes(
  { x, start, labels, sources }: PoisonPoints,
  losses: readonly number[],
  classNames: readonly string[],
): Uint8Array {
  const n = labels.length;
  return writeNpz({
    x,
    y: tensor("int32", [n], Int32Array.from(labels, valuesOf(classNames))),
    start,
    source: tensor("int32", [n], sources),
    loss: tensor("float64", [n], Float64Array.from(losses)),
  });
}

/** The points in a file that `poisonBytes` made. */
export async function readPoison(path: string, classNames: readonly string[]): Promise<PoisonPoints> {
  const archive = await openNpzFile(bytesSource(await readBytes("file", path)), unpacker, basename(path));
  const values = classNames.map((_, k) => valuesOf(classNames)(k));
  return {
    x: (await archive.read("x")) as Tensor<"float64">,
    start: (await archive.read("start")) as Tensor<"float64">,
    labels: Int32Array.from((await archive.read("y")).data as Int32Array, (value) => values.indexOf(value)),
    sources: (await archive.read("source")).data as Int32Array,
  };
}

/** The number that stands for a class in a file: its name where names are integers, else its position. */
function valuesOf(classNames: readonly string[]): (label: number) => number {
  const values = classNames.map(Number);
  return values.every(Number.isInteger) ? (label) => values[label] : (label) => label;
}
