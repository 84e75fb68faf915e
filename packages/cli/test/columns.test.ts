// Tables whose columns have ranges of very different size, as a user meets them.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { expect, it } from "vitest";
import { carom, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/**
 * Two columns that say nothing and reach millions, one that never varies, and one that tells the classes apart by a
 * tenth.
 */
const N = 120;
const table = at("table.npz");
const wave = (i: number, k: number) => 0.5 + 0.5 * Math.sin(12.9898 * i + 78.233 * k);
const y = Int32Array.from({ length: N }, (_, i) => i % 2);
const x = Float32Array.from({ length: 4 * N }, (_, at) => {
  const [i, j] = [Math.floor(at / 4), at % 4];
  return [4e6 * wave(i, 0), 2e5 * wave(i, 1) - 1e5, 42, 0.1 * y[i] + 0.08 * wave(i, 3)][j];
});
writeFileSync(table, writeNpz({ x: tensor("float32", [N, 4], x), y: tensor("int32", [N], y) }));

const errorOf = (stdout: string) => Number(/training rows ([\d.]+) %/.exec(stdout)![1]);

it("learners see each column in [0, 1], unless that is switched off", async () => {
  const fit = async (name: string, ...more: string[]) => {
    const done = await carom(["fit", "ridge", "--data", table, "--out", at(name), "--quiet", ...more]);
    expect(done.status).toBe(0);
    const isSqueezed = more[0]?.startsWith("--box") && !more.includes("columns");
    if (isSqueezed) expect(done.stderr).toMatch(/Warning: One box, .* learners see it squeezed/);
    else expect(done.stderr).toBe("");
    return done.stdout;
  };
  const scaled = await fit("scaled.onnx");
  expect(scaled).toMatch(/scaling: each feature from its own range to \[0, 1\]; options such as C are for features in/);
  expect(errorOf(scaled)).toBe(0);
  const boxed = await fit("boxed.onnx", "--box=-1e5,4e6");
  expect(boxed).toMatch(/scaling: all features from \[-100000, 4000000\] to \[0, 1\]/);
  expect(errorOf(boxed)).toBeGreaterThan(20);
  expect(errorOf(await fit("own.onnx", "--box=-1e5,4e6", "--scaling", "columns"))).toBe(0);
  expect(await fit("off.onnx", "--scaling", "none")).toMatch(/scaling: off/);
});

it("data info says what bounds were taken", async () => {
  expect((await carom(["data", "info", table])).stdout).toMatch(/box +each feature has bounds of its own/);
  expect((await carom(["data", "info", table, "--box=-1e5,4e6"])).stdout).toMatch(/box +-100000 to 4000000/);
});

it("budgets are in the features' own units, with a warning, or in units of their ranges", async () => {
  const model = at("attacked.onnx");
  await carom(["fit", "ridge", "--data", table, "--out", model, "--quiet"]);
  const evade = (name: string, ...more: string[]) =>
    carom(["evade", "--model", model, "--data", table, "--epsilon", "0.2", "--out", at(name), "--quiet", ...more]);
  const own = await evade("own.npz");
  expect(own.stdout.replaceAll(/\s+/g, " ")).toMatch(
    /Warning: Budgets are taken in the features' own units, but ranges of features differ by a/,
  );
  expect(own.stdout).toMatch(/; largest L2 change/);
  const ranges = await evade("ranges.npz", "--units", "ranges");
  expect(ranges).toMatchObject({ status: 0, stderr: "" });
  expect(Number(/largest range-scaled L2 change ([\d.]+)/.exec(ranges.stdout)![1])).toBeCloseTo(0.2, 4);
});
