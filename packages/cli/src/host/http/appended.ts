// A file of lines that is added to, each line whole or not at all.

import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";

interface Appended {
  /** Adds to the end. @throws where not all of it could be written; then none of it stands in the file */
  append(text: string): void;
  /** Returns once what was added would survive a failure of the power. */
  sync(): void;
  close(): void;
}

/** Opens a file, or creates it, to be added to by this process alone. */
export function appendTo(path: string): Appended {
  // Rows stand in it, by what they were answered.
  const file = openSync(path, "a", 0o600);
  let end = fstatSync(file).size;
  return {
    append(text) {
      const bytes = Buffer.from(text);
      try {
        // A disk that is nearly full takes a part, and says so only when it is given the rest.
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
        end += bytes.length;
      } catch (error) {
        ftruncateSync(file, end);
        throw error;
      }
    },
    sync: () => fdatasyncSync(file),
    close: () => closeSync(file),
  };
}
