// Model files on disk.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { InputError, type Model, modelFromBytes } from "@carom/core";

/** The model in a file and the SHA-256 of its bytes. */
export async function loadModel(path: string): Promise<{ readonly model: Model; readonly contentHash: string }> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(code === "ENOENT" ? "missing" : "invalid", `model file ${path}`, {
      expected: "an ONNX file",
      got: code === "ENOENT" ? "no such file" : message,
      remedy: "check the path",
    });
  }
  return { model: modelFromBytes(new Uint8Array(bytes)), contentHash: createHash("sha256").update(bytes).digest("hex") };
}
