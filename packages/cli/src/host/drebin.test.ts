// The original Drebin layout on a small folder of our own making: columns, labels, and what is wrong with other
// folders.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { denseRows } from "@carom/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadDataset } from "./data.ts";

let folder: string;
const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
const app = (letter: string) => letter.repeat(64);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "carom-drebin-"));
  mkdirSync(join(folder, "feature_vectors"));
  write(`feature_vectors/${app("b")}`, "url::b.example\npermission::SMS\npermission::SMS\n");
  write(`feature_vectors/${app("a")}`, "permission::SMS\r\napi_call::x");
  write(`feature_vectors/${app("c")}`, "");
  write("sha256_family.csv", `sha256,family\n${app("B")},FakeInstaller\n${app("f")},Plankton\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

it("has apps in the order of their names and features in theirs", async () => {
  const { dataset } = await loadDataset(folder);
  // Columns: api_call::x, permission::SMS, url::b.example.
  expect(denseRows(dataset)).toMatchObject({ shape: [3, 3], data: Float64Array.of(1, 1, 0, 0, 1, 1, 0, 0, 0) });
  expect([dataset.classNames, [...dataset.labels]]).toEqual([
    ["-1", "1"],
    [0, 1, 0],
  ]);
  expect([dataset.domain.lower[0], dataset.domain.upper[2]]).toEqual([0, 1]);
});

it("is known by what its files hold", async () => {
  const hash = async () => (await loadDataset(folder)).contentHash;
  const before = await hash();
  expect(await hash()).toBe(before);
  // The same lines in another app, and another list, are other data.
  write(`feature_vectors/${app("c")}`, "permission::SMS\r\napi_call::x");
  write(`feature_vectors/${app("a")}`, "");
  const moved = await hash();
  write("sha256_family.csv", `sha256,family\n${app("a")},FakeInstaller\n`);
  expect(new Set([before, moved, await hash()]).size).toBe(3);
});

it("keeps features apart that differ in bytes which are no UTF-8", async () => {
  write(`feature_vectors/${app("c")}`, Uint8Array.from([..."u::"].map((c) => c.charCodeAt(0)).concat(0xfe)));
  write(`feature_vectors/${app("d")}`, Uint8Array.from([..."u::"].map((c) => c.charCodeAt(0)).concat(0xff)));
  expect((await loadDataset(folder)).dataset.featureShape).toEqual([5]);
});

it("reads more apps than are open at a time", async () => {
  for (let i = 0; i < 200; i++) write(`feature_vectors/${String(i).padStart(64, "0")}`, `id::${i % 7}\nlast::${i}\n`);
  const { dataset } = await loadDataset(folder);
  expect([dataset.labels.length, dataset.featureShape]).toEqual([203, [3 + 7 + 200]]);
  const ones = (row: number) => [...denseRows(dataset, row, row + 1).data].flatMap((v, i) => (v === 1 ? [i] : []));
  // Columns: api_call::x, id::0 .. id::6, last::0, last::1, last::10, last::100 .. last::109, last::11, ...
  expect([ones(0), ones(1), ones(8), ones(109)]).toEqual([
    [1, 8],
    [2, 9],
    [2, 186],
    [1 + (109 % 7), 20],
  ]);
});

it("says what is wrong with a folder", async () => {
  write("sha256_family.csv", `sha256,family\n${app("e")},Plankton\n`);
  await expect(loadDataset(folder)).rejects.toThrow(
    /invalid family list .*expected names of apps.* none of the 3 apps/,
  );
  rmSync(join(folder, "sha256_family.csv"));
  await expect(loadDataset(folder)).rejects.toThrow(/missing family list .*sha256_family\.csv.*no such file/);
  write("sha256_family.csv", `sha256,family\n${app("e")},Plankton\n`);
  rmSync(join(folder, "feature_vectors"), { recursive: true });
  await expect(loadDataset(folder)).rejects.toThrow(/missing feature_vectors in .*got no such folder/);
  mkdirSync(join(folder, "feature_vectors"));
  await expect(loadDataset(folder)).rejects.toThrow(/missing feature_vectors in .*got one without files/);
  write("feature_vectors/notes.txt", "something else\n");
  write("sha256_family.csv", "sha256,family\nnotes.txt,x\n");
  await expect(loadDataset(folder)).rejects.toThrow(/invalid file of features .*got "something else"/);
});
