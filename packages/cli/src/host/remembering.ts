// A store that remembers what was read last: a worker's tasks share data, models and what is known of them.

import type { Store } from "@carom/core";
import type { Artifact } from "@carom/core/study";

/** Memory for what is remembered, as bytes of tensors. */
const REMEMBERED_BYTES = 128 * 2 ** 20;

export interface RememberingStore extends Store {
  /** Forgets everything, as some of it is gone. */
  forget(): void;
}

/** The same store; of what was read or written lately, as much as memory allows is not read again. */
export function remembering(store: Store, limit = REMEMBERED_BYTES): RememberingStore {
  /** In order of use, the latest last. */
  const known = new Map<string, { readonly artifact: Artifact; readonly bytes: number }>();
  let total = 0;
  const drop = (key: string) => {
    total -= known.get(key)?.bytes ?? 0;
    known.delete(key);
  };
  const remember = (key: string, artifact: Artifact) => {
    drop(key);
    // Rows that are read where they are take no memory.
    const bytes = Object.values(artifact.arrays).reduce((sum, x) => sum + ("data" in x ? x.data.byteLength : 0), 0);
    if (bytes > limit) return;
    known.set(key, { artifact, bytes });
    total += bytes;
    for (const oldest of known.keys()) {
      if (total <= limit) break;
      drop(oldest);
    }
  };
  return {
    has: (key) => store.has(key),
    async read(key) {
      const artifact = known.get(key)?.artifact ?? (await store.read(key));
      if (artifact) remember(key, artifact);
      return artifact;
    },
    write: (key, artifact) => store.write(key, artifact),
    room: (type, shape) => store.room(type, shape),
    forget() {
      known.clear();
      total = 0;
    },
  };
}
