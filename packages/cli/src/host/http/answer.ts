// What targets answer, brought to one form: numbers, a text, or scores by the names of classes.

import { InputError } from "@carom/core";
import { excerpt } from "./body.ts";
import { notFinite } from "./faults.ts";
import { isObject } from "./isObject.ts";

/** Scores by the names of classes. */
export type NamedScores = { readonly [className: string]: number };

/** What a target said of one row: numbers, one or several; a text, which may be that of a number; or named scores. */
export type Answer = readonly number[] | string | NamedScores;

export const isList = (answer: Answer): answer is readonly number[] => Array.isArray(answer);

/** The text of an answer that is one text or one number. */
export function textOf(answer: Answer): string | undefined {
  if (typeof answer === "string") return answer;
  return isList(answer) && answer.length === 1 ? String(answer[0]) : undefined;
}

/** Whether a value that was written down is an answer. */
export function isAnswer(value: unknown): value is Answer {
  if (typeof value === "string") return true;
  const numbers = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return numbers.length > 0 && numbers.every((each) => Number.isFinite(each));
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number in a text as JSON or a program would print it; undefined where it is none. */
export function numberIn(text: string): number | undefined {
  return decimal.test(text.trim()) ? Number(text) : undefined;
}

/**
 * Answers from a list as JSON has it, one entry per row: a number, a text, a list of scores, an object of scores by
 * class, or a list of objects that each hold a label and its score. A single answer may lack the list around it.
 *
 * @throws InputError where there is not an answer for each row, or something else than an answer
 */
export function answersFrom(value: unknown, rows: number, name: string): Answer[] {
  const list = rows === 1 && !(Array.isArray(value) && value.length === 1) ? [value] : value;
  if (!Array.isArray(list) || list.length !== rows) {
    throw unexpected(
      name,
      `one answer for each of ${rows} rows`,
      Array.isArray(list) ? `${list.length} answers` : shownIn(value),
    );
  }
  return list.map((each) => answerFrom(each, name));
}

function answerFrom(value: unknown, name: string): Answer {
  if (typeof value === "string" && !/^[+-]?(nan|inf(inity)?)$/i.test(value.trim())) return value;
  if (typeof value === "boolean") return [Number(value)];
  if (typeof value === "number" || typeof value === "string" || value === null) return [finite(value, name)];
  if (isObject(value)) {
    const paired = pairedScores([value]);
    if (paired) return paired;
    const entries = Object.entries(value);
    if (entries.length > 0 && entries.every(([, each]) => isScore(each))) {
      return Object.fromEntries(entries.map(([key, each]) => [key, finite(each, name)]));
    }
  }
  if (Array.isArray(value) && value.length > 0) {
    const paired = pairedScores(value);
    if (paired) return paired;
    // Some servers give each row's label or scores a list of its own.
    if (value.length === 1 && typeof value[0] !== "number") return answerFrom(value[0], name);
    return value.map((each) => finite(each, name));
  }
  throw unexpected(name, "scores, one number, or the name of a class, for each row", shownIn(value));
}

/** Whether a value stands where a score is expected: a number, also as text, also one that is not finite. */
function isScore(value: unknown): boolean {
  return typeof value === "number" || value === null || (typeof value === "string" && numberIn(value) !== undefined);
}

/**
 * Scores by class from objects that each hold a label and its score, in whatever order, such as best first.
 *
 * The score is the named property, else the only one of numbers, or the only one of these that is called so. The label
 * is the only one of texts that differ, or the only one of these that is called so, or whole numbers that are called
 * so. Undefined where properties do not tell.
 */
export function pairedScores(entries: readonly unknown[], scoreName?: string): NamedScores | undefined {
  if (!entries.every(isObject)) return undefined;
  const names = Object.keys(entries[0]).filter((name) => entries.every((entry) => Object.hasOwn(entry, name)));
  const valuesOf = (name: string) => entries.map((entry) => entry[name]);
  const score = scoreName ?? only(namesWhere(names, valuesOf, isFiniteScore), /score|prob|conf|logit/i);
  if (score === undefined || !valuesOf(score).every(isFiniteScore)) return undefined;
  const others = names.filter((name) => name !== score && new Set(valuesOf(name)).size === entries.length);
  const label =
    only(namesWhere(others, valuesOf, isText), /label|class|name/i) ??
    only(
      namesWhere(others, valuesOf, Number.isInteger).filter((name) => /label|class/i.test(name)),
      /label|class/i,
    );
  if (label === undefined) return undefined;
  return Object.fromEntries(entries.map((entry) => [String(entry[label]), Number(entry[score])]));
}

const isText = (value: unknown) => typeof value === "string";
const isFiniteScore = (value: unknown) => Number.isFinite(typeof value === "string" ? numberIn(value) : value);

function namesWhere(
  names: readonly string[],
  valuesOf: (name: string) => readonly unknown[],
  holds: (value: unknown) => boolean,
): string[] {
  return names.filter((name) => valuesOf(name).every(holds));
}

/** The only one of several names, or the only one that reads as expected. */
function only(names: readonly string[], usual: RegExp): string | undefined {
  const chosen = names.length === 1 ? names : names.filter((name) => usual.test(name));
  return chosen.length === 1 ? chosen[0] : undefined;
}

function finite(value: unknown, name: string): number {
  const number = typeof value === "string" ? (numberIn(value) ?? value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  if (number === null || typeof number === "number") throw notFinite(name);
  if (typeof number === "string" && /^\s*[+-]?(nan|inf(inity)?)\s*$/i.test(number)) throw notFinite(name);
  throw unexpected(name, "scores that are numbers", shownIn(value));
}

const shownIn = (value: unknown) =>
  `"${excerpt(typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing"), 80)}"`;

/** What is said of an answer that nobody can read. */
export function unexpected(name: string, expected: string, got: string): InputError {
  return new InputError("invalid", `answer of target ${name}`, {
    expected,
    got,
    remedy: "name another protocol with --protocol, or describe requests and answers in a mapping file",
  });
}

/** @throws InputError: scores are expected, and there is a text */
export function noNumber(text: string, name: string): never {
  throw new InputError("invalid", `scores of target ${name}`, {
    expected: "numbers",
    got: `"${text.slice(0, 80)}"`,
    remedy: "if that is the name of a class, give the way to it as labels: in the mapping file",
  });
}
