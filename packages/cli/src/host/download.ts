// One file from the network: resumed where it broke off, checked, and only then there under its name.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { InputError } from "@carom/core";
import { mostOf } from "@carom/core/data";
import { writeAt } from "./artifactFile.ts";
import { type Lock, takeLock } from "./lock.ts";
import { hostLimits } from "./sizes.ts";

interface Download {
  /** Addresses of the same file, tried one after another. */
  readonly addresses: readonly string[];
  readonly path: string;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  onProgress?(bytes: number, total: number | undefined): void;
}

/** Milliseconds without any byte after which a connection counts as cut. */
const SILENCE = 30_000;

/**
 * Fetches a file, or does nothing where it is there and sound.
 *
 * Bytes are kept in `PATH.part` until all have come and their hash is right; a later call goes on behind them. A part
 * whose hash is wrong is thrown away. One process at a time fetches a file.
 *
 * @throws InputError where no address answers, the connection is cut, the content is another or without end, another
 * process fetches it, or the disk is full.
 */
export async function download(file: Download): Promise<"there" | "fetched"> {
  const { path, sha256 } = file;
  if ((await hashOf(path)) === sha256) return "there";
  await mkdir(dirname(path), { recursive: true });
  const lock = lockOn(`${path}.part`);
  try {
    // Another process may have been done with it just now.
    return (await hashOf(path)) === sha256 ? "there" : await fetchFrom(file);
  } finally {
    lock.release();
  }
}

function lockOn(part: string): Lock {
  try {
    const lock = takeLock(`${part}.lock`, 0);
    if (!("heldBy" in lock)) return lock;
    throw new InputError("invalid", `download of ${basename(part, ".part")}`, {
      expected: "one of it at a time",
      got: `another, of ${lock.heldBy}`,
      remedy: `wait until it is done; if there is none any more, remove ${part}.lock`,
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw diskFull(part);
    if (code === "EACCES" || code === "EROFS" || code === "EPERM") throw notWritable(part);
    throw error;
  }
}

async function fetchFrom({ addresses, path, sha256, onProgress }: Download): Promise<"fetched"> {
  const part = `${path}.part`;
  const faults: string[] = [];
  for (const address of addresses) {
    const fault = await fetchPart(address, part, onProgress);
    if (fault !== undefined) {
      faults.push(`${new URL(address).host}: ${fault}`);
      continue;
    }
    const found = await hashOf(part);
    if (found === sha256) {
      await rename(part, path);
      return "fetched";
    }
    await rm(part, { force: true });
    faults.push(`${new URL(address).host}: a file with SHA-256 ${found?.slice(0, 12)}…`);
  }
  const kept = await sizeOf(part);
  throw new InputError("invalid", `download of ${basename(path)}`, {
    expected: `the file with SHA-256 ${sha256.slice(0, 12)}…`,
    got: faults.join("; "),
    remedy: kept > 0 ? `run it again to go on behind the ${kept} bytes that came` : "try again later",
  });
}

/** Fetches what is missing behind the part; the sentence that says why not, where that fails. */
async function fetchPart(
  address: string,
  part: string,
  onProgress: Download["onProgress"],
): Promise<string | undefined> {
  const from = await sizeOf(part);
  const most = mostOf(hostLimits.fetched);
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), SILENCE);
  try {
    const headers = from > 0 ? { range: `bytes=${from}-` } : {};
    const response = await fetch(address, { headers, signal: abort.signal });
    // Nothing lies behind the part: it is whole, or too long.
    if (response.status === 416) return undefined;
    if (!response.ok || !response.body) return `status ${response.status}`;
    const isRest = response.status === 206;
    const start = isRest ? from : 0;
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const total = Number.isFinite(length) && !response.headers.has("content-encoding") ? start + length : undefined;
    const file = await open(part, isRest ? "a" : "w");
    let size = start;
    try {
      for await (const bytes of response.body) {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), SILENCE);
        await writeAt(file, bytes, size);
        size += bytes.length;
        if (size > most) break;
        onProgress?.(size, total);
      }
    } finally {
      await file.close();
    }
    if (size > most) {
      await rm(part, { force: true });
      return `more than ${most} bytes (CAROM_LIMITS=${hostLimits.fetched.name}=... allows more)`;
    }
    return total !== undefined && size < total ? `the connection was cut at ${size} of ${total} bytes` : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw diskFull(part);
    if (code === "EACCES" || code === "EROFS" || code === "EPERM") throw notWritable(part);
    const size = await sizeOf(part);
    return size > from ? `the connection was cut at ${size} bytes` : "no answer";
  } finally {
    clearTimeout(timer);
  }
}

async function hashOf(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const bytes of createReadStream(path)) hash.update(bytes as Uint8Array);
    return hash.digest("hex");
  } catch {
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function diskFull(part: string): InputError {
  return new InputError("invalid", `folder ${dirname(part)}`, {
    expected: "room for the download",
    got: "a full disk",
    remedy: "make room and run it again; it goes on where it stopped",
  });
}

function notWritable(part: string): InputError {
  return new InputError("invalid", `folder ${dirname(part)}`, {
    expected: "a folder that can be written to",
    got: "one that cannot",
    remedy: "set CAROM_DATA to another",
  });
}
