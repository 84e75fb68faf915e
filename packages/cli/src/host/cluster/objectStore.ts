// A store in a bucket, and what was read or written of it in a folder of this machine.

import { openAsBlob } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { partialName } from "../partial.ts";
import type { DiskStore } from "../store.ts";
import type { Body, Objects } from "./objects.ts";

/** Artifacts are below this. */
const FOLDER = "artifacts";
/** Bytes of a file that is read at once: to read one in a stream takes longer than to send a small one. */
const SMALL = 2 ** 18;

/** The same artifacts as in the bucket; the folder holds copies, each checked against its hash when it is read. */
export function objectStore(local: DiskStore, objects: Objects): DiskStore {
  const nameOf = (key: string) => `${FOLDER}/${key.slice(0, 2)}/${key}`;
  return {
    ...local,
    has: (key) => objects.has(nameOf(key)),
    keys: async () =>
      new Set((await objects.list(`${FOLDER}/`)).map(({ name }) => name.slice(name.lastIndexOf("/") + 1))),
    async read(key) {
      const here = await local.read(key);
      if (here) return here;
      const found = await objects.read(nameOf(key));
      if (!found) return undefined;
      const path = local.pathOf(key);
      const temporary = partialName(path);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(temporary, found.bytes, { flag: "wx" });
      await rename(temporary, path);
      const checked = await local.read(key);
      if (checked) return checked;
      // It was damaged where everybody reads it.
      await objects.remove(nameOf(key));
      return undefined;
    },
    async write(key, artifact) {
      await local.write(key, artifact);
      await objects.write(nameOf(key), await bodyOf(local.pathOf(key)));
    },
  };
}

async function bodyOf(path: string): Promise<Body> {
  const { size } = await stat(path);
  return size <= SMALL ? new Uint8Array(await readFile(path)) : openAsBlob(path);
}
