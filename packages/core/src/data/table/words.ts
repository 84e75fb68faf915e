// The words of a column, numbered as they come.

import { InputError } from "../../errors.ts";
import { plainText } from "../labels.ts";

/** Different words that a column may hold. */
export const MOST_WORDS = 1000;

export interface WordCodes {
  /** The number of a word. @throws InputError where there are too many of them */
  codeOf(text: string): number;
  /** The words by their numbers. */
  readonly words: readonly string[];
}

/** Numbers the words of a column from 0; spaces around a word are no part of it. */
export function wordCodes(column: string, name: string): WordCodes {
  const codes = new Map<string, number>();
  const words: string[] = [];
  return {
    words,
    codeOf(text) {
      const word = plainText(text);
      const known = codes.get(word);
      if (known !== undefined) return known;
      if (words.length === MOST_WORDS) throw tooManyWords(column, name);
      codes.set(word, words.length);
      return words.push(word) - 1;
    },
  };
}

function tooManyWords(column: string, name: string): InputError {
  return new InputError("unsupported", `column "${column}" of ${name}`, {
    expected: `at most ${MOST_WORDS} different words, each of which becomes a feature`,
    got: "more",
    remedy: `leave the column out with --drop "${column}"`,
  });
}
