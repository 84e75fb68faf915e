// Output on disk: whole or not at all.

import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { lstat, mkdir, mkdtemp, rename, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { InputError } from "@carom/core";
import { tell } from "../terminal/print.ts";

/** What is being written and has not its final name yet. */
const unfinished = new Set<string>();

/** Removes what is half-written; for the end of the process, whatever its reason. */
export function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  unfinished.clear();
}

/** What a file is to hold: whole, or in pieces that are made while it is written, so that they are never all in memory. */
export type Content =
  | string
  | Uint8Array
  | Iterable<string>
  | Iterable<Uint8Array>
  | AsyncIterable<string>
  | AsyncIterable<Uint8Array>;

/** Writes a file under a temporary name and renames it: no reader ever sees half of it. */
export async function writeWhole(path: string, content: Content): Promise<void> {
  await underTemporaryName(path, (temporary) => writeFile(temporary, content));
}

/** Writes a folder of files (names may have slashes) under a temporary name and renames it. */
export async function writeFolder(path: string, files: Readonly<Record<string, Content>>): Promise<void> {
  // A slash at the end names the same folder.
  await underTemporaryName(resolve(path), async (temporary) => {
    for (const [name, content] of Object.entries(files)) {
      const file = join(temporary, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  });
}

/**
 * Does what remains when all has been computed: reading results and writing the files of a run. Where that fails, it is
 * told that nothing that was computed is lost.
 */
export async function keepingResults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    tell("what was computed is in the store; the same command makes the report without computing it again");
    throw error;
  }
}

/** Refuses a place for output that is taken or cannot be written to, before any work is done. */
export async function requireFree(path: string, kind: "file" | "folder"): Promise<void> {
  if (kind === "file" && /[/\\]$/.test(path)) {
    throw new InputError("invalid", `output ${path}`, {
      expected: "the name of a file",
      got: "that of a folder, as the slash at its end says",
      remedy: "add the name of the file, or leave out the slash",
    });
  }
  if (await exists(path)) {
    throw new InputError("invalid", `output ${path}`, {
      expected: "a place where nothing is yet",
      got: "one that exists",
      remedy: "choose another with --out",
    });
  }
  let folder = dirname(resolve(path));
  while (!(await exists(folder))) folder = dirname(folder);
  try {
    await rmdir(await mkdtemp(join(folder, ".carom-")));
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** The folder of a run: ./carom-runs/VERB-TIME-HASH. */
export function runFolder(verb: string, question: unknown, now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const hash = createHash("sha256").update(JSON.stringify(question)).digest("hex").slice(0, 8);
  return join(RUNS, `${verb}-${time}-${hash}`);
}

/** The folder that holds the folders of runs. */
export const RUNS = "carom-runs";

async function underTemporaryName(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.partial-${process.pid}`;
  unfinished.add(temporary);
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await write(temporary);
    await rename(temporary, path);
    unfinished.delete(temporary);
  } catch (error) {
    removeUnfinished();
    throw notWritten(path, error);
  }
}

/** Whether there is anything of that name, a dangling link included. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR",
  );
}

function notWritten(path: string, error: unknown): InputError {
  const { code, message } = error as NodeJS.ErrnoException;
  const full = code === "ENOSPC";
  return new InputError("invalid", `output ${path}`, {
    expected: "a place that can be written to",
    got: full ? "a full disk" : (reasons[code ?? ""] ?? message),
    remedy: full ? "make space, or choose another place with --out" : "choose another place with --out",
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "one without permission to write",
  EPERM: "one without permission to write",
  EROFS: "a read-only file system",
  ENOTDIR: "a path through something that is no folder",
  ENOENT: "a place where nothing can be created",
};
