// Every learner by name. The same list feeds the command line's help, option checks and the conformance tests.

import type { z } from "zod";
import { InputError, unknownName } from "../errors.ts";
import { cnn } from "./cnn.ts";
import { forest } from "./forest.ts";
import type { Learner } from "./learner.ts";
import { logistic } from "./logistic.ts";
import { mlp } from "./mlp.ts";
import { ridge } from "./ridge.ts";
import { svmLinear } from "./svmLinear.ts";
import { svmRbf } from "./svmRbf.ts";

/** A learner whose options have been forgotten: what a registry of different learners can hold. */
// biome-ignore lint/suspicious/noExplicitAny: each learner checks its own options by schema
export type AnyLearner = Learner<any>;

export const learners: Readonly<Record<string, AnyLearner>> = {
  [svmLinear.name]: svmLinear,
  [svmRbf.name]: svmRbf,
  [logistic.name]: logistic,
  [ridge.name]: ridge,
  [forest.name]: forest,
  [mlp.name]: mlp,
  [cnn.name]: cnn,
};

/** The learner of that name. @throws InputError with the nearest name where there is none. */
export function learnerByName(name: string): AnyLearner {
  return Object.hasOwn(learners, name) ? learners[name] : unknownName("learner", name, Object.keys(learners));
}

/** Checks options against the learner's schema and fills in defaults. @throws InputError for an option it lacks. */
export function parseOptions(learner: AnyLearner, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const schema = learner.options as unknown as z.ZodObject;
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(schema.shape, name)) unknownName(`option of ${learner.name}`, name, Object.keys(schema.shape));
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = String(issue.path[0]);
  throw new InputError("invalid", `option ${name} of ${learner.name}`, {
    expected: issue.message.replace(/^.*expected /, "").replace(/^Too (small|big): /, ""),
    got: JSON.stringify(given[name]),
    remedy: `${name} is the ${(schema.shape[name] as z.ZodType).description}`,
  });
}
