// Scores by the names of classes.

import { InputError } from "@carom/core";
import { classPosition } from "@carom/core/data";
import type { NamedScores } from "./answer.ts";

/** Named scores in the order of classes. @throws InputError where there are others, or some are missing */
export function listOf(scores: NamedScores, classNames: readonly string[], name: string): number[] {
  const names = Object.keys(scores);
  const order = classNames.map((each) => classPosition(names, each));
  if (names.length === classNames.length && !order.includes(undefined)) return order.map((at) => scores[names[at!]]);
  throw new InputError("invalid", `answers of target ${name}`, {
    expected: `a score for each of the classes ${classNames.slice(0, 12).join(", ")}`,
    got: `scores of ${briefly(names)}`,
    remedy:
      "have it answer with the scores of all classes, or read the best label alone, with labels: in a mapping " +
      "file; or name all classes with --classes",
  });
}

/** The first of several names. */
export const briefly = (names: readonly string[]) =>
  `${names
    .slice(0, 12)
    .map((each) => each.slice(0, 40))
    .join(", ")}${names.length > 12 ? ` and ${names.length - 12} more` : ""}`;
