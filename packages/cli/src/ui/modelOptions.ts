// Options that say how a stranger's model file is to be read.

import type { Normalization } from "@carom/core";
import type { Command } from "commander";
import { invalid } from "./options.ts";

export interface ModelOptions {
  readonly normalize?: Normalization;
  readonly classes?: string[];
}

/** Adds --normalize. */
export function withNormalizeOption(command: Command): Command {
  return command.option(
    "--normalize <mean,std>",
    "the model takes (x - mean) / std of the data: two numbers, or the means and then the deviations of all channels",
    parseNormalize,
  );
}

/** Adds --normalize and --classes. */
export function withModelOptions(command: Command): Command {
  return withNormalizeOption(command).option(
    "--classes <list>",
    "names of the model's classes, in the order of its scores",
    parseNames,
  );
}

/** Means first, then as many deviations. */
function parseNormalize(text: string): Normalization {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const half = numbers.length / 2;
  const mean = numbers.slice(0, half);
  const deviation = numbers.slice(half);
  if (Number.isInteger(half) && numbers.every(Number.isFinite) && deviation.every((value) => value > 0)) {
    return { mean, deviation };
  }
  throw invalid(
    "--normalize",
    "a mean and a positive deviation, or those of all channels, the means first",
    text,
    "for instance --normalize 0.1307,0.3081",
  );
}

/** Names of classes, in order. */
export function parseNames(text: string): string[] {
  const list = text.split(",").map((name) => name.trim());
  if (list.length > 1 && list.every((name) => name !== "") && new Set(list).size === list.length) return list;
  throw invalid(
    "--classes",
    "two names or more, each once, with commas between",
    text,
    "for instance --classes no,yes",
  );
}
