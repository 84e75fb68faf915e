// How a target's answers are to be read: what it is said to answer with, else what its first answers are; and held to.

import { InputError } from "@carom/core";
import { classPosition } from "@carom/core/data";
import { type Answer, isList, type NamedScores, noNumber, numberIn, textOf } from "./answer.ts";
import { briefly, listOf } from "./classNames.ts";
import { isDistribution } from "./distribution.ts";

/** What answers mean. */
export interface Reading {
  /** Scores in the order of classes or by their names; single scores of the second of two classes; names of classes. */
  readonly kind: "scores" | "named" | "score" | "labels";
  readonly classes: number;
  /** The names of the classes in the order of the scores, where they are known. */
  readonly classNames: readonly string[] | undefined;
  readonly probabilities: boolean;
  /** What the probabilities of a row sum to, 1 or 100, where that was recognised. */
  readonly total: number | undefined;
  /** How answers are read, and why, for people. */
  readonly told: string;
}

/** What is known of the answers before the first of them came. */
export interface Expected {
  /** Scores or names of classes, where that is declared. */
  readonly form?: "scores" | "labels" | undefined;
  /** The names of the target's classes, in the order of its scores, where the user or the server gives them. */
  readonly classNames?: readonly string[] | undefined;
  /** Whether scores are probabilities, where that is declared. */
  readonly probabilities?: boolean | undefined;
  /** The names of the data's classes, which a target that names classes is taken to use. */
  readonly ofData: readonly string[];
}

/**
 * Reads the meaning of answers off the first ones, as far as it is not declared.
 *
 * Texts that are no numbers, and whole numbers that come alone, name classes. Another number alone is the score of the
 * second of two classes: its probability where all lie in [0, 1], else a decision function. Several numbers are scores,
 * and probabilities where none is negative and each row sums to 1, or to 100, but for rounding.
 *
 * @throws InputError where answers are of another form than declared, or name classes that nobody knows
 */
export function readingOf(answers: readonly Answer[], expected: Expected, name: string): Reading {
  const { form, classNames, ofData } = expected;
  const named = answers.filter((each): each is NamedScores => !isList(each) && typeof each !== "string");
  const alone = answers.every((each) => textOf(each) !== undefined);
  const values = answers.map((each) => numberIn(textOf(each) ?? ""));
  const isNamed = named.length === answers.length;
  const hasTexts = values.includes(undefined);
  if (form === "labels" || (form === undefined && alone && (hasTexts || values.every(Number.isInteger)))) {
    const why = form ? "as the mapping file says" : `since the first ones are ${hasTexts ? "texts" : "whole numbers"}`;
    return {
      ...{
        kind: "labels",
        probabilities: true,
        total: undefined,
        told: `answers are read as names of classes, ${why}`,
      },
      ...{ classes: (classNames ?? ofData).length, classNames: classNames ?? ofData },
    };
  }
  if (alone) {
    const numbers = values.map((value, i) => value ?? noNumber(textOf(answers[i])!, name));
    return scalarReading(numbers, expected, name);
  }
  const names = isNamed ? orderOf(named, expected, name) : classNames;
  const lists = answers.map((each) => (isList(each) ? each : isNamed ? listOf(each as NamedScores, names!, name) : []));
  requireClasses(names, lists[0].length, name);
  const total = [1, 100].find((sum) => lists.every((list) => isDistribution(list, sum)));
  const probabilities = expected.probabilities ?? total !== undefined;
  const why =
    expected.probabilities !== undefined
      ? "as the mapping file says"
      : "since " +
        `${total ? `those of each row sum to ${total}` : "some lie outside [0, 1] or those of a row do not sum to 1"}`;
  return {
    kind: isNamed ? "named" : "scores",
    classes: lists[0].length,
    classNames: names,
    probabilities,
    total: probabilities ? total : undefined,
    told:
      `answers are read as scores ${isNamed ? "by the names of classes" : "in the order of classes"}, and ` +
      `${probabilities ? "" : "not "}as probabilities, ${why}`,
  };
}

function scalarReading(
  values: readonly number[],
  { classNames, probabilities, ofData }: Expected,
  name: string,
): Reading {
  requireClasses(classNames, 2, name);
  const recognised = values.every((value) => value >= 0 && value <= 1);
  const isProbability = probabilities ?? recognised;
  const second = (classNames ?? ofData)[1];
  return {
    kind: "score",
    classes: 2,
    classNames,
    probabilities: isProbability,
    total: undefined,
    told:
      `each answer is read as the ${isProbability ? "probability" : "decision function"} of the second ` +
      `class${second === undefined ? "" : `, ${second}`}`,
  };
}

/** The order of classes that scores name: as declared, else as in the data, whose classes must be among them. */
function orderOf(answers: readonly NamedScores[], { classNames, ofData }: Expected, name: string): readonly string[] {
  if (classNames) return classNames;
  const names = Object.keys(answers[0]);
  if (names.length < ofData.length) listOf(answers[0], ofData, name);
  const missing = ofData.find((each) => classPosition(names, each) === undefined);
  if (missing !== undefined) {
    throw new InputError("unknown", `classes of target ${name}`, {
      expected: `scores of the data's classes, ${ofData.slice(0, 12).join(", ")}`,
      got: `those of ${briefly(names)}`,
      remedy:
        "name the target's classes with --classes, in the order of the data's, for instance --classes " +
        `${names.slice(0, 12).join(",")}`,
    });
  }
  const others = names.filter((each) => classPosition(ofData, each) === undefined);
  return [...ofData, ...others.sort()];
}

function requireClasses(declared: readonly string[] | undefined, classes: number, name: string): void {
  if (!declared || declared.length === classes) return;
  const scores = classes === 2 ? "2 scores, or one for the second of two classes" : `${classes} scores`;
  throw new InputError("invalid", `classes of target ${name}`, {
    expected: `${classes}, as it answers with ${scores}`,
    got: `${declared.length}: ${declared.slice(0, 12).join(", ")}`,
    remedy: "name each class once, in the order of the scores",
  });
}
