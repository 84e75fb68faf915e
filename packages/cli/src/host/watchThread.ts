// The thread of the watch: ends the process at its limits, having said which.

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { LastWords } from "./limits.ts";
import type { Watched } from "./watch.ts";

const LOOK_MS = 100;
const { state, limits, wordsTo } = workerData as Watched;

/** Processor seconds of the whole process so far. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

let turns = -1;
let since = 0;

setInterval(() => {
  if (process.memoryUsage.rss() > limits.bytes) end({ exceeded: "bytes", limit: limits.bytes });
  const [underWay, now] = [Atomics.load(state, 0), Atomics.load(state, 1)];
  if (underWay === 0 || now !== turns) {
    turns = now;
    since = spent();
  } else if (spent() - since > limits.seconds) end({ exceeded: "seconds", limit: limits.seconds });
}, LOOK_MS);

function end(words: LastWords): void {
  try {
    if (wordsTo !== undefined) writeSync(wordsTo, JSON.stringify(words));
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}
