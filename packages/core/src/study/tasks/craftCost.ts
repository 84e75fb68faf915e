// What crafting took: rows of scores and of gradients for each attacked point, at each budget.

import { jsonCodec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { CraftOutcome } from "./craft.ts";

/** Means over points, of all models that were attacked together. */
export interface Cost {
  readonly scores: number;
  readonly gradients: number;
}

/** The cost of each budget of what was crafted for so many points. */
export function costsOf({ budgets }: CraftOutcome, points: number): readonly Cost[] {
  return budgets.map(({ queries: { scores, gradients } }) => ({
    scores: scores / points,
    gradients: gradients / points,
  }));
}

/** Apart from the points, which are large, so that who reads a study need not read them. */
export const craftCost: TaskKind<
  object,
  { readonly attacked: Part; readonly craft: Ref<CraftOutcome> },
  readonly Cost[]
> = {
  name: "cost",
  version: 1,
  output: jsonCodec("costs"),
  estimate: () => ({ seconds: 0.01 }),
  run: async (_, { attacked, craft }) => costsOf(craft, attacked.labels.length),
};
