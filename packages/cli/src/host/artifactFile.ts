// An artifact in a file, with the hash of its content: written and checked some bytes at a time, as it may be larger
// than memory.

import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { type Artifact, artifactPieces, MissingInput, openArtifact } from "@carom/core/study";

/** Files begin with this, the SHA-256 of the rest, and a line feed: a multiple of 8 bytes in all. */
const MAGIC = "carom 1\n";
const HEADER = MAGIC.length + 64 + 8;
const sealOf = (digest: string) => Buffer.from(`${MAGIC}${digest}       \n`);
/** Bytes of the content that say where the tensors begin. */
const LENGTH = 8;
/** Bytes that are hashed at a time. */
const PIECE = 2 ** 20;

/** Writes an artifact to a new file. */
export async function writeArtifact(path: string, artifact: Artifact, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    const hash = createHash("sha256");
    let at = HEADER;
    for await (const piece of artifactPieces(artifact)) {
      hash.update(piece);
      await writeAt(file, piece, at);
      at += piece.length;
    }
    await writeAt(file, sealOf(hash.digest("hex")), 0);
  } finally {
    await file.close();
  }
}

/**
 * The artifact in a file, its large arrays as rows that are read from the file when they are asked for; "damaged" where
 * the content does not match its hash.
 *
 * @param key what the artifact is missed by, where the file is gone by the time that rows are read
 * @param held bytes of rows that are read at once, as `openArtifact` has them
 */
export async function readArtifact(path: string, key: string, held?: number): Promise<Artifact | "damaged"> {
  const file = await open(path);
  try {
    if (!(await isSound(file))) return "damaged";
    const beginning = Buffer.from(await bytesAt(file, HEADER, HEADER + LENGTH));
    return await openArtifact(async (from, to) => {
      const again = await open(path).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "ENOENT" ? new MissingInput(key) : error;
      });
      try {
        // What was written again is the same but for the runtime that it names, which moves what comes behind.
        if (!beginning.equals(await bytesAt(again, HEADER, HEADER + LENGTH))) throw new MissingInput(key);
        return await bytesAt(again, HEADER + from, HEADER + to);
      } finally {
        await again.close();
      }
    }, held);
  } finally {
    await file.close();
  }
}

/** Whether the content of a file matches its hash. */
async function isSound(file: FileHandle): Promise<boolean> {
  const hash = createHash("sha256");
  const piece = new Uint8Array(PIECE);
  for (let at = HEADER; ; ) {
    const { bytesRead } = await file.read(piece, 0, PIECE, at);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  const { size } = await file.stat();
  return size >= HEADER && sealOf(hash.digest("hex")).equals(await bytesAt(file, 0, HEADER));
}

/** The bytes from one position to another, in memory of their own. */
export async function bytesAt(file: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(to - from);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
    if (bytesRead === 0) throw new Error(`a file of the store ends ${bytes.length - at} bytes early`);
    at += bytesRead;
  }
  return bytes;
}

/** Writes all bytes at a position: a full disk may take some of them before it says so. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}
