// Files of a tar archive, one after another as its bytes arrive (POSIX ustar).

import { InputError } from "../../errors.ts";

export interface TarFile {
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
  const damaged = (got: string) =>
    new InputError("invalid", archive, { expected: "a whole tar archive", got, remedy: "copy or fetch it again" });
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
        if (!isTar(header)) throw damaged("a header of another kind");
        file = fileOf(header, wanted);
        if (!file) throw damaged("a header without a size");
        header = new Uint8Array(BLOCK);
        if (file.size > 0) continue;
      }
      const { name, bytes } = file;
      file = undefined;
      if (bytes) yield { name, bytes };
    }
  }
  if (!isOver && (file || filled > 0)) throw damaged("one that ends early");
}

function fileOf(header: Uint8Array, wanted: (name: string) => boolean) {
  const size = Number.parseInt(textOf(header.subarray(124, 136)), 8);
  if (!(size >= 0 && size <= LARGEST)) return undefined;
  const prefix = textOf(header.subarray(345, 500));
  const base = textOf(header.subarray(0, 100));
  // GNU's tar keeps other things where ustar has the prefix.
  const name = prefix !== "" && header[262] === 0x20 ? base : [prefix, base].filter((part) => part !== "").join("/");
  const isRegular = header[156] === 0x30 || header[156] === 0;
  return { name, size, bytes: isRegular && wanted(name) ? new Uint8Array(size) : undefined };
}

/** Text up to the first zero byte. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
