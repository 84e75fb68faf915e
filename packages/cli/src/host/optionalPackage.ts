// Packages that are not installed with the command: who needs what they do installs them.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * A package, from where the command is installed or from the project that it is run in; undefined where it is in
 * neither.
 */
export async function optionalPackage<T>(name: string): Promise<T | undefined> {
  for (const base of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return (await import(pathToFileURL(createRequire(base).resolve(name)).href)) as T;
    } catch {
      // It may be in the other place.
    }
  }
  return undefined;
}
