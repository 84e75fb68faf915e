// Two versions of a model compared: models and finished audits give the same tables, work is shared, a gate decides.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeNpz } from "@carom/core/data";
import { beforeAll, expect, test } from "vitest";
import { carom, contentOf, points, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const store = join(folder, "store");
const options = [
  "--data",
  "test.npz",
  "--surrogates",
  "ridge",
  "--epsilon",
  "0.1,0.3",
  "--attackers",
  "none",
  "--workers",
  "1",
  "--quiet",
];
const run = (...args: string[]) => carom(args, { cwd: folder, store });
const read = (name: string) => readFileSync(join(folder, name), "utf8");

beforeAll(async () => {
  const { x, y } = points(120);
  const narrow = { ...x, shape: [120, 2], data: x.data.filter((_, i) => i % 4 < 2) };
  const renamed = { ...y, data: y.data.map((label) => (label === 7 ? 8 : label)) };
  writeFileSync(join(folder, "test.npz"), pointsFile(120));
  writeFileSync(join(folder, "narrow.npz"), writeNpz({ x: narrow, y }));
  writeFileSync(join(folder, "renamed.npz"), writeNpz({ x, y: renamed }));
  const fits = [
    ["old", "svm-linear", "test"],
    ["new", "mlp", "test"],
    ["narrow", "ridge", "narrow"],
    ["renamed", "ridge", "renamed"],
  ];
  for (const [name, learner, data] of fits) {
    const fitted = await run("fit", learner, "--data", `${data}.npz`, "--out", `${name}.onnx`, "--quiet");
    expect(`${fitted.status} ${fitted.stderr}`).toBe("0 ");
  }
}, 60_000);

test("models and finished audits give the same tables, and share their work", async () => {
  const models = await run("compare", "old.onnx", "new.onnx", ...options, "--out", "models");
  expect(`${models.status} ${models.stderr}`).toBe("0 ");
  const artifacts = () => contentOf(store).filter((name) => !name.endsWith("times.tsv"));
  const before = artifacts();
  for (const name of ["old", "new"]) {
    const audit = await run("audit", "--target", `${name}.onnx`, ...options, "--out", name);
    expect(audit.status).toBe(0);
  }
  const runs = await run("compare", "old", "new/metrics.json", "--quiet", "--out", "runs");
  expect(`${runs.status} ${runs.stderr}`).toBe("0 ");
  expect(artifacts()).toEqual(before);
  for (const table of ["comparison.csv", "changed.csv"]) expect(read(`runs/${table}`)).toBe(read(`models/${table}`));
  const { cells, comparisons, any } = JSON.parse(read("models/comparison.json"));
  expect(comparisons).toBe(1 + any.length + cells.length);
  // True labels make the surrogates, so that both versions met the same points but for the white-box ones.
  for (const { surrogate, isSameCraft } of cells) expect(isSameCraft).toBe(surrogate !== "target");
});

test("the increase that a gate is about is the one between the versions, and turns with them", async () => {
  const gate = async (first: string, second: string) => {
    const rule = ["--fail-if", "increase > 0", "--fail-when", "likely", "--json"];
    const { status, stdout } = await run("compare", first, second, "--quiet", "--out", `gate-${first}`, ...rule);
    const { gate, increases } = JSON.parse(stdout);
    const estimates = increases.map(({ difference }: { difference: { estimate: number } }) => difference.estimate);
    expect(gate.map(({ measured }: { measured: { estimate: number } }) => measured.estimate)).toEqual(estimates);
    expect(status).toBe(estimates.some((estimate: number) => estimate > 0) ? 3 : 0);
    return estimates;
  };
  const forth = await gate("old", "new");
  const back = await gate("new", "old");
  expect(back.map((estimate: number) => -estimate)).toEqual(forth.map((estimate: number) => estimate));
  expect(forth.some((estimate: number) => estimate !== 0)).toBe(true);
});

test("audits that send points to one class are compared by those that get there", async () => {
  const sent = [...options, "--target-class", "3", "--objective", "logit"];
  const models = await run("compare", "old.onnx", "new.onnx", ...sent, "--out", "models-sent");
  expect(`${models.status} ${models.stderr}`).toBe("0 ");
  expect(models.stdout).toMatch(/Without attack .* for "3"/);
  for (const name of ["old", "new"]) {
    const audit = await run("audit", "--target", `${name}.onnx`, ...sent, "--out", `${name}-sent`);
    expect(`${audit.status} ${audit.stderr}`).toBe("0 ");
    const { asked, cells } = JSON.parse(read(`${name}-sent/metrics.json`));
    expect(asked).toMatchObject({ targetClass: "3", objective: "logit" });
    expect(asked.points).toBeLessThan(60);
    // Of two classes, whatever errs is sent.
    for (const { targeted, errorUnderAttack } of cells) expect(targeted).toEqual(errorUnderAttack);
  }
  const runs = await run("compare", "old-sent", "new-sent", "--quiet", "--out", "runs-sent");
  expect(`${runs.status} ${runs.stderr}`).toBe("0 ");
  for (const table of ["comparison.csv", "changed.csv"]) {
    expect(read(`runs-sent/${table}`)).toBe(read(`models-sent/${table}`));
  }
});

test.each([
  ["a model and a run", ["old.onnx", "new"], /two models, or two folders of finished audits/],
  ["options beside runs", ["old", "new", "--data", "test.npz"], /leave out --data/],
  ["a rule on one version", ["old", "new", "--fail-if", "clean > 0.1"], /carom audit --fail-if/],
  ["no data", ["old.onnx", "new.onnx"], /missing option --data/],
  ["other columns", ["old.onnx", "narrow.onnx", ...options], /narrow\.onnx/],
  ["other classes", ["old.onnx", "renamed.onnx", ...options], /7/],
  ["another seed", ["old", "seeded"], /got 0 \(old\) and 1 \(seeded\)/],
  ["another goal", ["old", "sent"], /expected attacks with the same goal, got any wrong class before, class 7 now/],
  ["no points", ["old", "bare"], /missing .*samples\.csv\.gz/],
  ["no audit", ["old", "nowhere.json"], /nowhere\.json/],
])("%s: one sentence, and nothing is written", async (name, args, sentence) => {
  const made: Readonly<Record<string, readonly string[]>> = {
    seeded: ["--seed", "1"],
    bare: ["--seed", "1"],
    sent: ["--target-class", "7"],
  };
  if (made[args[1]]) {
    const audit = await run("audit", "--target", "old.onnx", ...options, ...made[args[1]], "--out", args[1]);
    expect(audit.status).toBe(0);
    if (args[1] === "bare") rmSync(join(folder, "bare/samples.csv.gz"));
  }
  const refused = await run("compare", ...args, "--out", "refused");
  expect(refused.status, name).toBe(2);
  expect(refused.stderr).toMatch(sentence);
  expect(
    refused.stderr
      .trimEnd()
      .split("\n")
      .filter((line) => line.startsWith("carom: ")).length,
  ).toBe(1);
  expect(contentOf(folder).filter((path) => path.startsWith("refused"))).toEqual([]);
});

test("the same file read in another way is not compared, nor taken for a baseline", async () => {
  const audit = ["audit", "--target", "old.onnx", ...options, "--points", "20"];
  const asItIs = await run(...audit, "--out", "as-it-is");
  const boxed = await run(...audit, "--box", "0,2", "--out", "boxed");
  expect([asItIs.status, boxed.status]).toEqual([0, 0]);
  const compared = await run("compare", "as-it-is", "boxed", "--quiet");
  const gated = await run(...audit, "--box", "0,3", "--fail-if", "increase > 0.9", "--baseline", "as-it-is");
  for (const { status, stderr } of [compared, gated]) {
    expect(status).toBe(2);
    expect(stderr).toMatch(/expected the same data read with the same options/);
  }
});
