// Refusals of what no process may hold, before memory is taken for it, and of what no disk does.

import { statfs } from "node:fs/promises";
import { elementBytes, InputError, type Store, sizeOf } from "@carom/core";
import { bytesInWords } from "@carom/core/data";
import { type Plan, presence } from "@carom/core/study";
import { limits, limitVariables } from "./limits.ts";

/** @throws InputError where something is larger than this process may be */
export function requireRoomFor(what: string, size: number): void {
  const { bytes } = limits();
  if (size <= bytes) return;
  throw new InputError("unsupported", what, {
    expected: `at most ${bytesInWords(bytes)} in memory`,
    got: bytesInWords(size),
    remedy: `give fewer rows, or set ${limitVariables.bytes} to more gigabytes`,
  });
}

/** What a run will write to its store, as far as it is not there. */
interface Planned {
  /** Bytes of all artifacts, and of the largest. */
  readonly bytes: number;
  readonly largest: number;
  /** Bytes of those that grow with the rows that they are about, and how many rows those are at most. */
  readonly ofRows: number;
  readonly rows: number;
  /** Whether another norm would change few features of sparse rows, and be kept in less. */
  readonly movesAll: boolean;
}

/** What the tasks of a plan that the store lacks are estimated to write, and what is given from outside. */
export async function plannedBytes({ tasks, sources }: Plan, store: Pick<Store, "has" | "keys">): Promise<Planned> {
  const given = [...sources].map(([key, { arrays }]) => ({
    key,
    bytes: Object.values(arrays).reduce((sum, { type, shape }) => sum + sizeOf(shape) * elementBytes(type), 0),
  }));
  let [bytes, largest, ofRows, rows, movesAll] = [0, 0, 0, 0, false];
  const has = await presence(store);
  for (const each of [...given, ...tasks]) {
    if (await has(each.key)) continue;
    bytes += each.bytes;
    largest = Math.max(largest, each.bytes);
    if (!("rows" in each) || each.rows === undefined) continue;
    ofRows += each.bytes;
    rows = Math.max(rows, each.rows);
    movesAll ||= each.movesAll === true;
  }
  return { bytes, largest, ofRows, rows, movesAll };
}

/**
 * Refuses a run whose results do not fit on the disk of its store. What a task crafts stands there twice while it is
 * given its place.
 *
 * @throws InputError with what there is room for
 */
export function requireRoomOnDisk(folder: string, planned: Planned, workers: number, free: number): void {
  const { bytes, largest, ofRows, rows, movesAll } = planned;
  const needed = bytes + workers * largest;
  if (needed <= free) return;
  const fitting = Math.floor((rows * (free - (bytes - ofRows))) / (ofRows + workers * largest));
  const few = fitting > 0 ? `about ${inTwoDigits(fitting)} of ${rows} points` : "fewer points";
  throw new InputError("unsupported", "results of this size", {
    expected: `at most ${bytesInWords(free)}, which the disk of the store ${folder} has free`,
    got: `about ${bytesInWords(needed)}`,
    remedy:
      `give ${few}, fewer models or budgets, ${movesAll ? "--norm l1 or l0, which change few features, " : ""}` +
      "make space (carom store gc), or name another folder with CAROM_STORE",
  });
}

/** The largest number of two digits and zeros that is no larger. */
function inTwoDigits(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return step * Math.floor(count / step);
}

/** Bytes that the disk of a folder has free; as many as one likes where that cannot be known. */
export async function freeBytes(folder: string): Promise<number> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  );
}
