// A pickle of sparse data under whatever name, also compressed or the first of that kind in a tar archive.

import { dataLimits } from "../../limits.ts";
import type { DataFormat } from "./format.ts";
import { gunzip } from "./gzip.ts";
import { readPickledDataset } from "./pickledDataset.ts";
import { isTar, tarParts } from "./tar.ts";
import { type ByteSource, bytesSource } from "./zip.ts";

export const pickleFormat: DataFormat = {
  name: ".pickle",
  spelling: ".pickle (.pkl)",
  pathsIn: (text) => (/^[^,]*\.(pkl|pickle|gz|tgz|tar)$/i.test(text) ? [text] : undefined),
  options: [],
  async read([file]) {
    const { name } = file;
    const found = await pickleIn(file.isGzip ? bytesSource(await file.content()) : file, name);
    if (!found) return undefined;
    file.requireRoomFor(name, found.size);
    return { ...(await readPickledDataset(found, name)), reading: {} };
  },
};

/** What a file is, where it is a pickle, or the first pickle in it, where it is an archive. */
async function pickleIn(source: ByteSource, name: string): Promise<ByteSource | undefined> {
  const start = await startOf(source);
  if (isPickle(start)) return source;
  if (!isTar(start)) return undefined;
  for await (const part of tarParts(source, name)) {
    const found = await unpacked(part, name);
    if (isPickle(await startOf(found))) return found;
  }
  return undefined;
}

async function unpacked(part: ByteSource, name: string): Promise<ByteSource> {
  const [first, second] = await startOf(part);
  if (first !== 0x1f || second !== 0x8b) return part;
  const bytes = new Uint8Array(part.size);
  await part.read(0, bytes);
  return bytesSource(gunzip(bytes, name, dataLimits.unpacked));
}

async function startOf(source: ByteSource): Promise<Uint8Array> {
  const start = new Uint8Array(Math.min(source.size, 512));
  await source.read(0, start);
  return start;
}

/** Pickles begin with their protocol. */
const isPickle = (bytes: Uint8Array) => bytes[0] === 0x80;
