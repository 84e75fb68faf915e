// The command itself, mostly in a process that watchedCommand.ts watches: `carom VERB [options]`.

import { mayDrain } from "./host/draining.ts";
import { isKept, removeUnfinished } from "./host/output.ts";
import "./host/sha256.ts";
import { runCommandLine } from "./runCommandLine.ts";

const INTERRUPTED = 130;
const TERMINATED = 143;
const HUNG_UP = 129;

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

await runCommandLine();
