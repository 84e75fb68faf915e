// Crafts the next poisoning points on one learner, after those that earlier blocks crafted.

import { slicePoints } from "../../attacks/poisoning/points.ts";
import { buildPoisoning, joinPoints, type PoisonPoints, poisoningByName } from "../../attacks/poisoning/poison.ts";
import { learnerByName } from "../../learners/index.ts";
import { rowSize, type Tensor, tensor } from "../../tensor.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";

/**
 * Parameters: attack, settings (its options), learner, options, seed, count (points to craft), blocks (how many came before).
 * Inputs: training, validation, `block:0` .. `block:(blocks - 1)`, and `pool`, whose rows are cloned; those of the
 * training data where absent.
 */
export const poison: TaskKind = {
  version: 3,
  async run(parameters, inputs, { runtime, onProgress }) {
    const settings = (parameters.settings ?? {}) as Record<string, unknown>;
    const attack = buildPoisoning(poisoningByName(parameters.attack as string), settings);
    const previous = blocksOf(parameters, inputs);
    const { points, losses, fits, gradients, evaluations } = await attack({
      learner: learnerByName(parameters.learner as string),
      options: parameters.options as Record<string, unknown>,
      training: partOf("training", parameters, inputs),
      validation: partOf("validation", parameters, inputs),
      ...(inputs.pool && { pool: partOf("pool", parameters, inputs) }),
      ...(previous && { previous }),
      count: parameters.count as number,
      seed: parameters.seed as number,
      runtime,
      onProgress,
    });
    return pointsArtifact(points, { losses: [...losses], fits, gradients, evaluations });
  },
};

/** What crafting one block took, and the validation loss after each of its points. */
export type BlockFacts = {
  readonly losses: readonly number[];
  readonly fits: number;
  readonly gradients: number;
  readonly evaluations: number;
};

/** Poisoning points as an artifact. */
export function pointsArtifact({ x, start, labels, sources }: PoisonPoints, json: BlockFacts): Artifact {
  const integers = (values: Int32Array) => tensor("int32", [values.length], values);
  return { json, arrays: { x, start, labels: integers(labels), sources: integers(sources) } };
}

/** The poisoning points in an artifact. */
export function pointsOfArtifact({ arrays }: Artifact): PoisonPoints {
  return {
    x: arrays.x as Tensor<"float64">,
    start: arrays.start as Tensor<"float64">,
    labels: arrays.labels.data as Int32Array,
    sources: arrays.sources.data as Int32Array,
  };
}

/** The points of all blocks that a task was given, in order; undefined where it was given none. */
export function blocksOf(
  { blocks }: { readonly blocks?: unknown },
  inputs: Readonly<Record<string, Artifact>>,
): PoisonPoints | undefined {
  const given = Array.from({ length: (blocks as number | undefined) ?? 0 }, (_, i) => inputs[`block:${i}`]);
  return joinBlocks(given);
}

/** The points of several blocks, one after the other; undefined of none. */
export function joinBlocks(blocks: readonly Artifact[]): PoisonPoints | undefined {
  return blocks.map(pointsOfArtifact).reduce<PoisonPoints | undefined>(joinPoints, undefined);
}

/** The first so many points: budgets are nested. */
export function firstPoints(points: PoisonPoints, count: number): PoisonPoints {
  return slicePoints(points, 0, count);
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
