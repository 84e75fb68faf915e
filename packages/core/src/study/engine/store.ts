// Where artifacts are kept, and the one way to read what a reference refers to.

import { type Dataset, takeRows } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import { type RowsRoom, roomInMemory } from "../../rows.ts";
import type { ElementType } from "../../tensor.ts";
import type { Artifact } from "./artifact.ts";
import type { Part, Ref } from "./reference.ts";

/** Where artifacts are kept, by key: in memory, on disk, or wherever a program puts them. */
export interface Store {
  has(key: string): Promise<boolean>;
  /** All keys, where asking for each of many alone would cost a request. */
  keys?(): Promise<ReadonlySet<string>>;
  /** The artifact, checked; undefined where there is none, or one that was damaged and has been removed. */
  read(key: string): Promise<Artifact | undefined>;
  /** Written whole or not at all. */
  write(key: string, artifact: Artifact): Promise<void>;
  /** Room beside the artifacts, for rows that come some at a time. */
  room<T extends ElementType>(type: T, shape: readonly number[]): Promise<RowsRoom<T>>;
}

/** Answers which of many artifacts are there, as of now. */
export async function presence(store: Pick<Store, "has" | "keys">): Promise<(key: string) => Promise<boolean>> {
  const keys = await store.keys?.();
  return keys ? async (key) => keys.has(key) : (key) => store.has(key);
}

/** An artifact that should be in the store is not, or not any more. */
export class MissingInput extends InputError {
  readonly key: string;

  constructor(key: string) {
    super("missing", "results in the store", {
      expected: "what was computed to stay there",
      got: `artifact ${key.slice(0, 12)}… gone`,
      remedy: "see whether another program empties it, and start the same command again: it computes what is missing",
    });
    this.key = key;
  }
}

/** What a reference refers to. @throws MissingInput */
export async function readRef<T>(store: Store, { key, codec }: Pick<Ref<T>, "key" | "codec">): Promise<T> {
  const artifact = await store.read(key);
  if (!artifact) throw new MissingInput(key);
  return codec.decode(artifact);
}

/** The rows of a part. @throws MissingInput */
export async function readPart(store: Store, { data, split, part }: Part): Promise<Dataset> {
  const dataset = await readRef(store, data);
  return split ? takeRows(dataset, (await readRef(store, split))[part!]) : dataset;
}

/**
 * A store in memory, for runs that nobody needs to resume.
 *
 * @example
 * ```ts
 * import { memoryStore } from "@carom/core";
 *
 * const store = memoryStore();
 * await store.write("a key", { json: { answer: 42 }, arrays: {} });
 * console.log((await store.read("a key"))?.json, await store.has("another")); // { answer: 42 } false
 * ```
 */
export function memoryStore(): Store {
  const artifacts = new Map<string, Artifact>();
  return {
    has: async (key) => artifacts.has(key),
    read: async (key) => artifacts.get(key),
    write: async (key, artifact) => {
      artifacts.set(key, artifact);
    },
    room: async (type, shape) => roomInMemory(type, shape),
  };
}
