// The lines of a ledger, read with suspicion: a budget must not grow because a line is damaged.

import { readFileSync, truncateSync } from "node:fs";
import { InputError } from "@carom/core";
import { type Answer, isAnswer } from "./answer.ts";
import { isObject } from "./isObject.ts";

/** One line of the file. */
export type Entry =
  | { readonly carom: "ledger 1"; readonly target: unknown }
  /** `total` counts all lines of the audit up to this one, so that it makes good for those that are damaged. */
  | { readonly audit: string; readonly sent: number; readonly total?: number }
  | { readonly row: string; readonly answer: Answer };

interface LedgerRead {
  /** Answers by row. */
  readonly answers: Map<string, Answer>;
  /** Rows that were sent for the audit. */
  readonly sent: number;
  readonly isEmpty: boolean;
}

const LINE_FEED = 10;

/**
 * Reads a ledger, and cuts off half a line at its end: what it would have counted was not sent yet.
 *
 * A damaged line that began as an answer is as good as none, since its row is asked about again. Any other may have
 * counted rows, which the next count of the audit makes good for.
 *
 * @param isCounted whether the rows that were sent matter, because a budget says how many may be
 * @throws InputError for a file of another kind or version, and where rows that matter cannot be counted
 */
export function readLedger(path: string, audit: string, isCounted: boolean): LedgerRead {
  const bytes = wholeLines(path);
  const answers = new Map<string, Answer>();
  let sent = 0;
  let doubtful: number | undefined;
  for (let from = 0, line = 1; from < bytes.length; line++) {
    const end = bytes.indexOf(LINE_FEED, from);
    const text = bytes.toString("utf8", from, end);
    from = end + 1;
    const entry = entryIn(text);
    if (entry === undefined) {
      if (!text.startsWith('{"row":') || text.includes('"sent":')) doubtful = line;
    } else if ("carom" in entry) {
      if (entry.carom !== "ledger 1") throw stranger(path);
    } else if ("row" in entry) answers.set(entry.row, entry.answer);
    else if (entry.audit === audit) {
      sent = Math.max(sent + entry.sent, entry.total ?? 0);
      if (entry.total !== undefined) doubtful = undefined;
    }
  }
  if (isCounted && doubtful !== undefined) throw damaged(path, doubtful);
  return { answers, sent, isEmpty: bytes.length === 0 };
}

/** The file's bytes to the end of its last whole line; what follows is cut off. */
function wholeLines(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
  const whole = bytes.subarray(0, bytes.lastIndexOf(LINE_FEED) + 1);
  if (whole.length < bytes.length) truncateSync(path, whole.length);
  return whole;
}

/** The entry in a line, each of its facts as it should be; undefined where it is none. */
function entryIn(text: string): Entry | { readonly carom: unknown } | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(found)) return undefined;
  if ("carom" in found) return { carom: found.carom };
  const { audit, sent, total, row, answer } = found;
  if (typeof audit === "string" && isCount(sent) && (total === undefined || isCount(total)))
    return { audit, sent, ...(total !== undefined && { total }) };
  return typeof row === "string" && isAnswer(answer) ? { row, answer } : undefined;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function damaged(path: string, line: number): InputError {
  return new InputError("invalid", `ledger ${path}`, {
    expected: "lines that say how many rows were sent, as --max-queries counts them",
    got: `line ${line}, which is damaged`,
    remedy:
      "move the file away and count what was sent yourself (its answers are asked for again), or remove that line",
  });
}

function stranger(path: string): InputError {
  return new InputError("unsupported", `ledger ${path}`, {
    expected: "one that this version of carom writes",
    got: "another",
    remedy: "use the version of carom that wrote it, or name another store with CAROM_STORE",
  });
}
