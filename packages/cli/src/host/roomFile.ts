// Room for rows in a file that nobody else sees, and that is gone with the process, however it ends.

import { open, rm } from "node:fs/promises";
import { type ElementType, elementBytes, type RowsRoom, roomInMemory, sizeOf, viewOf } from "@carom/core";
import { bytesAt, writeAt } from "./artifactFile.ts";

/** Rows of fewer bytes stay in memory. */
const HELD_BYTES = 2 ** 23;

/** Room for rows of a shape [N, ...]; `path` is where the file begins, if there is to be one. */
export async function roomInFile<T extends ElementType>(
  path: string,
  type: T,
  shape: readonly number[],
): Promise<RowsRoom<T>> {
  if (sizeOf(shape) * elementBytes(type) <= HELD_BYTES) return roomInMemory(type, shape);
  const file = await open(path, "wx+", 0o600);
  // Without a name it takes room until it is closed. Where an open file keeps its name, closing removes it.
  const forget = () => rm(path, { force: true }).catch(() => {});
  await forget();
  const row = shape.slice(1);
  const width = sizeOf(row) * elementBytes(type);
  return {
    type,
    shape,
    async read(from, to) {
      return { type, shape: [to - from, ...row], data: viewOf(type, await bytesAt(file, from * width, to * width)) };
    },
    async write(from, { data }) {
      await writeAt(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), from * width);
    },
    async close() {
      await file.close();
      await forget();
    },
  };
}
