// The thread that hashes files which its process has open.

import { createHash } from "node:crypto";
import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

const buffer = new Uint8Array(2 ** 20);
const hash = createHash("sha256");
for (const file of workerData as readonly number[]) {
  for (let at = 0; ; ) {
    const bytes = readSync(file, buffer, 0, buffer.length, at);
    if (bytes === 0) break;
    hash.update(buffer.subarray(0, bytes));
    at += bytes;
  }
}
parentPort?.postMessage(hash.digest("hex"));
