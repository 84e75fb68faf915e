// What random layers are drawn with: integers, choices, shapes whose sizes go from 1 to 17, and constants.

import type { GraphBuilder } from "../../../src/onnx/builder.ts";
import type { Attributes } from "../../../src/onnx/graph.ts";
import type { Stream } from "../../../src/random.ts";
import { type FloatType, sizeOf, tensor } from "../../../src/tensor.ts";
import type { GradientCase } from "../check.ts";

export interface Draws {
  /** Uniform over the integers from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  chance(probability: number): boolean;
  /** One draw for each of `count`. */
  times<T>(count: number, draw: (i: number) => T): T[];
  /** A shape with at most `limit` elements. */
  shape(rank: number, limit: number): number[];
  /** An order of the axes. */
  order(rank: number): number[];
  /** A constant of uniform numbers from [-1, 1] that float32 holds exactly: the same in every graph it is added to. */
  constant(shape: readonly number[]): (g: GraphBuilder, type: FloatType) => string;
}

/**
 * Draws one layer, or undefined where what was drawn does not fit together. `limit` bounds the elements of an input.
 */
export type DrawLayer = (draws: Draws, limit: number) => Layer | undefined;

/** A layer, and its attributes for whoever reads of its failure. */
export type Layer = Omit<GradientCase, "name"> & { readonly attributes?: Attributes };

export function drawsFrom(random: Stream): Draws {
  const integer = (low: number, high: number) => low + random.integer(high - low + 1);
  const times = <T>(count: number, draw: (i: number) => T) => Array.from({ length: count }, (_, i) => draw(i));
  return {
    integer,
    times,
    pick: (list) => list[random.integer(list.length)],
    chance: (probability) => random.uniform() < probability,
    shape(rank, limit) {
      for (;;) {
        // Small sizes are where rules have their edges: half of them are at most 4.
        const sizes = times(rank, () => (random.uniform() < 0.5 ? integer(1, 4) : integer(1, 17)));
        if (sizeOf(sizes) <= limit) return sizes;
      }
    },
    order(rank) {
      const axes = times(rank, (i) => i);
      for (let i = rank - 1; i > 0; i--) {
        const j = random.integer(i + 1);
        [axes[i], axes[j]] = [axes[j], axes[i]];
      }
      return axes;
    },
    constant(shape) {
      const numbers = times(sizeOf(shape), () => Math.fround(2 * random.uniform() - 1));
      return (g, type) => g.constant(tensor(type, shape, numbers));
    },
  };
}

/** Squared, so that the second derivative of what is linear does not vanish. */
export const square = (g: GraphBuilder, value: string) => g.node("Mul", [value, value]);

export const list = (ints: readonly number[]) => ({ ints });

/** The shape with the batch left open. */
export const open = (shape: readonly number[]) => ["N", ...shape.slice(1)];
