// Who may take a lock that is there: only where its owner is certainly gone.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/run.ts";
import { type Lock, takeLock } from "./lock.ts";

const folder = temporaryFolder();
let counter = 0;
const fresh = () => join(folder, `${counter++}.lock`);
const held = (path: string) => {
  const lock = takeLock(path);
  if ("heldBy" in lock) throw new Error(`held by ${lock.heldBy}`);
  return lock as Lock;
};
/** The number of a process that has ended. */
const { pid: gone } = spawnSync(process.execPath, ["-e", ""]);
const isLinux = process.platform === "linux";

/** What a lock of this process says of its owner, with changes. */
function owner(changes: object): string {
  const path = fresh();
  const lock = held(path);
  const text = JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...changes });
  lock.release();
  return text;
}

describe("a lock", () => {
  it("is held once, and free again when it is released", () => {
    const path = fresh();
    const first = held(path);
    expect(takeLock(path, 0)).toEqual({ heldBy: `process ${process.pid}` });
    expect(first.isHeld()).toBe(true);
    first.release();
    expect(existsSync(path)).toBe(false);
    const second = held(path);
    expect(first.isHeld()).toBe(false);
    // What is not ours any more is not ours to remove.
    first.release();
    expect(second.isHeld()).toBe(true);
  });

  it.each([
    ["a process that is gone", owner({ pid: gone })],
    ["an earlier version's, of a process that is gone", String(gone)],
    ...(isLinux ? [["another process of the same number", owner({ started: "1" })]] : []),
  ])("left by %s is taken over", (_, text) => {
    const path = fresh();
    writeFileSync(path, text);
    expect(held(path).isHeld()).toBe(true);
    expect(existsSync(`${path}.breaking`)).toBe(false);
  });

  it.runIf(isLinux)("is waited for where its owner is about to end", () => {
    // Not our child: one that has ended would stay until we ask for it.
    const { stdout } = spawnSync("sh", ["-c", "sleep 0.3 >/dev/null & echo $!"], { encoding: "utf8" });
    const path = fresh();
    writeFileSync(path, owner({ pid: Number(stdout), started: undefined }));
    expect(held(path).isHeld()).toBe(true);
  });

  it.each([
    ["another host", owner({ pid: gone, host: "elsewhere" }), /process \d+ on elsewhere/],
    ["another start of the system", owner({ pid: gone, boot: "x" }), /process/],
    ["another namespace", owner({ pid: gone, space: "pid:[1]" }), /process/],
    ["nobody who says who it is", "", /does not say/],
    ["nobody who could be", '{"pid":0}', /does not say/],
  ])("of %s is never taken, since that process may live", (_, text, heldBy) => {
    const path = fresh();
    writeFileSync(path, text);
    expect(takeLock(path, 0)).toEqual({ heldBy: expect.stringMatching(heldBy) });
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});
