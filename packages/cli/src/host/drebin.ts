// The original Drebin layout: a folder of one text file of features for each app, and the list of those that are
// malware.

import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { dataset, InputError } from "@carom/core";
import type { LoadedData } from "./loadedData.ts";
import { readBytes } from "./read.ts";

const vectors = "feature_vectors";
const families = "sha256_family.csv";
/** Files open at a time. */
const TOGETHER = 64;

/** Whether a folder holds one of what the layout has. */
export const isDrebinFolder = async (folder: string): Promise<boolean> =>
  (await readdir(folder)).some((name) => name === vectors || name === families);

/**
 * The apps of a folder as binary sparse rows, in the order of their names; classes are "-1" (benign) and "1"
 * (malicious).
 *
 * `feature_vectors/` holds a file for each app, named by its SHA-256, with a feature `prefix::value` in each line. The
 * columns are all features that occur, sorted by their bytes. Apps in the first column of `sha256_family.csv` are
 * malicious. The layout is that of the data of Arp et al., NDSS 2014.
 *
 * @throws InputError where one of the two is missing, for files of something else, and for a list that names none of
 * the apps.
 */
export async function loadDrebin(
  folder: string,
  box: readonly [number, number] = [0, 1],
): Promise<Pick<LoadedData, "dataset" | "contentHash">> {
  const names = await appNames(folder);
  const list = await familyList(folder);
  const malicious = malwareNames(list);
  const labels = names.map((name) => (malicious.has(name.toLowerCase()) ? 1 : -1));
  if (!labels.includes(1)) {
    throw new InputError("invalid", `family list ${join(folder, families)}`, {
      expected: `names of apps of ${vectors} in its first column`,
      got: `none of the ${names.length} apps`,
      remedy: "use the list that came with these apps",
    });
  }
  const hash = createHash("sha256");
  const numbers = new Map<string, number>();
  const start = new Int32Array(names.length + 1);
  const index: number[] = [];
  for (let from = 0; from < names.length; from += TOGETHER) {
    const together = names.slice(from, from + TOGETHER);
    const files = await Promise.all(together.map((name) => readBytes("file of features", join(folder, vectors, name))));
    files.forEach((file, i) => {
      hash.update(`${together[i]} ${file.length}\n`).update(file);
      for (const feature of featuresIn(file, together[i])) {
        let number = numbers.get(feature);
        if (number === undefined) numbers.set(feature, (number = numbers.size));
        index.push(number);
      }
      start[from + i + 1] = index.length;
    });
  }
  const features = { rows: names.length, columns: numbers.size, start, index: sorted(index, start, numbers) };
  const value = new Float64Array(index.length).fill(1);
  return {
    dataset: dataset({ features: { ...features, value }, labels, domain: box ?? [0, 1] }),
    contentHash: hash.update(list).digest("hex"),
  };
}

async function appNames(folder: string): Promise<string[]> {
  const path = join(folder, vectors);
  const missing = (got: string) =>
    new InputError("missing", `${vectors} in ${folder}`, {
      expected: "a folder with one file of features for each app, as Drebin has it",
      got,
      remedy: `give the folder that holds ${vectors} and ${families}, or a data file`,
    });
  const entries = await readdir(path, { withFileTypes: true }).catch(() => {
    throw missing("no such folder");
  });
  const names = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
  if (names.length === 0) throw missing("one without files");
  return names.sort();
}

async function familyList(folder: string): Promise<Uint8Array> {
  return readBytes("family list", join(folder, families));
}

function malwareNames(list: Uint8Array): ReadonlySet<string> {
  const lines = new TextDecoder().decode(list).split(/\r?\n/);
  const first = lines.map((line) =>
    line
      .split(/[,;\t]/, 1)[0]
      .replaceAll('"', "")
      .trim()
      .toLowerCase(),
  );
  // The header names no app either.
  return new Set(first);
}

/** The distinct lines of a file. Addresses among them are not always sound UTF-8: bytes stay what they are. */
function featuresIn(file: Uint8Array, name: string): ReadonlySet<string> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const found = new Set<string>();
  let isSound = false;
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, from);
    const next = newline < 0 ? bytes.length : newline;
    const end = bytes[next - 1] === 0x0d && next > from ? next - 1 : next;
    // Not pieces of one long string: each would keep all of that in memory.
    if (end > from) {
      const feature = bytes.toString("latin1", from, end);
      found.add(feature);
      isSound ||= feature.includes("::");
    }
    from = next + 1;
  }
  if (found.size === 0 || isSound) return found;
  throw new InputError("invalid", `file of features ${join(vectors, name)}`, {
    expected: "lines such as permission::android.permission.INTERNET",
    got: `"${[...found][0].slice(0, 40)}"`,
    remedy: `keep only files of apps in ${vectors}`,
  });
}

/** Numbers in order of appearance become columns in the order of the names; ascending within each row. */
function sorted(index: readonly number[], start: Int32Array, numbers: ReadonlyMap<string, number>): Int32Array {
  const column = new Int32Array(numbers.size);
  [...numbers.keys()].sort().forEach((feature, at) => {
    column[numbers.get(feature)!] = at;
  });
  const columns = Int32Array.from(index, (number) => column[number]);
  for (let row = 0; row + 1 < start.length; row++) columns.subarray(start[row], start[row + 1]).sort();
  return columns;
}
