// Files of a tar archive, one after another as its bytes arrive (POSIX ustar).

import { InputError } from "../../errors.ts";
import type { ByteSource } from "./zip.ts";

interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
/** The most bytes of one file that are kept. */
const LARGEST = 2 ** 31 - 1;

/** Whether bytes begin like a tar archive. */
export function isTar(bytes: Uint8Array): boolean {
  return textOf(bytes.subarray(257, 262)) === "ustar";
}

/**
 * The regular files of an archive, in its order; of those that `wanted` refuses, the bytes are passed over.
 *
 * @throws InputError for bytes that are no archive, and for one that ends early.
 */
export async function* tarFiles(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  archive: string,
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<TarFile> {
  let header = new Uint8Array(BLOCK);
  let filled = 0;
  /** What is being read: undefined in a header. */
  let file: { readonly name: string; readonly bytes: Uint8Array | undefined; readonly size: number } | undefined;
  let at = 0;
  let isOver = false;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length && !isOver; ) {
      if (file) {
        // The content, and what fills its last block.
        const padded = Math.ceil(file.size / BLOCK) * BLOCK;
        const count = Math.min(piece.length - from, padded - at);
        if (at < file.size) file.bytes?.set(piece.subarray(from, from + Math.min(count, file.size - at)), at);
        at += count;
        from += count;
        if (at < padded) continue;
      } else {
        const count = Math.min(piece.length - from, BLOCK - filled);
        header.set(piece.subarray(from, from + count), filled);
        filled += count;
        from += count;
        if (filled < BLOCK) continue;
        filled = 0;
        at = 0;
        if (header.every((byte) => byte === 0)) {
          isOver = true;
          continue;
        }
        if (!isTar(header)) throw damaged(archive, "a header of another kind");
        const found = fileOf(header);
        file = found && {
          ...found,
          bytes: found.isRegular && wanted(found.name) ? new Uint8Array(found.size) : undefined,
        };
        if (!file) throw damaged(archive, "a header without a size");
        header = new Uint8Array(BLOCK);
        if (file.size > 0) continue;
      }
      const { name, bytes } = file;
      file = undefined;
      if (bytes) yield { name, bytes };
    }
  }
  if (!isOver && (file || filled > 0)) throw damaged(archive, "one that ends early");
}

/**
 * The contents of the regular files of an archive, where they lie.
 *
 * @throws InputError as `tarFiles` does.
 */
export async function* tarParts(source: ByteSource, archive: string): AsyncGenerator<ByteSource> {
  const header = new Uint8Array(BLOCK);
  for (let at = 0; at < source.size; ) {
    if (at + BLOCK > source.size) throw damaged(archive, "one that ends early");
    await source.read(at, header);
    if (header.every((byte) => byte === 0)) return;
    if (!isTar(header)) throw damaged(archive, "a header of another kind");
    const file = fileOf(header);
    if (!file) throw damaged(archive, "a header without a size");
    const [from, { size }] = [at + BLOCK, file];
    if (from + size > source.size) throw damaged(archive, "one that ends early");
    if (file.isRegular) yield { size, read: (offset, into) => source.read(from + offset, into) };
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function damaged(archive: string, got: string): InputError {
  return new InputError("invalid", archive, { expected: "a whole tar archive", got, remedy: "copy or fetch it again" });
}

function fileOf(header: Uint8Array) {
  const size = Number.parseInt(textOf(header.subarray(124, 136)), 8);
  if (!(size >= 0 && size <= LARGEST)) return undefined;
  const prefix = textOf(header.subarray(345, 500));
  const base = textOf(header.subarray(0, 100));
  // GNU's tar keeps other things where ustar has the prefix.
  const name = prefix !== "" && header[262] === 0x20 ? base : [prefix, base].filter((part) => part !== "").join("/");
  const isRegular = header[156] === 0x30 || header[156] === 0;
  return { name, size, isRegular };
}

/** Text up to the first zero byte. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
