// Tables as a user has them: every verb reads the same file in the same way, and says how.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { carom, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => {
  writeFileSync(at(name), text);
  return at(name);
};

// Class 1 where a > b, on scales that make another order of the columns useless.
const rows = Array.from({ length: 60 }, (_, i) => {
  const label = i % 2;
  return { a: label * 4 + Math.sin(i), b: 100 + (1 - label) * 4 + Math.cos(i), label: label === 1 ? "yes" : "no" };
});
type Column = keyof (typeof rows)[0];
const table = (name: string, columns: readonly Column[], separator = ",", header: readonly string[] = columns) =>
  write(
    name,
    [header, ...rows.map((row) => columns.map((column) => row[column]))].map((line) => line.join(separator)).join("\n"),
  );

const train = table("train.csv", ["a", "b", "label"]);
const moved = table("moved.csv", ["label", "b", "a"], ";");
const other = table("other.csv", ["a", "b", "label"], ",", ["a", "c", "label"]);
const model = at("model.onnx");

it("matches columns by name, whatever their order, in models and between files", async () => {
  const fitted = await carom(["fit", "logistic", "--data", train, "--out", model]);
  expect(fitted.stderr).toContain(
    `carom: read ${train}: 60 rows, 2 numeric columns, label "label" by its name (2 classes; --label), ` +
      `separator "," (--separator), names on top (--names)\n`,
  );
  const [own, scored, inspected] = await Promise.all([
    carom(["score", "--model", model, "--data", train, "--json"]),
    carom(["score", "--model", model, "--data", moved, "--json"]),
    carom(["inspect", model, "--data", moved, "--json"]),
  ]);
  expect(JSON.parse(own.stdout).error).toMatchObject({ count: 0, n: 60 });
  expect(JSON.parse(scored.stdout).error).toMatchObject({ count: 0, n: 60 });
  expect(JSON.parse(scored.stdout).reading).toMatchObject({ label: "label", separator: ";", rows: 60, features: 2 });
  expect(JSON.parse(inspected.stdout).doubts).toEqual([]);
  const poisoned = await carom([
    ...["poison", "logistic", "--train", train, "--validation", moved, "--test", moved, "--points", "1"],
    ...["--allow-overlap", "--out", at("p.npz"), "--workers", "1", "--json"],
  ]);
  expect(JSON.parse(poisoned.stdout).judged.cleanError).toMatchObject({ count: 0, n: 60 });
});

it.each([
  ["score", ["--model", model, "--data", other]],
  ["explain", ["--surrogate", model, "--target", model, "--data", other]],
  ["evade", ["--model", model, "--data", other, "--epsilon", "1", "--out", at("adv.npz")]],
  ["poison", ["logistic", "--train", train, "--validation", other, "--points", "1", "--out", at("q.npz")]],
  ["audit", ["--target", model, "--data", train, "--train", other, "--out", at("run")]],
])("%s refuses a table with other columns, and names them", async (verb, args) => {
  const { status, stdout, stderr } = await carom([verb, ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(
    /^carom: invalid columns of .*: expected the 2 of .*, got none of "b"; others: "c"; .*--drop\n$/,
  );
});

it("data info shows what was taken for what, and the names", async () => {
  const { stdout } = await carom(["data", "info", moved]);
  expect(stdout).toMatch(/^read as +label "label" by its name .*separator ";".*names on top/m);
  expect(stdout).toMatch(/^names +b, a$/m);
});
