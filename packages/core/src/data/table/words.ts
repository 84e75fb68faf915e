// The words of a column, numbered as they come.

import { beyond, dataLimits, mostOf } from "../../limits.ts";
import { plainText } from "../labels.ts";

interface WordCodes {
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
      if (words.length === mostOf(dataLimits.words)) {
        const remedy = `each of which becomes a feature: leave the column out with --drop "${column}"`;
        throw beyond(dataLimits.words, `column "${column}" of ${name}`, "more", remedy);
      }
      codes.set(word, words.length);
      return words.push(word) - 1;
    },
  };
}
