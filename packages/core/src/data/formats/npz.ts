// NumPy's .npz: a zip archive of .npy files, one per named array.

import { unzipSync, zipSync } from "fflate";
import { unknownName } from "../../errors.ts";
import type { Tensor } from "../../tensor.ts";
import { invalidFile } from "./elements.ts";
import { mostInflated } from "./gzip.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { type LabelArray, readNpyLabels } from "./npyLabels.ts";

/** The arrays of an archive, each unpacked when it is asked for. */
export interface NpzArchive {
  readonly names: readonly string[];
  /** @throws InputError for a name that the archive lacks, and where `readNpy` does. */
  read(name: string): Tensor;
  /** The array as labels, which may be words. @throws InputError as `read` does. */
  readLabels(name: string): LabelArray;
}

/**
 * Opens a .npz file.
 *
 * @throws InputError for a file that is no zip archive.
 */
export function openNpz(bytes: Uint8Array, name = "npz data"): NpzArchive {
  const names: string[] = [];
  unzip(bytes, name, (entry) => {
    if (entry.endsWith(".npy")) names.push(entry.slice(0, -4));
    return false;
  });
  const reading =
    <T>(read: (file: Uint8Array, name: string) => T) =>
    (array: string): T => {
      if (!names.includes(array)) unknownName(`array of ${name}`, array, names);
      const files = unzip(bytes, name, (entry) => entry === `${array}.npy`);
      return read(files[`${array}.npy`], `array "${array}" of ${name}`);
    };
  return { names, read: reading(readNpy), readLabels: reading(readNpyLabels) };
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
        if (++entries * 46 > bytes.length) throw new Error("a directory longer than the file");
        if (!wanted(entry.name)) return false;
        if (entry.size > bytes.length || entry.originalSize > mostInflated(entry.size)) {
          throw new Error(`${entry.originalSize} bytes promised for ${entry.name}`);
        }
        return true;
      },
    });
  } catch (error) {
    throw damaged((error as Error).message);
  }
}
