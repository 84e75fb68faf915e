// Artifacts larger than blocks: what is written some at a time is the file that is written at once, and a damaged byte
// is seen.

import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { allRows, type Rows, rowsOf, tensor } from "@carom/core";
import { type Artifact, encodeArtifact, MissingInput } from "@carom/core/study";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/run.ts";
import { diskStore } from "./store.ts";

const folder = temporaryFolder();
const [n, d] = [2501, 1100];
const x = tensor(
  "float32",
  [n, d],
  Float32Array.from({ length: n * d }, (_, i) => Math.cos(i)),
);
const labels = tensor(
  "int32",
  [n],
  Int32Array.from({ length: n }, (_, i) => i),
);
const whole: Artifact = { json: { a: [1, null] }, arrays: { x, labels } };
const key = "ab".repeat(32);

describe("an artifact that is read some rows at a time", () => {
  it("has the bytes, and the rows, of one in memory", async () => {
    const store = diskStore(join(folder, "rows"));
    const room = await store.room("float32", x.shape);
    for (const from of [2000, 0, 1000]) await room.write(from, await rowsOf(x).read(from, Math.min(n, from + 1000)));
    // It has no name that a clean-up would find, or that a kill would leave.
    expect(readdirSync(store.folder).filter((name) => name.includes("rows"))).toEqual([]);
    await store.write(key, { ...whole, arrays: { x: room, labels } });
    await room.close();
    const content = encodeArtifact(whole);
    const digest = createHash("sha256").update(content).digest("hex");
    const path = join(store.folder, "ab", key);
    expect(Buffer.concat([Buffer.from(`carom 1\n${digest}       \n`), content]).equals(readFileSync(path))).toBe(true);
    const { arrays } = (await store.read(key))!;
    expect("data" in arrays.x).toBe(false);
    const all = (await allRows(arrays.x)).data as Float32Array;
    expect(all.length === x.data.length && all.every((value, i) => value === x.data[i])).toBe(true);
    expect(arrays.labels).toEqual(labels);
  });

  it("is missed where it is gone by the time that rows are read", async () => {
    const store = diskStore(join(folder, "gone"));
    await store.write(key, whole);
    const rows = (await store.read(key))!.arrays.x as Rows;
    rmSync(join(store.folder, "ab", key));
    await expect(rows.read(0, 1)).rejects.toThrow(MissingInput);
    await store.write(key, { ...whole, computedBy: { provider: "cpu", version: "1", device: "another" } });
    await expect(rows.read(0, 1)).rejects.toThrow(MissingInput);
    await store.write(key, whole);
    expect((await rows.read(7, 9)).data).toEqual(x.data.slice(7 * d, 9 * d));
  });

  it.each([0, 20, 5000, -1])("is removed where byte %i is another one", async (place) => {
    const damaged: string[] = [];
    const store = diskStore(join(folder, `damaged ${place}`), (path) => damaged.push(path));
    await store.write(key, whole);
    const path = join(store.folder, "ab", key);
    const at = place < 0 ? statSync(path).size + place : place;
    const file = openSync(path, "r+");
    writeSync(file, Buffer.from([readFileSync(path)[at] ^ 1]), 0, 1, at);
    closeSync(file);
    expect(await store.read(key)).toBeUndefined();
    expect([damaged, await store.has(key)]).toEqual([[path], false]);
  });
});
