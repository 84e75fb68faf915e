// The scores that an answer means, as the first answers were read.

import { InputError } from "@carom/core";
import { classPosition } from "@carom/core/data";
import { type Answer, isList, noNumber, numberIn, textOf } from "./answer.ts";
import { briefly, listOf } from "./classNames.ts";
import { isDistribution, isWithin, sum } from "./distribution.ts";
import type { Reading } from "./reading.ts";

/** The scores that an answer means, K of them. @throws InputError where it is not of the kind that came first */
export function scoresOf(answer: Answer, reading: Reading, name: string): number[] {
  const { kind, classes, classNames, probabilities, total } = reading;
  const text = textOf(answer);
  if (kind === "labels" && text !== undefined) {
    const own = classPosition(classNames ?? [], text);
    if (own === undefined) throw stranger(text, classNames ?? [], name);
    return Array.from({ length: classes }, (_, k) => Number(k === own));
  }
  if (kind === "score" && text !== undefined) {
    const value = numberIn(text) ?? noNumber(text, name);
    if (probabilities && !isWithin(value, 1)) throw noProbabilities(`${value}`, name);
    return probabilities ? [1 - value, value] : [-value, value];
  }
  const list =
    kind === "named" && !isList(answer) && typeof answer !== "string"
      ? listOf(answer, classNames!, name)
      : kind === "scores" && isList(answer) && answer.length === classes
        ? answer
        : undefined;
  if (!list) throw another(answer, reading, name);
  if (
    probabilities &&
    !(total === undefined ? list.every((value) => isWithin(value, 1)) : isDistribution(list, total))
  ) {
    throw noProbabilities(`${Number(sum(list).toPrecision(4))} as their sum, ${Math.min(...list)} as the least`, name);
  }
  return list.map((value) => value / (total ?? 1));
}

function noProbabilities(got: string, name: string): InputError {
  return new InputError("invalid", `probabilities of target ${name}`, {
    expected: "numbers from 0 to 1 that sum to 1 for each row, as the first ones did or the mapping file says",
    got,
    remedy: "describe the target in a mapping file that says probabilities: false",
  });
}

const forms = {
  labels: "the name of a class",
  score: "one score",
  named: "scores by class",
  scores: "scores",
} as const;

function another(answer: Answer, { kind, classes }: Reading, name: string): InputError {
  const count = isList(answer) ? `${answer.length} score${answer.length === 1 ? "" : "s"}` : undefined;
  const got = count ?? (typeof answer === "string" ? `the text "${answer.slice(0, 80)}"` : "scores by class");
  return new InputError("invalid", `answers of target ${name}`, {
    expected:
      `${kind === "scores" ? `${classes} scores` : forms[kind]} for each ` +
      `row${kind === "labels" ? "" : ", as at first"}`,
    got,
    remedy: "check whether the model behind the address changes; another version needs a --target-version of its own",
  });
}

function stranger(label: string, known: readonly string[], name: string): InputError {
  const value = numberIn(label);
  if (value !== undefined && !Number.isInteger(value)) {
    return new InputError("invalid", `answers of target ${name}`, {
      expected: "names of classes, as the first answers were or as the mapping file says",
      got: label.slice(0, 80),
      remedy: "if they are scores, give the way to them as scores: in a mapping file",
    });
  }
  return new InputError("unknown", `class "${label.slice(0, 80)}" of target ${name}`, {
    expected: `one of ${briefly(known)}`,
    got: `"${label.slice(0, 80)}"`,
    remedy: "name all classes that the target knows with --classes, in the order of the data's labels",
  });
}
