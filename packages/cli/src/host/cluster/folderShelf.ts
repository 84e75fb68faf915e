// Small texts in a folder, which several machines may share.

import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError } from "@carom/core";
import type { Shelf } from "@carom/core/study";
import { isPartial, partialName } from "../partial.ts";

/** No artifact is called so, so that whoever looks after a store leaves them alone. */
const ENDING = ".json";

/** A shelf in a folder. What is written appears whole, by a name that is given to a finished file. */
export function folderShelf(folder: string): Shelf {
  const pathOf = (name: string) => join(folder, `${name}${ENDING}`);
  /** A finished file under another name, which `give` gives its own, or not. */
  const written = async <T>(name: string, text: string, give: (from: string, to: string) => Promise<T>): Promise<T> => {
    const path = pathOf(name);
    const temporary = partialName(path);
    try {
      await writeFile(temporary, text, { flag: "wx" }).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
        await mkdir(dirname(path), { recursive: true });
        await writeFile(temporary, text, { flag: "wx" });
      });
      return await give(temporary, path);
    } catch (error) {
      throw unusable(folder, error as NodeJS.ErrnoException);
    } finally {
      await rm(temporary, { force: true });
    }
  };
  const read = (path: string) => readFile(path, "utf8").catch(() => undefined);
  const names = async (inner: string) =>
    (await readdir(join(folder, inner)).catch(() => []))
      .filter((name) => name.endsWith(ENDING) && !isPartial(name))
      .map((name) => name.slice(0, -ENDING.length));
  return {
    create: (name, text) => written(name, text, linked),
    put: (name, text) => written(name, text, rename),
    async replace(name, expected, text) {
      const path = pathOf(name);
      if ((await read(path)) !== expected) return false;
      // Of several that move the same file away one succeeds.
      const away = partialName(path);
      if (!(await moved(path, away))) return false;
      try {
        // It may have been written anew before it was moved: then it is put back, unless another is there by now.
        const isExpected = (await read(away)) === expected;
        if (isExpected) return await written(name, text, linked);
        await linked(away, path);
        return false;
      } finally {
        await rm(away, { force: true });
      }
    },
    read: (name) => read(pathOf(name)),
    remove: (name) => rm(pathOf(name), { force: true }),
    names,
    async list(inner) {
      const all = await names(inner);
      if (all.length === 0) return [];
      const now = await timeIn(join(folder, inner));
      const ages = all.map(async (name) => {
        const found = await stat(pathOf(join(inner, name))).catch(() => undefined);
        return found ? [{ name, age: Math.max(0, now - found.mtimeMs) }] : [];
      });
      return (await Promise.all(ages)).flat();
    },
  };
}

/** Gives a file a second name where that is free; false where it is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // File systems without links create a file in one step all the same, though not with its text.
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP" && code !== "ENOSYS") throw error;
    return copiedNew(from, to);
  }
}

async function copiedNew(from: string, to: string): Promise<boolean> {
  const file = await open(to, "wx").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return undefined;
    throw error;
  });
  if (!file) return false;
  try {
    await file.writeFile(await readFile(from));
    return true;
  } finally {
    await file.close();
  }
}

async function moved(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    () => false,
  );
}

/** Milliseconds by the clock of the file system, which is another machine's where the folder is shared. */
async function timeIn(folder: string): Promise<number> {
  const probe = partialName(join(folder, "time"));
  try {
    const file = await open(probe, "wx");
    try {
      await file.writeFile(".");
      return (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
  } catch {
    // Where nothing can be written, nothing can be taken either.
    return Date.now();
  } finally {
    await rm(probe, { force: true });
  }
}

function unusable(folder: string, { message }: NodeJS.ErrnoException): InputError {
  return new InputError("invalid", `folder ${folder}`, {
    expected: "one in which workers can leave what they are at",
    got: message,
    remedy: "give all of them permission to write there, or name another store with CAROM_STORE",
  });
}
