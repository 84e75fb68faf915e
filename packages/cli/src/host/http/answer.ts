// What targets answer, brought to one form: a score for each class, one number, or the name of a class.

import { InputError } from "@carom/core";
import { excerpt } from "./body.ts";
import { notFinite } from "./transport.ts";

/** What a target said of one row: a score per class, a single number, or the name of a class. */
export type Answer = readonly number[] | string;

/**
 * Answers from a list as JSON has it: one entry per row, each a list of scores, a number, a name, or, where classes
 * are named, an object of scores by class.
 *
 * @throws InputError where there is not an answer for each row, or something else than an answer
 */
export function answersFrom(list: unknown, rows: number, name: string, classes?: readonly string[]): Answer[] {
  if (!Array.isArray(list) || list.length !== rows) {
    throw unexpected(
      name,
      `one answer for each of ${rows} rows`,
      Array.isArray(list) ? `${list.length} answers` : `"${excerpt(JSON.stringify(list) ?? "nothing", 80)}"`,
    );
  }
  return list.map((each) => answerFrom(each, name, classes));
}

function answerFrom(value: unknown, name: string, classes: readonly string[] | undefined): Answer {
  if (typeof value === "string" && !/^-?(nan|inf(inity)?)$/i.test(value)) return value;
  if (typeof value === "boolean") return [Number(value)];
  if (typeof value === "number") return [finite(value, name)];
  if (Array.isArray(value) && value.length > 0) {
    // Some servers give each row's label or scores a list of its own.
    if (value.length === 1 && (typeof value[0] !== "number" || Array.isArray(value[0]))) {
      return answerFrom(value[0], name, classes);
    }
    return value.map((each) => finite(each, name));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && classes) {
    const scores = value as Readonly<Record<string, unknown>>;
    if (Object.keys(scores).length === classes.length && classes.every((each) => each in scores)) {
      return classes.map((each) => finite(scores[each], name));
    }
  }
  if (value === null || typeof value === "string") throw notFinite(name);
  throw unexpected(
    name,
    "scores in a list, one number, or the name of a class, for each row",
    `"${excerpt(JSON.stringify(value), 80)}"`,
  );
}

function finite(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (value === null || typeof value === "number" || typeof value === "string") throw notFinite(name);
  throw unexpected(name, "scores that are numbers", `"${excerpt(JSON.stringify(value) ?? "nothing", 80)}"`);
}

/** What is said of an answer that nobody can read. */
export function unexpected(name: string, expected: string, got: string): InputError {
  return new InputError("invalid", `answer of target ${name}`, {
    expected,
    got,
    remedy: "name another protocol with --protocol, or describe requests and answers in a mapping file",
  });
}
