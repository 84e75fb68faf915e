// The programs of docs/models.md, run as they stand: each leaves a model whose error and gradients are as it says.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { carom, temporaryFolder } from "./run.ts";

const page = readFileSync(new URL("../../../docs/models.md", import.meta.url), "utf8");
const recipes = [...page.matchAll(/^## (?<tool>[^\n]+)\n(?<words>.*?)```python\n(?<program>.*?)```/gms)].map(
  ({ groups }) => groups as { readonly tool: string; readonly words: string; readonly program: string },
);
const python = process.env.CAROM_PYTHON;
if (python === undefined)
  console.warn("skipped: the programs of docs/models.md; set CAROM_PYTHON to a Python with their packages");
const folder = temporaryFolder();

it("the page has a program under each heading", () => {
  expect(recipes.map(({ tool }) => tool)).toEqual(page.match(/^## .+$/gm)!.map((line) => line.slice(3)));
});

it.skipIf(python === undefined).each(recipes)("$tool", async ({ tool, words, program }) => {
  const cwd = join(folder, tool.replace(/\W+/g, "-"));
  mkdirSync(cwd);
  const ran = spawnSync(python!, ["-c", program], { cwd, encoding: "utf8" });
  expect(ran.status, ran.stderr).toBe(0);
  const inspected = await carom(["inspect", "model.onnx", "--data", "data.npz", "--json"], { cwd });
  expect(inspected.status, inspected.stderr).toBe(0);
  expect(JSON.parse(inspected.stdout)).toMatchObject({ gradients: !words.includes("no gradient"), doubts: [] });
  const scored = await carom(["score", "--model", "model.onnx", "--data", "data.npz", "--json"], { cwd });
  expect(JSON.parse(scored.stdout).error.estimate).toBeLessThan(0.05);
});
