// Whose something is: which process made it, and whether that is certainly gone.
//
// Certain is only what this host says, since this boot, in this process namespace. Anyone else may be alive where we
// cannot see it.

import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process; facts that a system does not tell are absent and not compared. */
export interface Owner {
  readonly pid: number;
  readonly host?: string;
  /** This start of the system, and the namespace that the number of the process belongs to. */
  readonly boot?: string;
  readonly space?: string;
  /** When the process began, in ticks since the start of the system: numbers of processes come again. */
  readonly started?: string | undefined;
}

/** This process. */
export function thisProcess(): Owner {
  const linux = process.platform === "linux";
  return {
    pid: process.pid,
    host: hostname(),
    // Where the system hides them, nobody is certain of anything.
    ...(linux && {
      boot: textOf("/proc/sys/kernel/random/boot_id")?.trim() ?? randomUUID(),
      space: spaceOf() ?? randomUUID(),
    }),
    ...(linux && showsOurs() && { started: startOf(process.pid) }),
  };
}

function spaceOf(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

/** Whether /proc shows the processes of our namespace, by the numbers that we know them by. */
function showsOurs(): boolean {
  try {
    return readlinkSync("/proc/self") === String(process.pid);
  } catch {
    return false;
  }
}

/** The fields of /proc/PID/stat from the third on; the second may hold anything in its parentheses. */
function factsOf(pid: number): readonly string[] | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

const startOf = (pid: number) => factsOf(pid)?.[19];

/** Whether a process is certainly gone. */
export function isGone({ pid, started, ...place }: Owner): boolean {
  const here: Owner = thisProcess();
  const isHere = (["host", "boot", "space"] as const).every(
    (fact) => place[fact] === undefined || place[fact] === here[fact],
  );
  if (!isHere) return false;
  if (!isRunning(pid)) return true;
  return started !== undefined && here.started !== undefined && startOf(pid) !== undefined && startOf(pid) !== started;
}

/**
 * Whether there is a process of that number, here, that has not ended: one that nobody has taken notice of is gone too.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !(showsOurs() && factsOf(pid)?.[0] === "Z");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/**
 * A name for where this process runs: its host, this start of the system, and its namespace, in 8 hexadecimal digits.
 */
export function thisPlace(): string {
  const { host, boot, space } = thisProcess();
  return createHash("sha256")
    .update(JSON.stringify([host, boot, space]))
    .digest("hex")
    .slice(0, 8);
}

/** The text of a file; undefined where it cannot be read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
