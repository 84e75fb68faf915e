// What a runtime can take in one call, and what its operators lack: the only place for numbers that fit one kind of
// device.

import { type Lack, nothing } from "../onnx/lacks.ts";

/** How many rows, and steps of ascent, go through a graph in one call. */
export interface Limits {
  /** Bytes of intermediate results that one call may need. */
  readonly bytes: number;
  /** Rows of a call, at most: more gain nothing. */
  readonly rows: number;
  /** Whether convolutions of another number of rows than in the last call cost more than some rows would. */
  readonly steady: boolean;
  /** Whether convolutions are best left to the runtime as they are. */
  readonly keepConvolutions: boolean;
  readonly ascent: {
    /** Values per array of a call of light models. */
    readonly values: number;
    /** Steps in one graph, at most. */
    readonly unrolled: number;
    /** Nodes of a graph of several steps, at most: the runtime compiles it in a time that grows with their square. */
    readonly nodes: number;
    /** Whether steps are runs of a Loop instead, which then keeps on the device what goes from one to the next. */
    readonly loops: boolean;
    /** Rows in a call, as memory allows, below which the model is heavy: its graph then has one step. */
    readonly heavy: number;
    /** Whether steps under L2 are taken beside the graph of gradients, as points are in the same memory anyway. */
    readonly beside: boolean;
  };
  /**
   * Points attacked side by side: numbers that they may have, and rows that there are even where they have up to four
   * times as many. An attack keeps some twenty arrays of them in float64.
   */
  readonly chunk: { readonly numbers: number; readonly rows: number };
  /** Opened models that are kept for who asks for them next, and bytes of their files in all. */
  readonly pool: { readonly models: number; readonly bytes: number };
  /**
   * Bytes of graphs derived from one model, in all, whose sessions are held at once; each takes two to four times as
   * many.
   */
  readonly derived: number;
  readonly lacks: ReadonlySet<Lack>;
}

/**
 * The limits of one thread of a processor.
 *
 * More rows in a call gain nothing there. Arrays of 2^17 values stay in its second-level cache from step to step of an
 * ascent. More steps in a graph gained nothing, and each has a copy of the weights that the runtime rearranged; where
 * memory allows fewer than 64 rows, the model's own work outweighs all else in a step: a graph of several steps then
 * gains nothing, takes as many times longer to compile, and holds as many copies of the weights.
 */
export const processorLimits: Limits = {
  bytes: 64 * 2 ** 20,
  rows: 1000,
  steady: false,
  keepConvolutions: false,
  ascent: { values: 2 ** 17, unrolled: 5, nodes: 4000, loops: false, heavy: 64, beside: true },
  chunk: { numbers: 2 ** 18, rows: 256 },
  pool: { models: 8, bytes: 16 * 2 ** 20 },
  derived: 512 * 2 ** 20,
  lacks: nothing,
};

/**
 * The limits of a GPU of NVIDIA's: some thousand rows fill it, two GiB of intermediate results fit all that are made
 * today, and points stay in its memory for all steps of an ascent, where the way back to the processor would take
 * longer than a step.
 */
export const cudaLimits: Limits = {
  bytes: 2 ** 31,
  rows: 2 ** 14,
  steady: true,
  keepConvolutions: true,
  ascent: { values: 2 ** 27, unrolled: 1, nodes: 4000, loops: true, heavy: 1, beside: false },
  chunk: { numbers: 2 ** 22, rows: 2 ** 14 },
  pool: { models: 8, bytes: 2 ** 29 },
  derived: 2 ** 31,
  lacks: nothing,
};

/** The limits of a GPU behind WebGPU, where one buffer holds less, and no Loop is. */
export const webgpuLimits: Limits = {
  bytes: 2 ** 29,
  rows: 2 ** 13,
  steady: false,
  keepConvolutions: true,
  ascent: { values: 2 ** 24, unrolled: 10, nodes: 4000, loops: false, heavy: 64, beside: false },
  chunk: { numbers: 2 ** 22, rows: 2 ** 14 },
  pool: { models: 8, bytes: 2 ** 28 },
  derived: 2 ** 30,
  lacks: new Set(["places of maxima", "Max and Min", "LogSoftmax"]),
};

/** How many points of so many features are attacked side by side. */
export function rowsOfChunk({ chunk: { numbers, rows } }: Limits, features: number): number {
  return Math.max(1, Math.floor(numbers / features), Math.min(rows, Math.floor((4 * numbers) / features)));
}

/** The same limits, with as many steps in the graph of an ascent as its nodes allow where each step has so many. */
export function withFewNodes(limits: Limits, each: number): Limits {
  const { unrolled, nodes } = limits.ascent;
  return {
    ...limits,
    ascent: { ...limits.ascent, unrolled: Math.max(1, Math.min(unrolled, Math.floor(nodes / each))) },
  };
}
