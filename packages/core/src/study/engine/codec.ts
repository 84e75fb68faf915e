// What artifacts hold: how a value of a type becomes an artifact, and comes back. No one else knows how artifacts are
// laid out.

import type { Artifact, Json } from "./artifact.ts";

/** How values of a type are kept as artifacts. */
export interface Codec<T> {
  /** Names the type; by it a task that is sent to a worker says what its inputs hold. */
  readonly name: string;
  encode(value: T): Artifact;
  decode(artifact: Artifact): T | Promise<T>;
}

/** A codec of plain data. */
export function jsonCodec<T>(name: string): Codec<T> {
  return {
    name,
    encode: (value) => ({ json: value as Json, arrays: {} }),
    decode: ({ json }) => json as T,
  };
}
