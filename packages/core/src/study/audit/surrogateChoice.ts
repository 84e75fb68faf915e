// A surrogate to train: a learner in one complexity.

import type { Complexity } from "../../learners/learner.ts";

/** A surrogate: a learner in one of its two complexities. */
export interface SurrogateChoice {
  readonly learner: string;
  readonly complexity: Complexity;
}
