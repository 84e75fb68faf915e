// Places for output: whether one is free and can be written to, and why it is not.

import { createHash } from "node:crypto";
import { mkdirSync, rmdirSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { InputError } from "@carom/core";
import { partialName, removeLeft } from "./partial.ts";

/**
 * Refuses a place for output that is taken or cannot be written to, before any work is done; removes what killed runs
 * have left half-written there.
 */
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
      remedy:
        "choose another with --out, or remove it to make it anew; if carom wrote it, it is whole, even where the " +
        "command was ended before it said so",
    });
  }
  let folder = dirname(resolve(path));
  while (!(await exists(folder))) folder = dirname(folder);
  await removeLeft(folder);
  try {
    // A signal is heard between the two if they wait.
    const trial = partialName(join(folder, "carom"));
    mkdirSync(trial);
    rmdirSync(trial);
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

/** Whether there is anything of that name, a dangling link included. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR",
  );
}

export function notWritten(path: string, error: unknown): InputError {
  // What was to be written could not be read.
  if (error instanceof InputError) return error;
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
  EEXIST: "one that something else has taken meanwhile",
  ENOTEMPTY: "one that something else has taken meanwhile",
};
