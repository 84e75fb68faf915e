// Where a study file's data are: the first alternative that is there, below the folder that the environment names.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { loadStudy } from "./studyFile.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "carom-study-"));
  vi.stubEnv("CAROM_DATA", join(folder, "public"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const trainOf = async (train: string): Promise<string> => {
  const path = join(folder, "study.json");
  const study = { surrogates: [{ learner: "logistic" }], targets: [{ learner: "ridge" }], attack: { epsilons: [1] } };
  writeFileSync(path, JSON.stringify({ ...study, name: "s", data: { train } }));
  const read = await loadStudy(path);
  if (read.kind === "table" || read.kind === "audit") throw new Error("a study of another kind");
  return read.data.train;
};

it("reads paths relative to the file, and those of CAROM_DATA below it", async () => {
  expect(await trainOf("a.npz")).toBe(join(folder, "a.npz"));
  expect(await trainOf("$CAROM_DATA/x.idx,$CAROM_DATA/y.idx")).toBe(
    `${join(folder, "public/x.idx")},${join(folder, "public/y.idx")}`,
  );
});

it("takes the first alternative of which all files are there, else the first", async () => {
  const spec = "$CAROM_DATA/none.npz | x.idx,y.idx | a.npz";
  expect(await trainOf(spec)).toBe(join(folder, "public/none.npz"));
  writeFileSync(join(folder, "a.npz"), "");
  expect(await trainOf(spec)).toBe(join(folder, "a.npz"));
  writeFileSync(join(folder, "x.idx"), "");
  expect(await trainOf(spec)).toBe(join(folder, "a.npz"));
  writeFileSync(join(folder, "y.idx"), "");
  expect(await trainOf(spec)).toBe(`${join(folder, "x.idx")},${join(folder, "y.idx")}`);
});
