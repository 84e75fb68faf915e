// Searches for each point the smallest budget at which a model, or several at once, get it wrong.

import { minimumInChunks } from "../../attacks/evasion/chunks.ts";
import { strongestAttack } from "../../attacks/evasion/craft.ts";
import type { Queries } from "../../attacks/queries.ts";
import { featureCount, rowCount } from "../../data/dataset.ts";
import { rowsOfChunk } from "../../models/limits.ts";
import { type AnyRows, inMemory, type Rows, type RowsRoom, rowsOf } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import type { Codec } from "../engine/codec.ts";
import type { TaskKind } from "../engine/task.ts";
import { estimateCrafting } from "./craft.ts";
import { type CraftingInputs, type CraftingParameters, withCrafting } from "./crafting.ts";

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
  encode: ({ epsilon, points, queries, nonFinite }) => ({
    json: { queries: { ...queries }, nonFinite },
    arrays: { epsilon: tensor("float64", [epsilon.length], epsilon), points },
  }),
  decode: ({ json, arrays }) => ({
    ...(json as Pick<SmallestOutcome, "nonFinite"> & {
      readonly queries: Queries & { readonly [name: string]: number };
    }),
    epsilon: inMemory(arrays.epsilon).data as Float64Array,
    points: rowsOf(arrays.points as AnyRows),
  }),
};

/** Budgets that a search tries for a point, about. */
const TRIALS = 12;

/** The task that searches the smallest budget of each point; it is not given models without gradients. */
export const smallestBudget: TaskKind<CraftingParameters, CraftingInputs, SmallestOutcome> = {
  name: "smallest",
  version: 4,
  output: smallestCodec,
  lists: { models: "model" },
  estimate: (parameters, inputs) => ({
    ...estimateCrafting(parameters, inputs, TRIALS),
    bytes: 4 * inputs.attacked.rows * inputs.attacked.features,
  }),
  async run(parameters, inputs, { runtime, room, onProgress }) {
    const n = rowCount(inputs.attacked);
    let points: RowsRoom | undefined;
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
          points ??= await room(part.type, [n, ...part.shape.slice(1)]);
          await points.write(from, part);
        },
      });
    });
    if ("noGradients" in found) throw new Error(`internal: ${found.noGradients}`);
    const { epsilon, queries, nonFinite } = found;
    return { epsilon, points: points!, queries, nonFinite: nonFinite.reduce((sum, flag) => sum + flag, 0) };
  },
};
