// Audits and attacks of a table under a features file, by the command.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stream } from "@carom/core";
import { openNpz } from "@carom/core/data";
import { beforeAll, expect, it } from "vitest";
import { carom, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const rules = (last: string) => `
columns:
  a: { kind: integer, bounds: [0, 40], scale: 5 }
  b: { kind: integer, bounds: [0, 40], scale: 5 }
  total: { kind: integer, bounds: [0, 80] }
  ${last}
relations: ["total == a + b"]
`;
const run = (...args: string[]) => carom([...args, "--quiet"], { cwd: folder });

beforeAll(async () => {
  const random = stream(0, "features");
  const rows = Array.from({ length: 240 }, () => {
    const [a, b, late] = [random.integer(41), random.integer(41), random.integer(9)];
    return [a, b, a + b, late, a + b - 4 * late + 6 * random.normal() > 24 ? "good" : "bad"].join(",");
  });
  writeFileSync(at("loans.csv"), ["a,b,total,late,credit", ...rows].join("\n"));
  writeFileSync(at("features.yaml"), rules("late: { kind: integer, bounds: [0, 8], direction: increase, scale: 2 }"));
  const fitted = await run("fit", "logistic", "--data", "loans.csv", "--out", "loans.onnx");
  expect(fitted).toMatchObject({ status: 0, stderr: "" });
});

const audited = [
  ...["audit", "--target", "loans.onnx", "--data", "loans.csv", "--surrogates", "ridge", "--points", "40"],
  ...["--workers", "1"],
];

it("an audit says in which units its budgets are, and which columns moved", async () => {
  const finished = await run(...audited, "--features", "features.yaml", "--epsilon", "0.5,1", "--out", "run");
  expect(finished).toMatchObject({ status: 0, stderr: "" });
  const { asked } = JSON.parse(readFileSync(at("run/metrics.json"), "utf8"));
  expect(asked).toMatchObject({ units: "costs", featuresHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const report = readFileSync(at("run/report.html"), "utf8");
  expect(report).toContain("cost-scaled L2");
  expect(report).not.toMatch(/(?<!cost-scaled) L2 (ε|epsilon|budget)/);
  expect(report).toMatch(/id="rules"[\s\S]*wrong but invalid/);
  const moved = readFileSync(at("run/columns.csv"), "utf8").split("\n");
  expect(moved.filter((line) => /,total,[1-9]/.test(line)).length).toBeGreaterThan(0);
});

it("points that break a relation are counted, and those of them that would have been successes", async () => {
  writeFileSync(
    at("related.yaml"),
    readFileSync(at("features.yaml"), "utf8").replace("]\n", ', "a <= b or late >= 4"]\n'),
  );
  const attack = ["--attack", "pgd", "--epsilon", "2", "--attackers", "none"];
  const finished = await run(...audited, "--features", "related.yaml", ...attack, "--out", "related");
  expect(finished.status).toBe(0);
  expect(finished.stdout).toMatch(
    /obeys the rules of the features file; wrong but invalid, and not counted, are at most/,
  );
  const { cells } = JSON.parse(readFileSync(at("related/metrics.json"), "utf8"));
  for (const { brokeRules, wrongButInvalid, success } of cells) {
    expect(wrongButInvalid.count).toBeLessThanOrEqual(brokeRules.count);
    expect(success.n).toBeLessThanOrEqual(brokeRules.n);
  }
  const counts: number[] = cells.map(
    ({ wrongButInvalid }: { wrongButInvalid: { count: number } }) => wrongButInvalid.count,
  );
  expect(Math.max(...counts)).toBeGreaterThan(0);
});

it("a study's table of rules has a line for each source of points and budget, none of them twice", async () => {
  const models = ["ridge", "logistic"].map((learner) => `{ learner: ${learner} }`).join(", ");
  const study = `name: rules
repetitions: 2
data: { train: loans.csv }
features: features.yaml
split: { target: 0.4, surrogate: 0.4, attacked: 0.05 }
surrogates: [${models}]
targets: [${models}]
attack: { epsilons: [0.5, 1] }
`;
  writeFileSync(at("study.yaml"), study);
  expect(await run("study", "study.yaml", "--workers", "1", "--out", "study")).toMatchObject({ status: 0 });
  const report = readFileSync(at("study/report.html"), "utf8");
  const [, section] = /<section id="rules"([\s\S]*?)<\/section>/.exec(report)!;
  const lines = [...section.matchAll(/<th scope="row">([^<]*)<\/th><td>([^<]*)</g)].map(([, by, at]) => `${by} ${at}`);
  const sources = ["ridge", "logistic"].flatMap((name) => [name, `${name}, white-box`]);
  expect(lines.sort()).toEqual(sources.flatMap((source) => [`${source} 0.5`, `${source} 1`]).sort());
});

it("what is crafted satisfies the rules after it was written and read", async () => {
  const args = ["--model", "loans.onnx", "--data", "loans.csv", "--features", "features.yaml", "--epsilon", "1"];
  expect(await run("evade", ...args, "--out", "attacked.npz")).toMatchObject({ status: 0 });
  const archive = openNpz(readFileSync(at("attacked.npz")));
  const x = archive.read("x").data as Float32Array;
  const before = readFileSync(at("loans.csv"), "utf8").trim().split("\n").slice(1);
  let moved = 0;
  for (const [i, line] of before.entries()) {
    const [a, b, total, late] = x.subarray(4 * i, 4 * i + 4);
    expect(total).toBe(a + b);
    expect([a, b, late].every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
    const [oldA, oldB, , oldLate] = line.split(",").map(Number);
    expect(late).toBeGreaterThanOrEqual(oldLate);
    expect(Math.hypot((a - oldA) / 5, (b - oldB) / 5, (late - oldLate) / 2)).toBeLessThanOrEqual(1 + 1e-6);
    moved += Number(a !== oldA || b !== oldB || late !== oldLate);
  }
  expect(moved).toBeGreaterThan(100);
});

it("a study of poisoning has no rules", async () => {
  const study = "kind: poisoning\nname: p\nfeatures: features.yaml\ndata: { train: loans.csv }\n";
  writeFileSync(at("poisoning.yaml"), study);
  const { status, stderr } = await run("study", "poisoning.yaml", "--out", "none");
  expect(status).toBe(2);
  expect(stderr).toMatch(/^carom: unsupported features of poisoning at poisoning\.yaml, line 3, column 1: [^\n]*\n$/);
});

it.each([
  [
    "a schema that contradicts the data",
    "columns: { late: { kind: integer, bounds: [0, 3] } }",
    /"late" at .*line 1, column 12: expected values from 0 to 3, got \d in row (\d+)/,
  ],
  [
    "a circle of definitions",
    'relations: ["total == a + b", "a == total - b"]',
    /relation at .*line 1, column 32: .*got a circle: total needs a needs total/,
  ],
  [
    "a column that the table lacks",
    'relations: ["total <= income"]',
    /unknown column at .*line 1, column 23: "income": expected one of late, a, b, total/,
  ],
  [
    "a group that is not one-hot",
    "columns: { home: { kind: one-hot, of: [flag, other] } }",
    /group "home" at .*line 1, column 12: expected 1 in one of its 2 columns .*, got flag = 1, other = 1 in row 237;/,
  ],
  [
    "a rule that no row satisfies",
    'relations: ["a > 100 + b"]',
    /relation at .*line 1, column 14: expected one that some row satisfies, got none of 240 rows/,
  ],
])("%s is one sentence, of whichever row of the file", async (_, text, sentence) => {
  writeFileSync(at("bad.yaml"), text);
  const flagged = readFileSync(at("loans.csv"), "utf8")
    .split("\n")
    .map((line, i) => `${i === 0 ? "flag,other" : i === 237 ? "1,1" : "0,1"},${line}`);
  writeFileSync(at("flagged.csv"), flagged.join("\n"));
  const isGroup = text.includes("one-hot");
  const given = isGroup
    ? ["--target", "flagged.onnx", "--data", "flagged.csv"]
    : ["--target", "loans.onnx", "--data", "loans.csv"];
  if (isGroup) await run("fit", "logistic", "--data", "flagged.csv", "--out", "flagged.onnx");
  const { status, stderr } = await run(
    "audit",
    ...given,
    "--surrogates",
    "ridge",
    "--points",
    "20",
    "--features",
    "bad.yaml",
    "--out",
    "none",
  );
  expect(status).toBe(2);
  expect(stderr).toMatch(/^carom: [^\n]*\n$/);
  expect(stderr).toMatch(sentence);
  const row = sentence.exec(stderr)?.[1];
  if (row !== undefined) {
    const late = (line: string) => Number(line.split(",")[3]);
    const lines = readFileSync(at("loans.csv"), "utf8").split("\n");
    expect(lines.findIndex((line, i) => i > 0 && late(line) > 3)).toBe(Number(row));
  }
});
