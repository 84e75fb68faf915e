// What a command line asks for: its verb is loaded and run, and what it throws is told in words and by the exit status.

import { InputError } from "@carom/core";
import { type Command, CommanderError } from "commander";
import { doingNow } from "./host/doing.ts";
import { createProgram, verbAsked } from "./program.ts";
import { tellNotes } from "./terminal/notes.ts";
import { tell } from "./terminal/print.ts";
import { redact } from "./terminal/secrets.ts";
import { visible } from "./terminal/visible.ts";
import { flagError } from "./ui/flagError.ts";

// Exit status: 0 done, 1 a fault of ours, 2 a fault of the input, 3 a gate that failed (commands/auditGate.ts), 130
// interrupted.
const INPUT_FAULT = 2;
const OUR_FAULT = 1;
/** What the engine says where memory has no room of that size in one piece. */
const TOO_LARGE =
  /^Invalid (string|array|typed array|array buffer) length|allocation failed|maximum size exceeded|larger than|greater than/;

/** Runs the command line of this process. */
export async function runCommandLine(): Promise<void> {
  // A reader that closes early, such as `head`, is no fault.
  process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") process.exit(0);
    const got = code === "ENOSPC" ? "a full disk" : message;
    tell(`invalid standard output: expected a place that can be written to, got ${got}; send it elsewhere`);
    process.exit(INPUT_FAULT);
  });
  // Nobody can be told of that.
  process.stderr.on("error", () => {});
  const verb = verbAsked(process.argv.slice(2));
  const program = await createProgram((name) => name === verb);
  try {
    requireWorkingFolder();
    await program.parseAsync();
    tellNotes();
  } catch (error) {
    process.exitCode = report(error, program);
  }
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

function report(error: unknown, program: Command): number {
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
