// Downloads from a server of our own that behaves badly: what arrives is whole and right, or is not there.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { download } from "./download.ts";

const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 8)) % 251));
const sha256 = createHash("sha256").update(content).digest("hex");
/** Bytes that a server sends before it pauses. */
const BEFORE_LAST = 190_000;

let folder: string;
let server: Server;
let base: string;
const asked: (string | undefined)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "carom-download-"));
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (request.url === "/absent") return response.writeHead(404).end();
    const ranged = request.url !== "/no-ranges" && from > 0;
    const body = request.url === "/other" ? Buffer.alloc(content.length) : ranged ? content.subarray(from) : content;
    if (ranged && body.length === 0) return response.writeHead(416).end();
    response.writeHead(ranged ? 206 : 200, { "content-length": body.length });
    if (request.url === "/late") {
      response.write(body.subarray(0, BEFORE_LAST));
      return setTimeout(() => response.end(body.subarray(BEFORE_LAST)), 300);
    }
    if (request.url !== "/cut") return response.end(body);
    response.write(body.subarray(0, Math.min(body.length, 90_000)), () => {
      // Once these bytes are on their way the line goes dead.
      setTimeout(() => response.destroy(), 50);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (...paths: readonly string[]) =>
  download({ addresses: paths.map((path) => base + path), path: join(folder, "data.bin"), sha256 });

it("fetches a file, and a second time asks for nothing", async () => {
  expect(await get("/file")).toBe("fetched");
  expect(await readFile(join(folder, "data.bin"))).toEqual(content);
  expect(await readdir(folder)).toEqual(["data.bin"]);
  expect(await get("/file")).toBe("there");
  expect(asked).toHaveLength(1);
});

it("goes on behind what came before the connection was cut, in as many runs as it takes", async () => {
  await expect(get("/cut")).rejects.toThrow(/the connection was cut at 90000 of 200000 bytes|cut at 90000 bytes/);
  expect(await readdir(folder)).toEqual(["data.bin.part"]);
  await expect(get("/cut")).rejects.toThrow("run it again to go on behind the 180000 bytes");
  expect(await get("/file")).toBe("fetched");
  expect(asked).toEqual([undefined, "bytes=90000-", "bytes=180000-"]);
  expect(await readFile(join(folder, "data.bin"))).toEqual(content);
});

it("begins anew where the server knows no ranges, and takes a part that was whole already", async () => {
  await writeFile(join(folder, "data.bin.part"), "some other beginning");
  expect(await get("/no-ranges")).toBe("fetched");
  await rm(join(folder, "data.bin"));
  await writeFile(join(folder, "data.bin.part"), content);
  expect(await get("/file")).toBe("fetched");
  expect(await readFile(join(folder, "data.bin"))).toEqual(content);
});

it("throws away what has a wrong hash, says so, and leaves nothing to be taken for good", async () => {
  await expect(get("/other")).rejects.toThrow("a file with SHA-256");
  expect(await readdir(folder)).toEqual([]);
  // A part of something else, continued, has a wrong hash too.
  await writeFile(join(folder, "data.bin.part"), "not the beginning");
  await expect(get("/file")).rejects.toThrow("try again later");
  expect(await readdir(folder)).toEqual([]);
});

// Linux has a device that is always full.
it.skipIf(!existsSync("/dev/full"))("stops at a full disk, and is there once space is made", async () => {
  await symlink("/dev/full", join(folder, "data.bin.part"));
  await expect(get("/file")).rejects.toThrow(
    /expected room for the download, got a full disk; make room and run it again/,
  );
  expect(await readdir(folder)).not.toContain("data.bin");
  await rm(join(folder, "data.bin.part"));
  expect(await get("/file")).toBe("fetched");
  expect(await readFile(join(folder, "data.bin"))).toEqual(content);
});

it("keeps what came where the disk takes only some of the last bytes, and goes on behind it", async (context) => {
  // Pages of a disk in memory: 192 KiB end within what the server sends last.
  const mount = (options: string) => spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status === 0;
  if (!mount("size=192k")) return context.skip();
  try {
    await expect(get("/late")).rejects.toThrow(/got a full disk; make room and run it again/);
    const kept = (await stat(join(folder, "data.bin.part"))).size;
    expect(kept).toBeGreaterThanOrEqual(BEFORE_LAST);
    expect(mount("remount,size=1m")).toBe(true);
    expect(await get("/file")).toBe("fetched");
    expect(asked).toEqual([undefined, `bytes=${kept}-`]);
    expect(await readFile(join(folder, "data.bin"))).toEqual(content);
  } finally {
    spawnSync("umount", [folder]);
  }
});

it("takes the next address where one fails, and names each that did", async () => {
  expect(await get("/absent", "/other", "/file")).toBe("fetched");
  await rm(join(folder, "data.bin"));
  await expect(get("/absent", "/other")).rejects.toThrow(/status 404; .*SHA-256/);
});

it("a damaged file under the final name is fetched again", async () => {
  await writeFile(join(folder, "data.bin"), content.subarray(1));
  expect(await get("/file")).toBe("fetched");
  expect(await readFile(join(folder, "data.bin"))).toEqual(content);
});

it("one process at a time fetches a file", async () => {
  // Either may be first.
  const both = await Promise.allSettled([get("/file"), get("/file")]);
  const [fetched, refused] = both.toSorted((a, b) => (a.status < b.status ? -1 : 1));
  expect(fetched).toEqual({ status: "fulfilled", value: "fetched" });
  expect(refused).toMatchObject({
    reason: { message: expect.stringMatching(/expected one of it at a time, got another/) },
  });
  expect(await readdir(folder)).toEqual(["data.bin"]);
  expect(asked).toHaveLength(1);
});

it("a server that sends more than a file may have is left, and so is what it sent", async () => {
  const file = { addresses: [`${base}/file`], path: join(folder, "data.bin"), sha256 };
  vi.stubEnv("CAROM_LIMITS", `fetched=${content.length - 1}`);
  await expect(download(file)).rejects.toThrow(
    /got 127\.0\.0\.1:\d+: more than 199999 bytes \(CAROM_LIMITS=fetched=.* allows more\); try again later/,
  );
  expect(await readdir(folder)).toEqual([]);
  vi.stubEnv("CAROM_LIMITS", `fetched=${content.length}`);
  expect(await download(file)).toBe("fetched");
  vi.unstubAllEnvs();
});
