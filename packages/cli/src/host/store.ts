// The store on disk: a file per artifact, named by the key of the task that made it, with the hash of its content.

import { rmSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { InputError, type Store } from "@carom/core";
import { hashJson } from "@carom/core/study";
import { readArtifact, writeArtifact } from "./artifactFile.ts";
import { isBucket } from "./cluster/objects.ts";
import { isLeft, isPartial, partialName } from "./partial.ts";
import { roomInFile } from "./roomFile.ts";

/** The folder of a store that holds what targets behind addresses were asked and answered. */
export const LEDGERS = "ledgers";

const artifact = /^[0-9a-f]{64}$/;
/** Artifacts hold rows: they are the user's alone, unless the folder of the store was made for others too. */
const OWN = 0o700;
/** How the marks of runs begin that use a store. */
const RUN = "run.";

/** Where finished work is kept. */
export interface StorePlace {
  /** A folder of this machine. */
  readonly folder: string;
  /** The bucket that the folder holds copies from, where there is one. */
  readonly bucket?: string;
}

/** The place of the store: CAROM_STORE, a folder or a bucket, else `carom` in the user's cache folder. */
export function storePlace(): StorePlace {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const given = process.env.CAROM_STORE ?? join(cache, "carom");
  if (!isBucket(given)) return { folder: given };
  return {
    folder: process.env.CAROM_CACHE ?? join(cache, "carom-buckets", hashJson(given).slice(0, 16)),
    bucket: given,
  };
}

/** The folder of the store on this machine. */
export const storeFolder = (): string => storePlace().folder;

/** Names the folder of the store for this command. */
export function useStore(folder: string): string {
  process.env.CAROM_STORE = folder;
  return folder;
}

export interface DiskStore extends Store {
  readonly folder: string;
  /** The file of an artifact. */
  pathOf(key: string): string;
}

/**
 * A store in a folder. Several processes may use it at once: a file appears whole, by renaming, and what two of them
 * make under one key is the same.
 *
 * @param onDamage told the path of an artifact whose content does not match its hash; the file is removed
 * @param held bytes of rows that are read at once, as `openArtifact` has them
 */
export function diskStore(folder: string, onDamage: (path: string) => void = () => {}, held?: number): DiskStore {
  const pathOf = (key: string) => join(folder, key.slice(0, 2), key);
  return {
    folder,
    pathOf,
    has: (key) =>
      stat(pathOf(key)).then(
        () => true,
        () => false,
      ),
    async read(key) {
      const path = pathOf(key);
      const artifact = await readArtifact(path, key, held).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw unusable(folder, error);
      });
      if (!artifact) return undefined;
      if (artifact !== "damaged") {
        const now = new Date();
        // What is used stays; `carom store gc` removes what has not been read for long.
        await utimes(path, now, now).catch(() => {});
        return artifact;
      }
      await rm(path, { force: true }).catch((error: unknown) => {
        throw unusable(folder, error as NodeJS.ErrnoException);
      });
      onDamage(path);
      return undefined;
    },
    async write(key, artifact) {
      const path = pathOf(key);
      const temporary = partialName(path);
      try {
        await mkdir(folder, { recursive: true, mode: OWN });
        const modes = await modesIn(folder);
        await makeFolder(join(folder, key.slice(0, 2)), modes.folder);
        await writeArtifact(temporary, artifact, modes.file);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw unusable(folder, error as NodeJS.ErrnoException);
      }
    },
    async room(type, shape) {
      const refused = (error: NodeJS.ErrnoException) => {
        throw unusable(folder, error);
      };
      await mkdir(folder, { recursive: true, mode: OWN }).catch(refused);
      const room = await roomInFile(partialName(join(folder, "rows")), type, shape).catch(refused);
      return { ...room, write: (from, rows) => room.write(from, rows).catch(refused) };
    },
  };
}

/** Makes a folder in one that is there. Asked for all folders on the way, Node says ENOENT where the disk is full. */
async function makeFolder(path: string, mode: number): Promise<void> {
  await mkdir(path, { mode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

/** What is in a store is as open as its folder; the umask takes off more. */
async function modesIn(folder: string): Promise<{ readonly folder: number; readonly file: number }> {
  const mode = (await stat(folder)).mode & 0o777;
  return { folder: mode, file: mode & 0o666 };
}

export interface StoreSummary {
  readonly artifacts: number;
  readonly bytes: number;
  readonly removed: number;
  readonly removedBytes: number;
}

/** Checks every artifact of a store and removes the damaged ones, whose paths are told. */
export async function verifyStore(folder: string, onDamage: (path: string) => void): Promise<StoreSummary> {
  return sweep(folder, async (path) => {
    if ((await readArtifact(path, "")) !== "damaged") return true;
    onDamage(path);
    return false;
  });
}

/**
 * Removes artifacts that have not been read for so many days, and what killed runs left half-written; nothing that was
 * read or written since the first of the runs began that are at work.
 */
export async function collectGarbage(folder: string, days: number): Promise<StoreSummary> {
  const oldest = Math.min(Date.now() - days * 86_400_000, await firstRun(folder));
  return sweep(folder, async (path) => (await stat(path)).mtimeMs >= oldest);
}

/** When the first of the runs began that use a store now; Infinity where there is none. */
async function firstRun(folder: string): Promise<number> {
  const marks = (await readdir(folder).catch(() => [])).filter((name) => isPartial(name) && name.startsWith(RUN));
  const begun = marks.map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => undefined);
    return found && !isLeft(name, found.mtimeMs) ? found.mtimeMs : Number.POSITIVE_INFINITY;
  });
  return Math.min(...(await Promise.all(begun)));
}

async function sweep(folder: string, keep: (path: string) => Promise<boolean>): Promise<StoreSummary> {
  const summary = { artifacts: 0, bytes: 0, removed: 0, removedBytes: 0 };
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const file of files) {
    // Anything else is left alone: ledgers of services, measured times, and what others put there.
    if (!file.isFile() || !(artifact.test(file.name) || isPartial(file.name))) continue;
    const path = join(file.parentPath, file.name);
    // Another run may have given it its name, or removed it, since it was listed.
    const found = await stat(path).catch(() => undefined);
    if (!found) continue;
    const { size } = found;
    // What is half-written belongs to its process, which may run on another host.
    const kept = isPartial(file.name) ? !isLeft(file.name, found.mtimeMs) : await keep(path);
    if (kept) {
      if (artifact.test(file.name)) summary.artifacts++;
      summary.bytes += size;
    } else {
      await rm(path, { force: true });
      summary.removed++;
      summary.removedBytes += size;
    }
  }
  return summary;
}

/**
 * Makes a store where there is none, removes what killed runs left half-written, and marks it as in use until this
 * process ends. Where it cannot be written to, says why: one that has everything is of use all the same.
 */
export async function prepareStore(folder: string): Promise<InputError | undefined> {
  try {
    await mkdir(folder, { recursive: true, mode: OWN });
    const mark = partialName(join(folder, `${RUN}mark`));
    await writeFile(mark, "");
    process.once("exit", () => rmSync(mark, { force: true }));
    await sweep(folder, async () => true);
    return undefined;
  } catch (error) {
    return unusable(folder, error as NodeJS.ErrnoException);
  }
}

function unusable(folder: string, { code, message }: NodeJS.ErrnoException): InputError {
  const full = code === "ENOSPC";
  return new InputError("invalid", `store ${folder}`, {
    expected: "a folder that can be read and written",
    got: full ? "a full disk" : message,
    remedy: full
      ? "make space (carom store gc) or name another folder with CAROM_STORE, then start the same command again: " +
        "it goes on"
      : "name another folder with CAROM_STORE",
  });
}
