// Options that several verbs share, and the parsers that check their values.

import { InputError } from "@carom/core";
import { invalidOption as invalid, numberIn as parseNumber } from "@carom/core/data";
import type { Command } from "commander";
import { print } from "../terminal/print.ts";
import { visibleJson } from "../terminal/visible.ts";

export { invalid };

export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly seed: number;
}

/** Adds --seed, --json and --quiet. A verb that takes its seed from elsewhere names no default. */
export function withCommonOptions(command: Command, defaultSeed: number | null = 0): Command {
  return command
    .option("--seed <integer>", "seed of every random choice", parseSeed, defaultSeed ?? undefined)
    .option("--json", "print one JSON document on standard output and nothing else there")
    .option("--quiet", "no progress");
}

/** Writes a JSON document to standard output. */
export function printJson(document: unknown): void {
  print(`${visibleJson(document)}\n`);
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw invalid("--seed", "an integer from 0", text, "leave it out for 0");
}

/** A positive whole number given to an option. */
export function parsePositive(option: string, text: string): number {
  const count = parseNumber(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw invalid(option, "a positive integer", text, "give a count");
}

/** Budgets of a curve that anyone would look at. */
const MOST_EPSILONS = 1000;

/** A list of budgets: positive, in the units of the features. */
export function parseEpsilons(text: string): number[] {
  const values = text.split(",").map(parseNumber);
  if (values.length > MOST_EPSILONS)
    throw invalid("--epsilon", `at most ${MOST_EPSILONS} budgets`, `${values.length}`, "give fewer of them");
  if (values.every((value) => Number.isFinite(value) && value > 0) && new Set(values).size === values.length) {
    return values.sort((a, b) => a - b);
  }
  throw invalid(
    "--epsilon",
    "positive numbers, each once, with commas between",
    text,
    "for instance --epsilon 0.5,1,2",
  );
}

/** The number of worker processes. */
export function parseWorkers(text: string): number {
  const count = parseNumber(text);
  if (Number.isSafeInteger(count) && count > 0 && count <= 256) return count;
  throw invalid("--workers", "an integer from 1 to 256", text, "leave it out for one per core");
}

/** The share of the surrogates' training data that is used. */
export function parseFraction(text: string): number {
  const value = parseNumber(text);
  if (value > 0 && value <= 1) return value;
  throw invalid("--surrogate-fraction", "a number above 0 and up to 1", text, "for instance 0.2");
}

/** The share of rows of other classes that may be taken for the class that is detected. */
export function parseShare(text: string): number {
  const value = parseNumber(text);
  if (value >= 0 && value < 1) return value;
  throw invalid("--false-alarms", "a number from 0 and below 1", text, "for instance 0.005");
}

/** What somebody has to say. @throws InputError where it is not said to the verb */
export function required<T>(verb: string, value: T | undefined, what: string, expected: string): T {
  if (value !== undefined) return value;
  throw new InputError("missing", what, { expected, got: "none", remedy: `see carom ${verb} --help` });
}
