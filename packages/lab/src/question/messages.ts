// What the page and its worker say to each other.

import type { Answer, Cell } from "./answer.ts";
import type { Chosen, LearnerName, Role } from "./learners.ts";
import type { Plane } from "./plane.ts";
import type { Learned, TrainingPoint } from "./poison.ts";
import type { Question } from "./question.ts";

/** A question; answers carry its number, and those of older questions are forgotten. */
export interface Asked {
  readonly about: "question";
  readonly number: number;
  readonly question: Question;
  /** Digits, first class first: how many of each, and their pixels, one byte each. */
  readonly digits?: ArrayBuffer;
}

/** What is known of a question so far. */
export type Told = { readonly about: "question"; readonly number: number } & (
  | { readonly doing: string }
  | { readonly answer: Answer }
  | { readonly variability: number | undefined }
  | { readonly whiteBox: readonly number[] | undefined; readonly sentences: readonly string[] }
  | { readonly fault: string }
);

/** A digit that was drawn, and the position of its class. */
export interface Drawn {
  readonly pixels: Float32Array;
  readonly label: number;
}

/** One digit, looked at more closely: one of the data, or one that was drawn. */
export interface Look {
  readonly about: "look";
  readonly number: number;
  readonly question: Question;
  readonly digit: number;
  readonly drawn: Drawn | undefined;
}

/** What was seen. */
export interface Looked {
  readonly plane: Plane;
  /** What became of the digit that was drawn, where one was. */
  readonly drawn?: Answer;
}
export type LookTold = { readonly about: "look"; readonly number: number } & (
  | { readonly doing: string }
  | { readonly looked: Looked }
  | { readonly fault: string }
);

/** A question, asked at every position of the regularisation of both models, those of one of them first. */
export interface RegulariseAsked {
  readonly about: "regularise";
  readonly number: number;
  readonly question: Question;
  readonly first: Role;
}

/** What came of one position; means over the digits. */
export interface Regularised {
  readonly role: Role;
  readonly position: number;
  /** S of the target, R of the pair, V of the surrogate where it is known. */
  readonly size: number;
  readonly alignment: number;
  readonly variability: number | undefined;
  /** The target's error at every budget. */
  readonly errors: readonly number[];
}
export type RegulariseTold = { readonly about: "regularise"; readonly number: number } & (
  | { readonly doing: string }
  | { readonly regularised: Regularised }
  | { readonly fault: string }
);

/** A training set in the plane; the first one, which is clean, where there are no points. */
export interface PoisonChoice {
  readonly points?: readonly TrainingPoint[];
  readonly learners: readonly LearnerName[];
}
export interface PoisonAsked extends PoisonChoice {
  readonly about: "poison";
  readonly number: number;
}

/** What learners made of a training set. */
export interface Poisoned {
  readonly points: readonly TrainingPoint[];
  readonly classNames: readonly string[];
  readonly learned: readonly Learned[];
}
export type PoisonTold = { readonly about: "poison"; readonly number: number } & (
  | { readonly doing: string }
  | { readonly poisoned: Poisoned }
  | { readonly fault: string }
);

/** The matrix of all pairs of a question; without one, what is being computed is needed no more. */
export interface PairsAsked {
  readonly about: "pairs";
  readonly number: number;
  readonly question?: Question;
}
export type PairsTold = { readonly about: "pairs"; readonly number: number } & (
  | { readonly doing: string }
  | { readonly pair: Pair }
  | { readonly fault: string }
);

export interface Pair {
  readonly surrogate: Chosen<LearnerName>;
  readonly target: Chosen;
  readonly cell: Cell;
}
