// How large what comes from elsewhere may be, where it is not bounded by the data themselves; `limits.ts` bounds processes.

import { givenLimit } from "./limits.ts";

/** What fits everywhere, and more where a process was given much: this part of it. */
const [UNPACKED, SHARE] = [2 ** 28, 1 / 8];

/** Bytes that a packed file may hold which has to be in memory at once; what is unpacked already is as large as it is. */
export function mostUnpacked(): number {
  return Math.max(UNPACKED, Math.floor((givenLimit("bytes") ?? 0) * SHARE));
}

/** Bytes of a file that people write: parsers compare each of its names with each other. */
export const MOST_WRITTEN = 2 ** 17;

/** Bytes of the answer of a service. */
export const MOST_ANSWERED = 16 * 2 ** 20;

/** Numbers that a request to a service may hold: some 4 MiB of JSON. */
export const MOST_ASKED = 200_000;

/** Bytes of a download: a server that sends on would fill the disk. */
export const MOST_FETCHED = 2 ** 31;
