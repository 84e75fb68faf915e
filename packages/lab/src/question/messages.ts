// What the page and its worker say to each other.

import type { Answer, Cell } from "./answer.ts";
import type { Chosen, Question } from "./question.ts";

/** A question, or a pair of the matrix; answers carry its number, and those of older questions are forgotten. */
export interface Asked {
  readonly number: number;
  readonly question: Question;
  /** Digits, first class first: how many of each, and their pixels, one byte each. */
  readonly digits?: ArrayBuffer;
}

/** What is known so far. */
export type Told =
  | { readonly number: number; readonly doing: string }
  | { readonly number: number; readonly answer: Answer }
  | { readonly number: number; readonly variability: number | undefined }
  | { readonly number: number; readonly whiteBox: readonly number[]; readonly sentences: readonly string[] }
  | { readonly number: number; readonly pair: Pair }
  | { readonly number: number; readonly fault: string };

export interface Pair {
  readonly surrogate: Chosen;
  readonly target: Chosen;
  readonly cell: Cell;
}
