// NumPy's .npz: a zip archive of .npy files, one per named array.

import { unzipSync, zipSync } from "fflate";
import { unknownName } from "../../errors.ts";
import type { Tensor } from "../../tensor.ts";
import { undecoded } from "../../undecoded.ts";
import { invalidFile } from "./elements.ts";
import { mostInflated } from "./gzip.ts";
import { readNumbers } from "./headed.ts";
import { type NpyFile, npyBlocksReader, npyNumbersReader, npyReader, npyTensor, readNpy, writeNpy } from "./npy.ts";
import { type LabelArray, npyLabels } from "./npyLabels.ts";
import { type ByteSource, entryPieces, type Unpacker, zipEntries } from "./zip.ts";

/** The arrays of an archive, each unpacked when it is asked for. */
export interface NpzArchive {
  readonly names: readonly string[];
  /** @throws InputError for a name that the archive lacks, and where `readNpy` does. */
  read(name: string): Tensor;
}

/** The arrays of an archive that is read piece by piece. */
export interface NpzFile {
  readonly names: readonly string[];
  /** How many bytes an array takes, as the directory promises. @throws InputError for a name that the archive lacks */
  bytesOf(name: string): number;
  /** @throws InputError for a name that the archive lacks, and where `readNpy` does. */
  read(name: string): Promise<Tensor>;
  /** The rows of an array, some at a time, in their order. @throws InputError as `read` does. */
  blocks(name: string): AsyncGenerator<Tensor>;
  /**
   * The array as features: float32 where that loses nothing that matters, else float64; bytes and truth values as they
   * are.
   */
  readNumbers(name: string): Promise<Tensor>;
  /** The array as labels, which may be words. @throws InputError as `read` does. */
  readLabels(name: string): Promise<LabelArray>;
}

/**
 * Opens a .npz file.
 *
 * @throws InputError for a file that is no zip archive.
 *
 * @example
 * ```ts
 * import { tensor } from "@carom/core";
 * import { openNpz, writeNpz } from "@carom/core/data";
 *
 * const bytes = writeNpz({ x: tensor("float32", [2, 2], [1, 2, 3, 4]) });
 * console.log(openNpz(bytes).names); // [ 'x' ]
 * ```
 */
export function openNpz(bytes: Uint8Array, name = "npz data"): NpzArchive {
  const names: string[] = [];
  unzip(bytes, name, (entry) => {
    if (entry.endsWith(".npy")) names.push(entry.slice(0, -4));
    return false;
  });
  return {
    names,
    read: (array) => {
      if (!names.includes(array)) unknownName(`array of ${name}`, array, names);
      const files = unzip(bytes, name, (entry) => entry === `${array}.npy`);
      return readNpy(files[`${array}.npy`], `array "${array}" of ${name}`);
    },
  };
}

/**
 * Opens a .npz file of any size: its arrays are read from it straight into their place.
 * @throws InputError as `zipEntries` does.
 */
export async function openNpzFile(source: ByteSource, unpacker: Unpacker, name = "npz data"): Promise<NpzFile> {
  const entries = (await zipEntries(source, name)).filter((entry) => entry.name.endsWith(".npy"));
  const names = entries.map((entry) => entry.name.slice(0, -4));
  const entryOf = (array: string) => entries[names.indexOf(array)] ?? unknownName(`array of ${name}`, array, names);
  const file = async (array: string): Promise<readonly [NpyFile, string]> => {
    const entry = entryOf(array);
    const what = `array "${array}" of ${name}`;
    const reader = npyReader(entry.size, what);
    for await (const piece of entryPieces(source, entry, unpacker, name)) reader.push(piece);
    return [reader.end(), what];
  };
  return {
    names,
    bytesOf: (array) => entryOf(array).size,
    readNumbers(array) {
      const entry = entryOf(array);
      return readNumbers(
        (place) => entryPieces(source, entry, unpacker, name, place),
        (into) => npyNumbersReader(entry.size, into, `array "${array}" of ${name}`),
      );
    },
    read: async (array) => npyTensor(...(await file(array))),
    async *blocks(array) {
      const entry = entryOf(array);
      const ready: Tensor[] = [];
      const reader = npyBlocksReader(entry.size, (block) => ready.push(block), `array "${array}" of ${name}`);
      for await (const piece of entryPieces(source, entry, unpacker, name)) {
        reader.push(piece);
        yield* ready.splice(0);
      }
      reader.end();
    },
    readLabels: async (array) => npyLabels(...(await file(array))),
  };
}

/** The bytes of a .npz file; equal arrays give equal bytes (no clock, entries in the order given). */
export function writeNpz(arrays: Readonly<Record<string, Tensor>>): Uint8Array {
  const files = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)]));
  // A zip stores local time: a text without a time zone means the same fields everywhere.
  return zipSync(files, { level: 6, mtime: "1980-01-01T12:00:00" });
}

function unzip(bytes: Uint8Array, name: string, wanted: (entry: string) => boolean): Record<string, Uint8Array> {
  const damaged = (got: string) =>
    invalidFile(name, "a whole .npz archive", got, "copy the file again, or save it with numpy.savez");
  let entries = 0;
  try {
    return unzipSync(bytes, {
      filter: (entry) => {
        // 46 bytes is the least that a zip spends on an entry of its directory.
        if (++entries * 46 > bytes.length) throw damaged("a directory longer than the file");
        if (!wanted(entry.name)) return false;
        if (entry.size > bytes.length || entry.originalSize > mostInflated(entry.size)) {
          throw damaged(`${entry.originalSize} bytes promised for ${entry.name}`);
        }
        return true;
      },
    });
  } catch (error) {
    throw undecoded(error, damaged);
  }
}
