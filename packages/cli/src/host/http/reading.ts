// How a target's answers are to be read: decided once, from the first of them, and held to ever after.

import { InputError } from "@carom/core";
import type { Answer } from "./answer.ts";

/** What answers mean. */
export interface Reading {
  /** Lists of scores; single scores of the second of two classes; or names of classes. */
  readonly kind: "scores" | "score" | "labels";
  readonly classes: number;
  /** The names of the classes in the order of the scores, where they are known. */
  readonly classNames: readonly string[] | undefined;
  readonly probabilities: boolean;
}

/** How far rounded probabilities may sum from 1. */
const ROUNDING = 0.01;

/**
 * Reads the meaning off the first answers.
 *
 * Lists of K numbers are scores, and probabilities where none is negative and each list sums to 1. Names, and whole
 * numbers that come alone, are classes. Another number alone is the score of the second of two classes: its
 * probability where all lie in [0, 1], else a decision function.
 *
 * @param declared the names of the target's classes, in the order of its scores, where the user or the server gives them
 * @param ofData the names of the data's classes, which a target that names classes is taken to use
 */
export function readingOf(
  answers: readonly Answer[],
  declared: readonly string[] | undefined,
  ofData: readonly string[],
  probabilities: boolean | undefined,
  name: string,
): Reading {
  const numbers = answers.filter((each): each is readonly number[] => typeof each !== "string");
  const alone = numbers.every((each) => each.length === 1);
  const isLabels = numbers.length < answers.length || (alone && numbers.every(([value]) => Number.isInteger(value)));
  if (isLabels) {
    const classNames = declared ?? ofData;
    return { kind: "labels", classes: classNames.length, classNames, probabilities: true };
  }
  const classes = alone ? 2 : numbers[0].length;
  if (declared && declared.length !== classes) {
    throw new InputError("invalid", `classes of target ${name}`, {
      expected: `${classes}, as it answers with ${classes} scores`,
      got: `${declared.length}: ${declared.slice(0, 12).join(", ")}`,
      remedy: "name each class once, in the order of the scores",
    });
  }
  const recognised = alone
    ? numbers.every(([value]) => value >= 0 && value <= 1)
    : numbers.every((each) => each.every((value) => value >= 0) && Math.abs(sum(each) - 1) <= ROUNDING);
  return {
    kind: alone ? "score" : "scores",
    classes,
    classNames: declared,
    probabilities: probabilities ?? recognised,
  };
}

/** The scores that an answer means, K of them. @throws InputError where it is not of the kind that came first */
export function scoresOf(
  answer: Answer,
  { kind, classes, classNames, probabilities }: Reading,
  name: string,
): number[] {
  const count = typeof answer === "string" ? 0 : answer.length;
  const label = typeof answer === "string" ? answer : String(answer[0]);
  if (kind === "labels" && count < 2) {
    const own = classNames?.indexOf(label) ?? -1;
    if (own < 0) throw stranger(label, classNames ?? [], name);
    return Array.from({ length: classes }, (_, k) => Number(k === own));
  }
  if (kind === "score" && count === 1) {
    const [value] = answer as readonly number[];
    return probabilities ? [1 - value, value] : [-value, value];
  }
  if (kind === "scores" && count === classes) return [...(answer as readonly number[])];
  throw new InputError("invalid", `answers of target ${name}`, {
    expected: `${kind === "labels" ? "the name of a class" : kind === "score" ? "one score" : `${classes} scores`} for each row, as at first`,
    got: count === 0 ? `the name "${label}"` : `${count} score${count === 1 ? "" : "s"}`,
    remedy: "check whether the model behind the address changes; another version needs a --target-version of its own",
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function stranger(label: string, known: readonly string[], name: string): InputError {
  return new InputError("unknown", `class "${label.slice(0, 80)}" of target ${name}`, {
    expected: `one of ${known.join(", ")}`,
    got: `"${label.slice(0, 80)}"`,
    remedy: "name all classes that the target knows with --classes, in the order of the data's labels",
  });
}
