// Searches for each point the smallest budget at which a model, or several at once, get it wrong.

import { minimumInChunks } from "../../attacks/evasion/chunks.ts";
import { strongestAttack } from "../../attacks/evasion/craft.ts";
import type { Queries } from "../../attacks/queries.ts";
import { featureCount } from "../../data/dataset.ts";
import { rowsOfChunk } from "../../models/limits.ts";
import { inMemory, type Rows } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import type { Codec } from "../engine/codec.ts";
import type { TaskKind } from "../engine/task.ts";
import { type PointsRoom, pointsRoom } from "./changedRows.ts";
import { estimateCrafting } from "./craft.ts";
import { type CraftingInputs, type CraftingParameters, withCrafting } from "./crafting.ts";
import { pointsCodec } from "./storedPoints.ts";

/** The smallest budget that was found for each of N points, and where it leads. */
export interface SmallestOutcome {
  /** 0 where the model errs already, infinite where no budget was found to suffice. */
  readonly epsilon: Float64Array;
  /** [N, ...], in the type that the models take; the original rows where none was found. */
  readonly points: Rows;
  /** Rows of scores and of gradients that were asked for. */
  readonly queries: Queries;
  /** How many points met gradients or scores that are not finite. */
  readonly nonFinite: number;
}

const smallestCodec: Codec<SmallestOutcome> = {
  name: "smallest",
  encode({ epsilon, points, queries, nonFinite }) {
    const { json, arrays } = pointsCodec.encode([points]);
    return {
      json: { queries: { ...queries }, nonFinite, ...(json as { readonly shape?: readonly number[] }) },
      arrays: { epsilon: tensor("float64", [epsilon.length], epsilon), ...arrays },
    };
  },
  async decode({ json, arrays }) {
    const { shape, ...facts } = json as Pick<SmallestOutcome, "nonFinite"> & {
      readonly queries: Queries & { readonly [name: string]: number };
      readonly shape?: readonly number[];
    };
    const [points] = await pointsCodec.decode({ json: { ...(shape && { shape }) }, arrays });
    return { ...facts, epsilon: inMemory(arrays.epsilon).data as Float64Array, points };
  },
};

/** Budgets that a search tries for a point, about. */
const TRIALS = 12;

/** The task that searches the smallest budget of each point; it is not given models without gradients. */
export const smallestBudget: TaskKind<CraftingParameters, CraftingInputs, SmallestOutcome> = {
  name: "smallest",
  version: 4,
  output: smallestCodec,
  lists: { models: "model" },
  estimate(parameters, inputs) {
    // Which budgets suffice nobody knows: of each point one is kept, as large as audits go by default.
    const most = (25 * Math.sqrt(inputs.attacked.features)) / 28;
    const { seconds } = estimateCrafting(parameters, inputs, new Array<number>(TRIALS).fill(most));
    return { ...estimateCrafting(parameters, inputs, [most]), seconds };
  },
  async run(parameters, inputs, { runtime, room, onProgress }) {
    let points: PointsRoom | undefined;
    const found = await withCrafting(parameters, inputs, runtime, async ({ models, attacked, ...task }) => {
      const { threat, target, objective } = task;
      const { attack } = task.attack
        ? { attack: task.attack }
        : await strongestAttack(models, threat.domain, target !== undefined, objective);
      return minimumInChunks({
        ...task,
        byScores: task.entry?.capabilities.gradients === false,
        attack,
        data: attacked,
        rows: rowsOfChunk(runtime.limits, featureCount(attacked)),
        models: models.map(({ opened }) => opened),
        seed: parameters.seed,
        onProgress,
        async place(from, part) {
          points ??= await pointsRoom(room, attacked, part);
          await points.write(from, part);
        },
      });
    });
    if ("noGradients" in found) throw new Error(`internal: ${found.noGradients}`);
    const { epsilon, queries, nonFinite } = found;
    return { epsilon, points: points!.rows(), queries, nonFinite: nonFinite.reduce((sum, flag) => sum + flag, 0) };
  },
};
