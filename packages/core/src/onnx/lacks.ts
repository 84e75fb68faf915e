// Forms of operators that some runtimes lack: graphs for those are written without them.

export type Lack =
  /** The second output of MaxPool, and sums of what is scattered to equal places. */
  | "places of maxima"
  /** Max and Min of two values. */
  | "Max and Min"
  | "LogSoftmax";

/** A runtime that has all operators. */
export const nothing: ReadonlySet<Lack> = new Set();
