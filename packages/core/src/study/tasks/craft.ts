// Crafts evasion points on one model, or on several at once, for all budgets.

import { secondsPerPoint } from "../../attacks/attackerCost.ts";
import { craftInChunks } from "../../attacks/evasion/chunks.ts";
import type { Queries } from "../../attacks/queries.ts";
import { featureCount, rowCount } from "../../data/dataset.ts";
import { rowsOfChunk } from "../../models/limits.ts";
import type { RowsRoom } from "../../rows.ts";
import type { Estimate, TaskKind } from "../engine/task.ts";
import { type CraftingInputs, type CraftingParameters, withCrafting } from "./crafting.ts";
import { type Crafted, type CraftOutcome, craftingCodec } from "./craftOutcome.ts";

export interface CraftParameters extends CraftingParameters {
  readonly epsilons: readonly number[];
}

/** The task that crafts points on one model, or on several at once, at each budget. */
export const craft: TaskKind<CraftParameters, CraftingInputs, CraftOutcome> = {
  name: "craft",
  version: 12,
  output: craftingCodec,
  lists: { models: "model" },
  estimate: (parameters, inputs) => estimateCrafting(parameters, inputs, parameters.epsilons.length),
  async run({ epsilons, ...parameters }, inputs, { runtime, room, onProgress }) {
    const n = rowCount(inputs.attacked);
    const budgets: (Crafted & { readonly points: RowsRoom; iterations: number; queries: Queries })[] = [];
    const crafting = await withCrafting(parameters, inputs, runtime, ({ models, entry, attacked, ...task }) => {
      const [first, ...others] = models;
      return craftInChunks({
        ...task,
        ...first,
        ...(others.length > 0 && { others }),
        data: attacked,
        rows: entry?.capabilities.mixesRows ? n : rowsOfChunk(runtime.limits, featureCount(attacked)),
        epsilons,
        seed: parameters.seed,
        onProgress,
        async place(budget, from, { points, size, iterations, queries }) {
          const all = (budgets[budget] ??= {
            points: await room(points.type, [n, ...points.shape.slice(1)]),
            size: new Float64Array(n),
            iterations: 0,
            queries: { scores: 0, gradients: 0 },
          });
          await all.points.write(from, points);
          all.size.set(size, from);
          // An iteration counts once where some rows took it.
          all.iterations = Math.max(all.iterations, iterations);
          const { scores, gradients } = all.queries;
          all.queries = { scores: scores + queries.scores, gradients: gradients + queries.gradients };
        },
      });
    });
    if ("noGradients" in crafting) return { budgets: [], nonFinite: 0, facts: { ...crafting } };
    return {
      budgets: budgets.map(({ points, size, queries }) => ({ points, size, queries })),
      nonFinite: crafting.nonFinite.reduce((sum, flag) => sum + flag, 0),
      ...(crafting.rules && { rules: crafting.rules }),
      facts: { iterations: budgets.map(({ iterations }) => iterations) },
    };
  },
};

/** What crafting takes at so many budgets. */
export function estimateCrafting(
  { attacker = {} }: CraftingParameters,
  { model, models = [model!], attacked: { rows, features } }: CraftingInputs,
  budgets: number,
): Estimate {
  const learners = models.map(({ learner }) => learner);
  const seconds = 0.03 + rows * budgets * secondsPerPoint(attacker, learners, features);
  const learner = models.length === 1 ? models[0].learner : undefined;
  return { seconds, bytes: 4 * rows * features * budgets, learner, rows };
}
