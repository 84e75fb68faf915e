// Crafts the next poisoning points on one learner, after those that earlier blocks crafted.

import { poisoningByName } from "../../attacks/poisoning/index.ts";
import { joinPoints, slicePoints, withPoison } from "../../attacks/poisoning/points.ts";
import { buildPoisoning } from "../../attacks/poisoning/poisoningEntry.ts";
import type { PoisonPoints } from "../../attacks/poisoning/task.ts";
import type { Dataset } from "../../data/dataset.ts";
import { learnerByName } from "../../learners/registry.ts";
import { type AnyRows, allRows, inMemory } from "../../rows.ts";
import { rowSize, tensor } from "../../tensor.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { Configured } from "./fit.ts";

/** What crafting one block took, and the validation loss after each of its points. */
export interface BlockFacts {
  readonly losses: readonly number[];
  readonly fits: number;
  readonly gradients: number;
  readonly evaluations: number;
}

/** Some of the points crafted on a model; those of all blocks, one after the other, are all. */
export interface Block extends BlockFacts {
  readonly points: PoisonPoints;
}

/** How a block of poisoning points is kept. */
export const blockCodec: Codec<Block> = {
  name: "block",
  encode({ points: { x, start, labels, sources }, losses, fits, gradients, evaluations }) {
    const integers = (values: Int32Array) => tensor("int32", [values.length], values);
    return {
      json: { losses, fits, gradients, evaluations },
      arrays: { x, start, labels: integers(labels), sources: integers(sources) },
    };
  },
  decode: async ({ json, arrays }) => ({
    ...(json as unknown as BlockFacts),
    points: {
      x: await allRows(arrays.x as AnyRows<"float64">),
      start: await allRows(arrays.start as AnyRows<"float64">),
      labels: inMemory(arrays.labels).data as Int32Array,
      sources: inMemory(arrays.sources).data as Int32Array,
    },
  }),
};

export interface PoisonParameters extends Configured {
  readonly attack: string;
  /** Options of the attack. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Points to craft. */
  readonly count: number;
}

export interface PoisonInputs {
  readonly training: Part;
  readonly validation: Part;
  /** Whose rows are cloned; those of the training data where absent. */
  readonly pool?: Part;
  /** What was crafted before. */
  readonly blocks: readonly Ref<Block>[];
}

export const poison: TaskKind<PoisonParameters, PoisonInputs, Block> = {
  name: "poison",
  version: 7,
  output: blockCodec,
  lists: { blocks: "block" },
  estimate: ({ learner, attack, count }, { training: { rows, features }, validation }) => ({
    seconds: 0.1 + count * secondsPerPoint(learner, attack, rows + validation.rows, features),
    bytes: 16 * count * features,
    rows: count,
    learner,
  }),
  async run(parameters, { training, validation, pool, blocks }, { runtime, onProgress }) {
    const { attack: name, settings, learner, options, count, seed } = parameters;
    const previous = joinBlocks(blocks);
    const { points, losses, fits, gradients, evaluations } = await buildPoisoning(
      poisoningByName(name),
      settings,
    )({
      ...{ learner: learnerByName(learner), options, training, validation, count, seed, runtime, onProgress },
      ...(pool && { pool }),
      ...(previous && { previous }),
    });
    return { points, losses: [...losses], fits, gradients, evaluations };
  },
};

/** Against so many rows, of so many features. */
function secondsPerPoint(learner: string, attack: string, rows: number, features: number): number {
  const { poisoningPoint = 5 } = learnerByName(learner).estimates;
  const whole = poisoningPoint * ((rows / 1500) * (features / 784)) ** 0.9;
  return attack === "gradient" ? whole : whole / 8;
}

/** The points of several blocks, one after the other; undefined of none. */
export function joinBlocks(blocks: readonly Pick<Block, "points">[]): PoisonPoints | undefined {
  return blocks.map(({ points }) => points).reduce<PoisonPoints | undefined>(joinPoints, undefined);
}

/** The first so many points: budgets are nested. */
export function firstPoints(points: PoisonPoints, count: number): PoisonPoints {
  return slicePoints(points, 0, count);
}

/** Training data with the first so many points of some blocks. */
export function poisonedBy(training: Dataset, blocks: readonly Pick<Block, "points">[], count: number): Dataset {
  const points = joinBlocks(blocks);
  return points && count > 0 ? withPoison(training, firstPoints(points, count)) : training;
}

/** The points where they started. */
export function atStart(points: PoisonPoints): PoisonPoints {
  return { ...points, x: points.start };
}

/** How far each point was moved, in the L2 norm. */
export function displacements({ x, start, labels }: PoisonPoints): Float64Array {
  const width = rowSize(x);
  return Float64Array.from(labels, (_, i) => {
    let square = 0;
    for (let j = i * width; j < (i + 1) * width; j++) square += (x.data[j] - start.data[j]) ** 2;
    return Math.sqrt(square);
  });
}
