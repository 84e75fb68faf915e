// Crafts evasion points on one model, or on several at once, for all budgets.

import { secondsPerPoint } from "../../attacks/attackerCost.ts";
import { craftInChunks } from "../../attacks/evasion/chunks.ts";
import type { Queries } from "../../attacks/queries.ts";
import { featureCount, rowCount } from "../../data/dataset.ts";
import { rowsOfChunk } from "../../models/limits.ts";
import { norms } from "../../threat/norm.ts";
import type { Estimate, TaskKind } from "../engine/task.ts";
import { CHANGE_BYTES, type PointsRoom, pointsRoom } from "./changedRows.ts";
import { type CraftingInputs, type CraftingParameters, withCrafting } from "./crafting.ts";
import { type CraftOutcome, craftingCodec } from "./craftOutcome.ts";

export interface CraftParameters extends CraftingParameters {
  readonly epsilons: readonly number[];
}

/** The task that crafts points on one model, or on several at once, at each budget. */
export const craft: TaskKind<CraftParameters, CraftingInputs, CraftOutcome> = {
  name: "craft",
  version: 12,
  output: craftingCodec,
  lists: { models: "model" },
  estimate: (parameters, inputs) => estimateCrafting(parameters, inputs, parameters.epsilons),
  async run({ epsilons, ...parameters }, inputs, { runtime, room, onProgress }) {
    const n = rowCount(inputs.attacked);
    const budgets: { readonly points: PointsRoom; size: Float64Array; iterations: number; queries: Queries }[] = [];
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
            points: await pointsRoom(room, attacked, points),
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
      budgets: budgets.map(({ points, size, queries }) => ({ points: points.rows(), size, queries })),
      nonFinite: crafting.nonFinite.reduce((sum, flag) => sum + flag, 0),
      ...(crafting.rules && { rules: crafting.rules }),
      facts: { iterations: budgets.map(({ iterations }) => iterations) },
    };
  },
};

/** What crafting takes at these budgets. */
export function estimateCrafting(
  parameters: CraftingParameters,
  inputs: CraftingInputs,
  epsilons: readonly number[],
): Estimate {
  const { attacker = {} } = parameters;
  const { model, models = [model!], attacked } = inputs;
  const { rows, features } = attacked;
  const learners = models.map(({ learner }) => learner);
  const seconds = 0.03 + rows * epsilons.length * secondsPerPoint(attacker, learners, features);
  const learner = models.length === 1 ? models[0].learner : undefined;
  const [written, changed] = [4 * rows * features * epsilons.length, bytesOfChanges(parameters, inputs, epsilons)];
  const isFull = changed !== undefined && !norms[parameters.norm].adds && !norms[parameters.norm].counts;
  return {
    ...{ seconds, bytes: Math.min(written, changed ?? written), learner, rows },
    ...(isFull && { movesAll: true }),
  };
}

/** Features that an attack moves beside those that its budget pays for in full: the last one, and by rounding. */
const FEW = 64;

/**
 * Bytes of what attacks change of sparse rows; undefined of dense ones. As many features change as L0 allows; under L1
 * those of the largest slopes, over whole ranges, as far as the budget goes; under other norms all that a model weighs.
 */
function bytesOfChanges(
  { norm, attacker }: CraftingParameters,
  { model, models = [model!], attacked: { rows, features, perRow } }: CraftingInputs,
  epsilons: readonly number[],
): number | undefined {
  if (perRow === undefined) return undefined;
  const weighed = attacker?.attack
    ? features
    : models.reduce((sum, { weighed = features }) => Math.min(features, sum + weighed), 0);
  const moved = epsilons.map((epsilon) =>
    norms[norm].counts ? epsilon : norms[norm].adds ? Math.min(weighed, 2 * epsilon + FEW) : weighed,
  );
  return CHANGE_BYTES * rows * moved.reduce((sum, each) => sum + each, perRow);
}
