// Real data sets for tests, too large for the repository: in the folder CAROM_DATA, or ../shared/data beside it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.env.CAROM_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));

/** The path of a shared data file, or undefined (and a line that says so) where this machine lacks it. */
export function sharedData(path: string): string | undefined {
  const full = join(folder, path);
  if (existsSync(full)) return full;
  console.warn(`skipped: no ${path} among the shared data; set CAROM_DATA to the folder that has it`);
  return undefined;
}
