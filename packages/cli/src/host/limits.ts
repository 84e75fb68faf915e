// How much memory and time a process may take that computes what strangers' files ask for, and how it says its last
// words.

import type { ChildProcess } from "node:child_process";
import { totalmem } from "node:os";
import type { Readable } from "node:stream";
import { bytesInWords } from "@carom/core/data";

/** Limits of a process. */
export interface Limits {
  /**
   * Processor time of one computation of a model, in seconds: a machine that is busy with other things changes nothing.
   */
  readonly seconds: number;
  /** Resident memory, in bytes. */
  readonly bytes: number;
}

/** What a process says when it is ended for a limit. */
export interface LastWords {
  readonly exceeded: keyof Limits;
  readonly limit: number;
}

const GIGABYTE = 1e9;
/** Far more than a batch of rows takes, whose size is bounded, or a large model that is compiled. */
const SECONDS = 600;

/** Variables of the environment that set the limits, and the units that they are in. */
export const limitVariables = { seconds: "CAROM_MODEL_SECONDS", bytes: "CAROM_MEMORY" } as const;
const units = { seconds: 1, bytes: GIGABYTE } as const;

/** The limits: those of the environment, else ten minutes and half of the memory that this machine or container has. */
export function limits(): Limits {
  // What is constrained by nothing says 0 or more than there is.
  const constrained = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return {
    seconds: givenLimit("seconds") ?? SECONDS,
    bytes: givenLimit("bytes") ?? Math.min(totalmem(), constrained) / 2,
  };
}

/** A limit where the environment sets it. */
export function givenLimit(name: keyof Limits): number | undefined {
  const value = Number(process.env[limitVariables[name]]);
  return value > 0 ? value * units[name] : undefined;
}

/** The heap may take what the process may: at its own limit V8 would end the process with pages of its own words. */
export function heapOption(): string {
  return `--max-old-space-size=${Math.ceil(limits().bytes / 2 ** 20)}`;
}

/** The descriptor for last words in a process that was started with `withLastWords`. */
const WORDS = 4;
const variable = "CAROM_LAST_WORDS";

/**
 * How a process is started whose last words will be heard: its descriptors behind the first three, and its environment,
 * which says by which process.
 */
export const withLastWords = {
  stdio: ["ipc", "pipe"] as const,
  env: { ...process.env, [variable]: String(process.pid) },
};

/** Who hears the last words of a process, by its number, and the descriptor that they are written to. */
export interface Listener {
  readonly pid: number;
  readonly descriptor: number;
}

/** Who started this process to hear its last words; undefined where nobody does. */
export function listener(): Listener | undefined {
  const pid = process.env[variable];
  return pid === undefined ? undefined : { pid: Number(pid), descriptor: WORDS };
}

/** Listens to a process that was started so. What it said is known once it is closed. */
export function hearLastWords(child: ChildProcess): () => LastWords | undefined {
  const pipe = child.stdio[WORDS] as (Readable & { unref?(): void }) | null | undefined;
  let text = "";
  pipe?.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  pipe?.unref?.();
  return () => (text === "" ? undefined : (JSON.parse(text) as LastWords));
}

/** The parts of the sentence that says which limit was exceeded. */
export function exceededInWords({ exceeded, limit }: LastWords) {
  if (exceeded === "seconds") {
    return {
      expected: `computations that end within ${limit} s of processor time`,
      got: "one that goes on",
      remedy: `give fewer rows, or set ${limitVariables.seconds} to more seconds if it takes that long`,
    };
  }
  return {
    expected: `work within ${bytesInWords(limit)} of memory`,
    got: "a process that takes more",
    remedy: `give fewer rows (--points) or workers (--workers 1), or set ${limitVariables.bytes} to more gigabytes`,
  };
}
