// Model files on disk.

import { createHash } from "node:crypto";
import { type Model, modelFromBytes } from "@carom/core";
import { readBytes } from "./read.ts";

/** The model in a file and the SHA-256 of its bytes. */
export async function loadModel(path: string): Promise<{ readonly model: Model; readonly contentHash: string }> {
  const bytes = await readBytes("model file", path);
  return { model: modelFromBytes(bytes), contentHash: createHash("sha256").update(bytes).digest("hex") };
}
