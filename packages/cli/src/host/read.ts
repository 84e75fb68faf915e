// Input files on disk.

import { readFile, stat } from "node:fs/promises";
import { InputError } from "@carom/core";
import { beyond, mostOf } from "@carom/core/data";
import { hostLimits } from "./sizes.ts";

/**
 * The bytes of a file, as a plain Uint8Array: Node's Buffer is one too, but its `slice` shares memory, unlike any
 * other.
 *
 * @throws InputError where there is no such file, or it cannot be read.
 */
export async function readBytes(kind: string, path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    // A pipe that nobody writes to would be waited for, and a device has no end.
    if (!found.isFile() && !found.isDirectory()) throw Object.assign(new Error(), { code: "a special file" });
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw unreadable(kind, path, error);
  }
}

/** The same for files that people write. @throws InputError also for one that is longer than anyone would write */
export async function readWritten(kind: string, path: string): Promise<Uint8Array> {
  const bytes = await readBytes(kind, path);
  if (bytes.length <= mostOf(hostLimits.written)) return bytes;
  throw beyond(hostLimits.written, `${kind} ${path}`, `${bytes.length}`, "leave out what is not needed");
}

/** The error for a file that cannot be read; what is no fault of the file is handed back as it is. */
export function unreadable(kind: string, path: string, error: unknown): unknown {
  const { code, message = "" } = error as Partial<NodeJS.ErrnoException>;
  if (code === undefined) return error;
  return new InputError(code === "ENOENT" ? "missing" : "invalid", `${kind} ${path}`, {
    expected: "a file that can be read",
    // What Node says ends with the path, which may be long.
    got: reasons[code] ?? (message.split(",")[0] || code),
    remedy: "check the path",
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "a folder",
  EACCES: "one without permission to read",
};
