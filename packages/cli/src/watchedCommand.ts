// The command in a process of its own, and what is told where that ends badly.
//
// Models come from strangers, and one that crashes the runtime, or loops in it, takes its process along. The process
// that the user started only waits, so that it can tell what happened, and end what no longer listens.

import { fork } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import type { Doing, Drains } from "./host/doing.ts";
import { exceededInWords, heapOption, hearLastWords, withLastWords } from "./host/limits.ts";
import { noTelemetry } from "./host/noTelemetry.ts";
import { sentenceOf } from "./terminal/visible.ts";

/** Milliseconds that the command has to end after a signal: native code does not hear of it. */
const PATIENCE = 3000;
/** The exit status of what a signal ended is above this by the signal's number. */
const BY_SIGNAL = 128;
const INPUT_FAULT = 2;
/** Signals by which somebody asks a process to end. */
const ASKING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const command = fileURLToPath(new URL("command.js", import.meta.url));
const child = fork(command, process.argv.slice(2), {
  stdio: ["inherit", "inherit", "inherit", ...withLastWords.stdio],
  env: { ...withLastWords.env, ...noTelemetry },
  execArgv: [...process.execArgv, heapOption()],
});
const lastWords = hearLastWords(child);
let doing = "what was asked";
let drains = false;
child.on("message", (message: Doing | Drains) => {
  if ("drains" in message) drains = true;
  else doing = message.doing;
});

let ended: NodeJS.Signals | undefined;
for (const signal of ASKING) {
  process.on(signal, () => {
    const isFirst = ended === undefined;
    ended ??= signal;
    child.kill(signal);
    if (drains && isFirst && signal !== "SIGHUP") return;
    setTimeout(() => child.kill("SIGKILL"), PATIENCE).unref();
  });
}

child.on("close", (status, signal) => {
  if (signal === null) process.exitCode = status ?? INPUT_FAULT;
  // The command may have been asked itself, when it did not listen yet or any more.
  else if (ended || ASKING.some((each) => each === signal))
    process.exitCode = BY_SIGNAL + constants.signals[ended ?? signal];
  else {
    process.stderr.write(`carom: ${sentenceOf(crash(signal))}\n`);
    process.exitCode = INPUT_FAULT;
  }
});

function crash(signal: NodeJS.Signals): string {
  const words = lastWords();
  if (words) {
    const { expected, got, remedy } = exceededInWords(words);
    return `invalid ${doing}: expected ${expected}, got ${got}; ${remedy}`;
  }
  if (signal === "SIGKILL") {
    return (
      `invalid ${doing}: expected work that fits into memory, got a process that was killed (SIGKILL), most ` +
      "likely by the system for want of memory; give fewer rows (--points) or workers (--workers 1), or a machine " +
      "with more memory"
    );
  }
  return (
    `invalid ${doing}: expected a model that ONNX Runtime can compute, got a crash inside the runtime ` +
    `(${signal}); export the model again, for another opset or without what is unusual in it, and tell the makers ` +
    "of the runtime"
  );
}
