// The ledger of a target: every row that was sent, counted before it is, and every answer, on disk.
//
// A file of lines, added to and never changed. A process that is killed leaves at most half a line, which is dropped; what
// was sent and not answered stays counted.

import { createHash } from "node:crypto";
import { closeSync, fdatasyncSync, mkdirSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "@carom/core";
import type { Answer } from "./answer.ts";

/** One line of the file. */
type Entry =
  | { readonly carom: "ledger 1"; readonly target: unknown }
  | { readonly audit: string; readonly sent: number }
  | { readonly row: string; readonly answer: Answer };

export interface Ledger {
  readonly path: string;
  /** What was answered for a row, now or earlier. */
  answerOf(row: string): Answer | undefined;
  /** Counts rows that are about to be sent. @throws InputError where the budget does not allow them */
  reserve(rows: number): void;
  record(row: string, answer: Answer): void;
  /** Rows sent for this audit so far, interrupted runs of it included. */
  readonly sent: number;
  /** Answers that were known before this run. */
  readonly known: number;
  close(): void;
}

export interface LedgerOptions {
  readonly path: string;
  /** What identifies the target; the first line of the file. */
  readonly target: unknown;
  /** What identifies the audit whose budget is counted. */
  readonly audit: string;
  /** The most rows that may be sent for this audit, interrupted runs of it included. */
  readonly maxQueries: number;
  /** What the target is called in messages. */
  readonly name: string;
}

/** The name of a row in a ledger: the first 128 bits of the SHA-256 of its numbers in float64. */
export function rowKey(row: ArrayLike<number>): string {
  const bytes = new Uint8Array(Float64Array.from(row).buffer);
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

/**
 * Opens a ledger, or begins one.
 *
 * @throws InputError where another process has it open, since two of them could exceed a budget together
 */
export function openLedger({ path, target, audit, maxQueries, name }: LedgerOptions): Ledger {
  const answers = new Map<string, Answer>();
  let sent = 0;
  const lock = `${path}.lock`;
  return told(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    takeLock(lock, name);
    const whole = readWhole(path);
    for (const entry of entriesOf(whole)) {
      if ("row" in entry) answers.set(entry.row, entry.answer);
      else if ("sent" in entry && entry.audit === audit) sent += entry.sent;
    }
    const file = openSync(path, "a");
    const write = (entry: Entry) => told(path, () => writeSync(file, `${JSON.stringify(entry)}\n`));
    if (whole === "") write({ carom: "ledger 1", target });
    let isOpen = true;
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      process.removeListener("exit", close);
      closeSync(file);
      rmSync(lock, { force: true });
    };
    process.once("exit", close);
    const known = answers.size;
    return {
      path,
      known,
      get sent() {
        return sent;
      },
      answerOf: (row) => answers.get(row),
      reserve(rows) {
        if (sent + rows > maxQueries) throw usedUp(name, sent, rows, maxQueries);
        sent += rows;
        write({ audit, sent: rows });
        // Counted even where the power fails: a budget is a promise.
        told(path, () => fdatasyncSync(file));
      },
      record(row, answer) {
        answers.set(row, answer);
        write({ row, answer });
      },
      close,
    };
  });
}

/** The file's text to the end of its last whole line; what follows is cut off. */
function readWhole(path: string): string {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return whole;
}

function entriesOf(text: string): Entry[] {
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as Entry];
    } catch {
      // A damaged line is as good as none: its row is asked about again.
      return [];
    }
  });
}

function takeLock(lock: string, name: string): void {
  for (;;) {
    try {
      closeSync(writeAll(openSync(lock, "wx"), String(process.pid)));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = ownerOf(lock);
    if (owner !== undefined && isAlive(owner)) {
      throw new InputError("invalid", `target ${name}`, {
        expected: "one audit of it at a time",
        got: `another, of process ${owner}`,
        remedy: `wait until it is done; if there is none, remove ${lock}`,
      });
    }
    // Left by a process that was killed.
    rmSync(lock, { force: true });
  }
}

function writeAll(file: number, text: string): number {
  writeSync(file, text);
  return file;
}

function ownerOf(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Runs work on a file and tells its faults as those of the input. */
function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof InputError) throw error;
    throw new InputError("invalid", `ledger ${path}`, {
      expected: "a file that can be written to",
      got: code === "ENOSPC" ? "a full disk" : message,
      remedy: "make space, or name another folder with CAROM_STORE, then start the same command again: it goes on",
    });
  }
}

function usedUp(name: string, sent: number, rows: number, most: number): InputError {
  return new InputError("invalid", `queries of target ${name}`, {
    expected: `at most ${most}, as --max-queries says`,
    got: `${rows} more to be sent after ${sent}`,
    remedy: "give a larger --max-queries and start again (what was answered is kept), or attack fewer --points",
  });
}
