// The ledger of a target: every row that was sent, counted before it is, and every answer, on disk.
//
// A file of lines, added to and never changed. A process that is killed leaves at most half a line, which is dropped;
// what was sent and not answered stays counted.

import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "@carom/core";
import { type Lock, takeLock } from "../lock.ts";
import type { Answer } from "./answer.ts";
import { appendTo } from "./appended.ts";
import { type Entry, readLedger } from "./ledgerFile.ts";

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

interface LedgerOptions {
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
  return told(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const lock = takeLock(`${path}.lock`);
    if ("heldBy" in lock) throw taken(name, path, lock.heldBy);
    try {
      return start(lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  });

  function start(lock: Lock): Ledger {
    const { answers, sent: before, isEmpty } = readLedger(path, audit, Number.isFinite(maxQueries));
    let sent = before;
    const file = appendTo(path);
    const write = (entry: Entry) => told(path, () => file.append(`${JSON.stringify(entry)}\n`));
    if (isEmpty) write({ carom: "ledger 1", target });
    let isOpen = true;
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      process.removeListener("exit", close);
      file.close();
      lock.release();
    };
    process.once("exit", close);
    return {
      path,
      known: answers.size,
      get sent() {
        return sent;
      },
      answerOf: (row) => answers.get(row),
      reserve(rows) {
        if (sent + rows > maxQueries) throw usedUp(name, sent, rows, maxQueries);
        write({ audit, sent: rows, total: sent + rows });
        // Counted even where the power fails: a budget is a promise.
        told(path, () => file.sync());
        sent += rows;
        // After it is counted: whoever takes the lock from now on reads this line.
        if (!lock.isHeld()) throw taken(name, path, "one that was started though this one was not done");
      },
      record(row, answer) {
        answers.set(row, answer);
        write({ row, answer });
      },
      close,
    };
  }
}

function taken(name: string, path: string, heldBy: string): InputError {
  return new InputError("invalid", `target ${name}`, {
    expected: "one audit of it at a time",
    got: `another, of ${heldBy}`,
    remedy:
      "wait until it is done; if there is none any more, as after a restart of the machine or of a container, " +
      `remove ${path}.lock`,
  });
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
