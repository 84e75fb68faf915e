// Output on disk: whole or not at all.

import { existsSync, rmSync } from "node:fs";
import { link, lstat, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { ElementType, RowsRoom } from "@carom/core";
import type { Gzipped } from "@carom/core/kinds";
import { gzipped } from "./gzip.ts";
import { pause } from "./lock.ts";
import { notWritten } from "./outputPlace.ts";
import { partialName, removeLeft } from "./partial.ts";
import { roomInFile } from "./roomFile.ts";

/** What is being written and has not its final name yet. */
const unfinished = new Set<string>();

let kept = false;

/** Whether what was to be written is there under its name, so that the command is as good as done. */
export function isKept(): boolean {
  return kept && unfinished.size === 0;
}

const [TRIES, PAUSE_MS] = [10, 20];

/** Removes what is half-written; for the end of the process, whatever its reason. */
export function removeUnfinished(): void {
  for (const path of unfinished) {
    // What is being written on other threads may come in between.
    for (let tries = 0; tries < TRIES && !isRemoved(path); tries++) pause(PAUSE_MS);
  }
  unfinished.clear();
}

function isRemoved(path: string): boolean {
  try {
    if (!existsSync(path)) return true;
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It is looked at again.
  }
  return false;
}

/**
 * What a file is to hold: whole, or in pieces that are made while it is written, so that they are never all in memory.
 */
export type Content =
  | string
  | Uint8Array
  | Iterable<string>
  | Iterable<Uint8Array>
  | AsyncIterable<string>
  | AsyncIterable<Uint8Array>;

/** What a run writes only its user may read, since it holds rows; a stricter umask is obeyed. */
const [FILE_MODE, FOLDER_MODE] = [0o600, 0o700];

/** A file that is whole, under a name of its own until it is kept. */
export interface Draft {
  /** Where it can be read until then; the name ends as the final one does. */
  readonly path: string;
  /** Gives it its name. @throws InputError where that has been taken meanwhile */
  keep(): Promise<void>;
}

/** Writes a file under a temporary name. A run that is ended before the draft is kept can simply be started again. */
export async function writeDraft(path: string, content: Content): Promise<Draft> {
  return draft(path, (temporary) => writeFile(temporary, content, { mode: FILE_MODE }));
}

/** Room beside an output, for rows on their way to it; nothing of it is left when the process is gone. */
export async function roomBeside<T extends ElementType>(
  path: string,
  type: T,
  shape: readonly number[],
): Promise<RowsRoom<T>> {
  const failed = (error: unknown) => {
    throw notWritten(path, error);
  };
  const room = await roomInFile(partialName(path), type, shape).catch(failed);
  return { ...room, write: (from, rows) => room.write(from, rows).catch(failed) };
}

/**
 * Works in a folder among the system's temporary ones. It is gone when the work is done or the process ends, whatever
 * its reason; what a process that was killed has left, the next one removes.
 */
export async function inTemporaryFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  await removeLeft(tmpdir(), name);
  const folder = partialName(join(tmpdir(), name));
  unfinished.add(folder);
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    unfinished.delete(folder);
  }
}

/**
 * Writes a file under a temporary name and renames it: no reader ever sees half of it.
 * @throws InputError where there is one
 */
export async function writeWhole(path: string, content: Content): Promise<void> {
  await (await writeDraft(path, content)).keep();
}

/** Writes a folder of files (names may have slashes) under a temporary name and renames it. */
export async function writeFolder(path: string, files: Readonly<Record<string, Content | Gzipped>>): Promise<void> {
  // A slash at the end names the same folder.
  const written = await draft(resolve(path), async (temporary) => {
    for (const [name, content] of Object.entries(files)) {
      const file = join(temporary, name);
      await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE });
      const bytes = typeof content === "object" && "gzip" in content ? gzipped(content.gzip) : content;
      await writeFile(file, bytes, { mode: FILE_MODE });
    }
  });
  await written.keep();
}

async function draft(path: string, write: (temporary: string) => Promise<void>): Promise<Draft> {
  const temporary = partialName(path);
  unfinished.add(temporary);
  const orRemoved = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      removeUnfinished();
      throw notWritten(path, error);
    }
  };
  await orRemoved(async () => {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await write(temporary);
  });
  return {
    path: temporary,
    keep: () =>
      orRemoved(async () => {
        await nameNew(temporary, path);
        unfinished.delete(temporary);
        kept = true;
      }),
  };
}

/** Renames to a name that nothing has yet: another command may have taken it since we looked. */
async function nameNew(temporary: string, path: string): Promise<void> {
  if ((await lstat(temporary)).isDirectory()) return rename(temporary, path);
  try {
    await link(temporary, path);
    await rm(temporary);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    // Not every file system has links.
    await rename(temporary, path);
  }
}
