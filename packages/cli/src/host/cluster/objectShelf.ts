// Small texts as objects in a bucket.

import type { Shelf } from "@carom/core/study";
import type { Condition, Objects } from "./objects.ts";

/** A name that nothing else has, for trying what a server does. */
const PROBE = "probe";

/**
 * A shelf in a bucket. Some servers take a write whatever its condition; there a lease may be held twice, which costs
 * time and no result, since artifacts are the same whoever writes them.
 */
export function objectShelf(objects: Objects, folder: string): Shelf {
  const place = (name: string) => `${folder}/${name}`;
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  let keeping: Promise<boolean> | undefined;
  const keepsConditions = () => {
    keeping ??= probe(objects, place(`${PROBE}/${process.pid}-${Date.now()}`)).catch((error: unknown) => {
      // What was away when it was tried may keep them when it is back.
      keeping = undefined;
      throw error;
    });
    return keeping;
  };
  const write = async (name: string, text: string, condition: Condition) => {
    if (await keepsConditions()) return objects.write(place(name), text, condition);
    // It was looked at right before: whoever comes in between is found when the lease is read.
    return objects.write(place(name), text);
  };
  return {
    async create(name, text) {
      if (!(await keepsConditions()) && (await objects.has(place(name)))) return false;
      return write(name, text, { absent: true });
    },
    put: async (name, text) => {
      await objects.write(place(name), text);
    },
    async replace(name, expected, text) {
      const found = await objects.read(place(name));
      if (!found || decode(found.bytes) !== expected) return false;
      return write(name, text, { tag: found.tag });
    },
    async read(name) {
      const found = await objects.read(place(name));
      return found && decode(found.bytes);
    },
    remove: (name) => objects.remove(place(name)),
    names: async (inner) => (await objects.list(place(`${inner}/`))).map(({ name }) => name),
    list: (inner) => objects.list(place(`${inner}/`)),
  };
}

/** Whether a server refuses to create what is there. */
async function probe(objects: Objects, name: string): Promise<boolean> {
  await objects.write(name, "1");
  const isTaken = !(await objects.write(name, "2", { absent: true }));
  await objects.remove(name);
  return isTaken;
}
