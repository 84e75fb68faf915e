// A lock that one process holds at a time, also where processes of several namespaces or hosts share a folder.
//
// A file that only one of them can create. What a killed process left is taken over where it is certain that the
// process is gone (owner.ts).

import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { isGone, type Owner, textOf, thisProcess } from "./owner.ts";

export interface Lock {
  /** Whether it is still ours; somebody may have removed its file by hand. */
  isHeld(): boolean;
  release(): void;
}

const TRIES = 50;
const PAUSE_MS = 10;
/** Pauses for a holder that may be about to end: a command that was killed ends when it notices, a moment later. */
const PATIENCE = 150;

/** Takes a lock, or tells who seems to hold it. */
export function takeLock(path: string, patience = PATIENCE): Lock | { readonly heldBy: string } {
  const own = JSON.stringify({ ...thisProcess(), token: randomUUID() });
  for (let tries = 0; tries < TRIES + patience; tries++) {
    if (createNew(path, own)) {
      const isHeld = () => textOf(path) === own;
      return { isHeld, release: () => isHeld() && rmSync(path, { force: true }) };
    }
    const text = textOf(path);
    const owner = ownerIn(text ?? "");
    const isAlive = owner !== undefined && !isGone(owner);
    if (isAlive && tries >= patience) return { heldBy: nameOf(owner) };
    if (owner && !isAlive) removeLeft(path, text!, own);
    // Released since, or not written to its end yet.
    else pause();
  }
  return { heldBy: "a process that does not say who it is" };
}

/**
 * Removes the lock of a process that is gone. One at a time may, lest a lock that is taken in the meantime is removed.
 */
function removeLeft(path: string, left: string, own: string): void {
  const guard = `${path}.breaking`;
  if (!createNew(guard, own)) {
    pause();
    return;
  }
  try {
    if (textOf(path) === left) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** Does nothing at all for a while, on this thread. */
export function pause(milliseconds = PAUSE_MS): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Whether a file could be created; a file that could not be written to its end is removed. */
function createNew(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    rmSync(path, { force: true });
    throw error;
  }
}

function nameOf({ pid, host }: Owner): string {
  return `process ${pid}${host !== undefined && host !== hostname() ? ` on ${host}` : ""}`;
}

function ownerIn(text: string): Owner | undefined {
  try {
    const found: unknown = JSON.parse(text);
    const owner = (typeof found === "number" ? { pid: found } : found) as Owner | null;
    return Number.isSafeInteger(owner?.pid) && owner!.pid > 0 ? owner! : undefined;
  } catch {
    return undefined;
  }
}
