// A store that several share: nothing of another's is removed, nothing is more open than its folder, and it may be
// read-only.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { InputError, tensor } from "@carom/core";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/run.ts";
import { partialName } from "./partial.ts";
import { collectGarbage, diskStore, prepareStore } from "./store.ts";

const folder = temporaryFolder();
const artifact = { json: {}, arrays: { x: tensor("float32", [1], [1]) } };
const key = "ab".repeat(32);
const { pid: gone } = spawnSync(process.execPath, ["-e", ""]);
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("a store", () => {
  it("loses what a process that is gone has left, and nothing that another host may be writing", async () => {
    const store = join(folder, "shared");
    mkdirSync(join(store, "ab"), { recursive: true });
    const own = partialName(join(store, "ab", key));
    const left = own.replace(`-${process.pid}`, `-${gone}`);
    const elsewhere = left.replace(/partial-[0-9a-f]{8}/, "partial-00000000");
    for (const path of [own, left, elsewhere]) writeFileSync(path, "half");
    for (const clean of [() => prepareStore(store), () => collectGarbage(store, 0)]) {
      await clean();
      expect([own, left, elsewhere].map((path) => existsSync(path))).toEqual([true, false, true]);
    }
  });

  it("keeps what a run uses that is at work, and not what was there before it", async () => {
    const store = join(folder, "used");
    await diskStore(store).write(key, artifact);
    utimesSync(join(store, "ab", key), 1000, 1000);
    await prepareStore(store);
    const [other, read] = ["cd".repeat(32), "ef".repeat(32)];
    await diskStore(store).write(other, artifact);
    await diskStore(store).write(read, artifact);
    utimesSync(join(store, "ef", read), 1000, 1000);
    expect(await diskStore(store).read(read)).toBeDefined();
    expect(await collectGarbage(store, 0)).toMatchObject({ artifacts: 2, removed: 1 });
    expect(existsSync(join(store, "ab", key))).toBe(false);
  });

  it.skipIf(process.platform === "win32")(
    "is its user's alone, unless its folder was made for others too",
    async () => {
      for (const [name, given, file] of [
        ["own", undefined, "600"],
        ["group", 0o770, "640"],
      ] as const) {
        const store = join(folder, name);
        if (given !== undefined) {
          mkdirSync(store);
          chmodSync(store, given);
        }
        expect(await prepareStore(store)).toBeUndefined();
        await diskStore(store).write(key, artifact);
        expect(modeOf(store)).toBe((given ?? 0o700).toString(8));
        // The umask of tests takes writing off the group.
        const mode = modeOf(join(store, "ab", key));
        expect([file, given === undefined ? file : "660"]).toContain(mode);
      }
    },
  );

  it("that cannot be written to says so, and gives what it has", async () => {
    const store = join(folder, "blocked");
    await diskStore(store).write(key, artifact);
    // A link to nowhere in place of the folder stands for every reason, for administrators too.
    symlinkSync(join(folder, "nowhere", "deep"), join(folder, "dangling"));
    expect(await prepareStore(join(folder, "dangling"))).toBeInstanceOf(InputError);
    expect(await diskStore(store).read(key)).toBeDefined();
    expect(readdirSync(join(store, "ab"))).toEqual([key]);
  });
});
