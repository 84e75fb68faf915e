// The thread of the watch: ends the process at its limits, having said which, and where nobody waits for it any more.

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { LastWords } from "./limits.ts";
import { isRunning } from "./owner.ts";
import type { Watched } from "./watch.ts";

const LOOK_MS = 100;
/** Milliseconds in which a process that gives turns has heard that it is alone, and has tidied up. */
const PATIENCE_MS = 2000;
const { state, limits, listener } = workerData as Watched;

/** Processor seconds of the whole process so far. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Whether who started this process is gone: it then belongs to another, or on Windows still to that number. */
const isAlone = () => listener !== undefined && (process.ppid !== listener.pid || !isRunning(listener.pid));

let turns = -1;
let since = 0;
let alone = 0;

setInterval(() => {
  alone = isAlone() ? alone + LOOK_MS : 0;
  if (alone > PATIENCE_MS) process.kill(process.pid, "SIGKILL");
  if (process.memoryUsage.rss() > limits.bytes) end({ exceeded: "bytes", limit: limits.bytes });
  const [underWay, now] = [Atomics.load(state, 0), Atomics.load(state, 1)];
  if (underWay === 0 || now !== turns) {
    turns = now;
    since = spent();
  } else if (spent() - since > limits.seconds) end({ exceeded: "seconds", limit: limits.seconds });
}, LOOK_MS);

function end(words: LastWords): void {
  try {
    if (listener) writeSync(listener.descriptor, JSON.stringify(words));
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}
