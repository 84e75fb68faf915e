// What crafting leaves behind: points for each budget, what they took, and where it met its limits.

import type { RuleCounts } from "../../attacks/evasion/chunks.ts";
import type { Queries } from "../../attacks/queries.ts";
import type { MaybeSparse } from "../../data/sparse.ts";
import { inMemory } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import type { Json } from "../engine/artifact.ts";
import type { Codec } from "../engine/codec.ts";
import { pointsCodec } from "./storedPoints.ts";

/** Points crafted for one budget. */
export interface Crafted {
  /** [N, ...], in the type that the models take. */
  readonly points: MaybeSparse;
  /** Norm of each perturbation. */
  readonly size: Float64Array;
  /** Rows of scores and of gradients that were asked for, of all models and points together. */
  readonly queries: Queries;
}

/** What was crafted on a model. */
export interface CraftOutcome {
  /** In the order of the budgets; none where the model has no gradients. */
  readonly budgets: readonly Crafted[];
  /** How many points met gradients or scores that are not finite at some budget. */
  readonly nonFinite: number;
  /** What became of the rules of a table, of each budget; absent where there are none. */
  readonly rules?: readonly RuleCounts[];
  /** Why the model has no gradients, or how often the attack went on; for people who look into a store. */
  readonly facts: { readonly [name: string]: Json };
}

/**
 * How what was crafted is kept: points written out, or of sparse rows the changes at each budget beside the rows
 * themselves, where that is smaller.
 */
export const craftingCodec: Codec<CraftOutcome> = {
  name: "crafting",
  encode({ budgets, nonFinite, rules, facts }) {
    const { json, arrays } = pointsCodec.encode(budgets.map(({ points }) => points));
    const sizes = budgets.map(({ size }, i) => [`size:${i}`, tensor("float64", [size.length], size)]);
    return {
      json: {
        ...facts,
        ...(rules && { rules: rules.map((counts) => ({ ...counts })) }),
        ...(budgets.length > 0 && { queries: budgets.map(({ queries }) => ({ ...queries })) }),
        nonFinite,
        ...(json as { readonly shape?: readonly number[] }),
      },
      arrays: { ...arrays, ...Object.fromEntries(sizes) },
    };
  },
  async decode({ json, arrays }) {
    const {
      nonFinite = 0,
      queries,
      rules,
      shape,
      ...facts
    } = json as CraftOutcome["facts"] & {
      readonly queries: Queries[] & Json;
      readonly rules?: RuleCounts[] & Json;
      readonly shape?: readonly number[];
    };
    const sets = await pointsCodec.decode({ json: { ...(shape && { shape }) }, arrays });
    const budgets = sets.map((points, i) => ({
      points,
      size: inMemory(arrays[`size:${i}`]).data as Float64Array,
      queries: queries[i],
    }));
    return { budgets, nonFinite: nonFinite as number, ...(rules && { rules }), facts };
  },
};
