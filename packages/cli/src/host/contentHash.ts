// SHA-256 of files of input, computed on a thread of its own while they are read: a processor that would wait has the
// time.

import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { InputFile } from "./inputFile.ts";

/** The hash of files, one after the other. */
export interface ContentHash {
  digest(): Promise<string>;
  /** Ends the thread. Before that, the files stay open. */
  stop(): Promise<void>;
}

/** A thread begins, and its hash ends, later than that of files of fewer bytes. */
const LEAST = 2 ** 25;

/** Begins to hash files that are open. */
export function contentHash(files: readonly InputFile[]): ContentHash {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  // Run from its source, as tests do, there is no thread to begin.
  if (size < LEAST || import.meta.url.endsWith(".ts")) return { digest: () => hashed(files), stop: async () => {} };
  const descriptors = files.map(({ descriptor }) => descriptor);
  const thread = new Worker(new URL("hashThread.js", import.meta.url), { workerData: descriptors, execArgv: [] });
  const found = new Promise<string>((resolve, reject) => {
    thread.once("message", resolve).once("error", reject);
  });
  // Whoever reads the file meets the error first.
  found.catch(() => {});
  return {
    digest: () => found,
    stop: async () => {
      await thread.terminate();
    },
  };
}

async function hashed(files: readonly InputFile[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) for await (const piece of file.pieces()) hash.update(piece);
  return hash.digest("hex");
}
