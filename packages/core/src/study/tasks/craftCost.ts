// What crafting took, and what it left: rows of scores and of gradients for each attacked point, points that break
// rules.

import type { RuleCounts } from "../../attacks/evasion/chunks.ts";
import { jsonCodec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { CraftOutcome } from "./craftOutcome.ts";

/** Means over points, of all models that were attacked together. */
export interface Cost {
  readonly scores: number;
  readonly gradients: number;
}

/** Of what was crafted at one budget. */
export interface CraftFacts extends Cost {
  /** What became of the rules of a table; absent where there are none. */
  readonly rules?: RuleCounts;
}

/** The facts of each budget of what was crafted for so many points. */
function factsOf({ budgets, rules }: CraftOutcome, points: number): readonly CraftFacts[] {
  return budgets.map(({ queries: { scores, gradients } }, i) => ({
    scores: scores / points,
    gradients: gradients / points,
    ...(rules && { rules: rules[i] }),
  }));
}

/** Apart from the points, which are large, so that who reads a study need not read them. */
export const craftCost: TaskKind<
  object,
  { readonly attacked: Part; readonly craft: Ref<CraftOutcome> },
  readonly CraftFacts[]
> = {
  name: "cost",
  version: 2,
  output: jsonCodec("costs"),
  estimate: () => ({ seconds: 0.01 }),
  run: async (_, { attacked, craft }) => factsOf(craft, attacked.labels.length),
};
