// Names of what is being written: they say whose it is, so that only what a process that is gone has left is removed.

import { readdir, rm, stat } from "node:fs/promises";
import { join, parse } from "node:path";
import { isGone, thisPlace, thisProcess } from "./owner.ts";

/** Where a process runs, its number, when it began where the system tells that, and how many such names came before. */
const pattern = /\.partial-([0-9a-f]{8})-(\d+)(?:t(\d+))?-\d+(?=\.|$)/;
/** What was begun where we cannot see who lives counts as left after a week. */
const LONG_MS = 7 * 86_400_000;

let place: string | undefined;
/** This process: its number alone comes again. */
let own: string | undefined;
let counter = 0;

/** Another name beside a path, with the same ending, for this process alone. */
export function partialName(path: string): string {
  own ??= ownName();
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.partial-${own}-${counter++}${ext}`);
}

function ownName(): string {
  const { pid, started } = thisProcess();
  return `${thisPlace()}-${pid}${started === undefined ? "" : `t${started}`}`;
}

/** Whether a name is one of these. */
export function isPartial(name: string): boolean {
  return pattern.test(name);
}

/** Whether what has such a name, and was changed then, has been left by a process that is gone. */
export function isLeft(name: string, changedMs: number): boolean {
  const [, where, pid, started] = pattern.exec(name) ?? [];
  if (where === undefined) return false;
  place ??= thisPlace();
  return where === place ? isGone({ pid: Number(pid), started }) : Date.now() - changedMs > LONG_MS;
}

/** Removes from a folder, not from those in it, what has been left half-written under a name that begins so. */
export async function removeLeft(folder: string, beginning = ""): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => isPartial(each) && each.startsWith(beginning))) {
    const path = join(folder, name);
    // Its process may rename or remove it at any time.
    const found = await stat(path).catch(() => undefined);
    if (found && isLeft(name, found.mtimeMs)) await rm(path, { recursive: true, force: true });
  }
}
