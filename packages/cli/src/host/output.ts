// Output on disk: whole or not at all.

import { createHash } from "node:crypto";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { InputError } from "@carom/core";

/** Writes a file under a temporary name and renames it, so that no reader ever sees half of it. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.partial-${process.pid}`;
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw notWritten(path, error);
  }
}

/** Writes a folder of files (names may have slashes) under a temporary name and renames it. */
export async function writeFolder(path: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const temporary = `${path}.partial-${process.pid}`;
  try {
    for (const [name, content] of Object.entries(files)) {
      const file = join(temporary, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    await mkdir(dirname(resolve(path)), { recursive: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw notWritten(path, error);
  }
}

/** Refuses an output folder that exists, before any work is done. */
export async function requireAbsent(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new InputError("invalid", `output folder ${path}`, {
    expected: "a folder that does not exist yet",
    got: "one that exists",
    remedy: "choose another with --out",
  });
}

/** The folder of a run: ./carom-runs/VERB-TIME-HASH. */
export function runFolder(verb: string, question: unknown, now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const hash = createHash("sha256").update(JSON.stringify(question)).digest("hex").slice(0, 8);
  return join("carom-runs", `${verb}-${time}-${hash}`);
}

function notWritten(path: string, error: unknown): InputError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new InputError("invalid", `output ${path}`, {
    expected: "a place that can be written to",
    got: code === "ENOSPC" ? "a full disk" : message,
    remedy: code === "ENOSPC" ? "make space, or choose another place with --out" : "choose another place with --out",
  });
}
