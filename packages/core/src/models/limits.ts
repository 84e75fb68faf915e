// What a runtime can take in one call, and what its operators lack: the only place for numbers that fit one kind of device.

/** A form of an operator that a provider lacks; graphs for it are written without. */
export type Lack =
  /** The second output of MaxPool, and the sum of what is scattered to equal places. */
  | "places of maxima"
  /** Max and Min of two values. */
  | "Max, Min";

/** How many rows, and steps of ascent, go through a graph in one call. */
export interface Limits {
  /** Bytes of intermediate results that one call may need. */
  readonly bytes: number;
  /** Rows of a call, at most: more gain nothing. */
  readonly rows: number;
  readonly ascent: {
    /** Values per array of a call of light models. */
    readonly values: number;
    /** Steps in one graph, at most. */
    readonly unrolled: number;
    /** Rows in a call, as memory allows, below which the model is heavy: its graph then has one step. */
    readonly heavy: number;
  };
  /** Numbers that points attacked side by side may have. */
  readonly chunk: number;
  /** Opened models that are kept for who asks for them next, and bytes of their files in all. */
  readonly pool: { readonly models: number; readonly bytes: number };
  /** Bytes of graphs derived from one model, in all, whose sessions are held at once; each takes two to four times as many. */
  readonly derived: number;
  readonly lacks: ReadonlySet<Lack>;
}

/**
 * The limits of one thread of a processor.
 *
 * More rows in a call gain nothing there. Arrays of 2^17 values stay in its second-level cache from step to step of an
 * ascent. More steps in a graph gained nothing, and each has a copy of the weights that the runtime rearranged; where memory
 * allows fewer than 64 rows, the model's own work outweighs all else in a step: a graph of several steps then gains nothing,
 * takes as many times longer to compile, and holds as many copies of the weights.
 */
export const processorLimits: Limits = {
  bytes: 64 * 2 ** 20,
  rows: 1000,
  ascent: { values: 2 ** 17, unrolled: 5, heavy: 64 },
  chunk: 2 ** 20,
  pool: { models: 8, bytes: 16 * 2 ** 20 },
  derived: 512 * 2 ** 20,
  lacks: new Set(),
};
