// The command itself, mostly in a process that watchedCommand.ts watches: `carom VERB [options]`.

import { InputError } from "@carom/core";
import { CommanderError } from "commander";
import { doingNow } from "./host/doing.ts";
import { mayDrain } from "./host/draining.ts";
import { isKept, removeUnfinished } from "./host/output.ts";
import "./host/sha256.ts";
import { createProgram } from "./program.ts";
import { tellNotes } from "./terminal/notes.ts";
import { tell } from "./terminal/print.ts";
import { redact } from "./terminal/secrets.ts";
import { visible } from "./terminal/visible.ts";
import { flagError } from "./ui/flagError.ts";

// Exit status: 0 done, 1 a fault of ours, 2 a fault of the input, 3 a gate that failed (commands/auditGate.ts), 130
// interrupted.
const INPUT_FAULT = 2;
const OUR_FAULT = 1;
const INTERRUPTED = 130;
const TERMINATED = 143;
const HUNG_UP = 129;
/** What the engine says where memory has no room of that size in one piece. */
const TOO_LARGE =
  /^Invalid (string|array|typed array|array buffer) length|allocation failed|maximum size exceeded|larger than|greater than/;

/**
 * Ends at a signal, unless nothing is left but to say what is done: started again, the command would find its output
 * taken.
 */
function endAt(signal: NodeJS.Signals, status: number, sentence = ""): void {
  process.on(signal, () => {
    if (isKept() || (mayDrain() && signal !== "SIGHUP")) return;
    process.stderr.write(sentence);
    process.exit(status);
  });
}
endAt(
  "SIGINT",
  INTERRUPTED,
  "\ncarom: interrupted; start the same command again and it goes on with what is finished\n",
);
endAt("SIGTERM", TERMINATED);
endAt("SIGHUP", HUNG_UP);
process.on("exit", removeUnfinished);
// Where the process that the user started is gone, nobody wants the answer.
process.on("disconnect", () => process.exit(TERMINATED));
// It may have gone while this process was starting.
if (process.connected === false) process.exit(TERMINATED);
process.channel?.unref();
// A reader that closes early, such as `head`, is no fault.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit(0);
  const got = code === "ENOSPC" ? "a full disk" : message;
  tell(`invalid standard output: expected a place that can be written to, got ${got}; send it elsewhere`);
  process.exit(INPUT_FAULT);
});
// Nobody can be told of that.
process.stderr.on("error", () => {});

const program = createProgram();
try {
  requireWorkingFolder();
  await program.parseAsync();
  tellNotes();
} catch (error) {
  process.exitCode = report(error);
}

/** @throws InputError where the folder that relative paths begin in is gone */
function requireWorkingFolder(): void {
  try {
    process.cwd();
  } catch {
    throw new InputError("missing", "working folder", {
      expected: "one that exists",
      got: "one that was removed",
      remedy: "change to another (cd)",
    });
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    tell(flagError(error, program, process.argv).message);
    return INPUT_FAULT;
  }
  if (error instanceof InputError) {
    tell(error.message);
    return INPUT_FAULT;
  }
  if (error instanceof RangeError && TOO_LARGE.test(error.message)) {
    const got = `more (${error.message})`;
    const detail = { expected: "what one array or text can hold", got, remedy: "give fewer rows or columns" };
    tell(new InputError("invalid", doingNow(), detail).message);
    return INPUT_FAULT;
  }
  const told = visible(redact((error as Error).stack ?? String(error)));
  process.stderr.write(`carom: a fault of carom itself, please report it: ${told}\n`);
  return OUR_FAULT;
}
