// Every learner by name. The same list feeds the command line's help, option checks and the conformance tests.

import { addEntry, entryNamed, registryOf } from "../registry.ts";
import { cnn } from "./cnn.ts";
import { forest } from "./forest.ts";
import type { AnyLearner } from "./learner.ts";
import { logistic } from "./logistic.ts";
import { mlp } from "./mlp.ts";
import { ridge } from "./ridge.ts";
import { svmLinear } from "./svmLinear.ts";
import { svmRbf } from "./svmRbf.ts";

/** Every learner by name. */
export const learners: Readonly<Record<string, AnyLearner>> = registryOf<AnyLearner>([
  svmLinear,
  svmRbf,
  logistic,
  ridge,
  forest,
  mlp,
  cnn,
]);

/**
 * The learner of that name.
 *
 * @throws InputError with the nearest name where there is none.
 *
 * @example
 * ```ts
 * import { learnerByName } from "@carom/core";
 *
 * const { summary, capabilities } = learnerByName("ridge");
 * console.log(capabilities.affine, summary.includes("least squares")); // true true
 * ```
 */
export const learnerByName = (name: string): AnyLearner => entryNamed(learners, "learner", name);

/** A learner of a program's own joins the others (`addEntry`). @throws InputError for a name that is taken */
export const addLearner = (entry: AnyLearner): void => addEntry(learners, "learner", entry);
