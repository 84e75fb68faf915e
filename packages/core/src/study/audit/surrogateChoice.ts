// A surrogate to train: a learner in one complexity.

import type { Complexity } from "../../learners/learner.ts";

export interface SurrogateChoice {
  readonly learner: string;
  readonly complexity: Complexity;
}
