// Progress on standard error: a line that redraws itself on a terminal, plain lines elsewhere.

import { styleText } from "node:util";
import { tellNotes } from "./notes.ts";
import { visible } from "./visible.ts";

export interface Progress {
  /**
   * Tells what is being done, which share of the whole is done, 0 to 1, and what the whole was estimated to take, in
   * seconds, until that is known better.
   */
  update(activity: string, done: number, expected?: number): void;
  /** Clears the line. */
  end(): void;
}

const WIDEST = 24;
const REDRAW_MS = 80;
/** Elsewhere than on a terminal a line is written when another tenth is done. */
const PLAIN_STEPS = 10;
/** Seconds from which on an estimate is told before anything was measured. */
const WORTH_A_WORD = 20;

/** Progress for a run; says nothing where `quiet` is set. */
export function startProgress(quiet: boolean, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (quiet) return { update: () => {}, end: () => {} };
  const started = performance.now();
  let drawn = Number.NEGATIVE_INFINITY;
  let step = -1;
  // Starting up, and what comes before the first share of the work, say nothing of how fast the rest is.
  let first: { readonly at: number; readonly done: number } | undefined;
  return {
    update(activity, done, expected) {
      tellNotes();
      const now = performance.now();
      if (done > 0) first ??= { at: now, done };
      const left =
        (first && now - started >= 1000 && timeLeft(now - first.at, first.done, done)) || estimated(done, expected);
      if (stream.isTTY) {
        if (now - drawn < REDRAW_MS) return;
        drawn = now;
        const columns = stream.columns || 80;
        const width = Math.min(WIDEST, Math.floor(columns / 5));
        const filled = Math.round(width * done);
        const bar = styleText("cyan", "━".repeat(filled)) + styleText("dim", "━".repeat(width - filled));
        const text = ` ${String(Math.floor(100 * done)).padStart(3)} %  ${visible(activity)}${left}`;
        stream.write(`\r\x1b[2K${bar}${text.slice(0, Math.max(0, columns - width - 1))}`);
      } else if (Math.floor(done * PLAIN_STEPS) > step) {
        step = Math.floor(done * PLAIN_STEPS);
        stream.write(`${String(Math.floor(100 * done)).padStart(3)} %  ${visible(activity)}${left}\n`);
      }
    },
    end() {
      if (stream.isTTY) stream.write("\r\x1b[2K");
    },
  };
}

/** What was estimated before, of what is not done; nothing where that is not worth a word. */
function estimated(done: number, expected = 0): string {
  const left = expected * (1 - done);
  return left >= WORTH_A_WORD && Number.isFinite(left) ? inWords(left) : "";
}

const inWords = (seconds: number) =>
  seconds < 90 ? `, about ${Math.max(1, Math.round(seconds))} s left` : `, about ${Math.round(seconds / 60)} min left`;

/** An estimate from what was done since the first share was; nothing while there is too little to go by. */
export function timeLeft(elapsed: number, from: number, done: number): string {
  if (done < 0.05 || done - from < 0.02 || done >= 1) return "";
  return inWords((elapsed * (1 - done)) / (done - from) / 1000);
}
