// A pipeline that takes columns by name, some of them words, beside tables as pandas writes them.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Tensor, tensor } from "@carom/core";
import { type Graph, type Node, writeModel } from "@carom/core/onnx";
import { expect, it } from "vitest";
import { carom, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};

const node = (op: string, inputs: readonly string[], output: string, attributes: Node["attributes"] = {}): Node => {
  return { op, domain: "", name: "", inputs, outputs: [output], attributes };
};

// Class 1 where age / 10 + 3 [job is none] - loans > 4.5.
const jobs = ["none", "clerk", "cook"];
const graph: Graph = {
  name: "pipeline",
  inputs: [
    { name: "loans", type: "int64", shape: ["N", 1] },
    { name: "job", isText: true, shape: ["N", 1] },
    { name: "age", type: "float32", shape: ["N", 1] },
  ],
  outputs: [{ name: "scores", type: "float32", shape: ["N", 2] }],
  initializers: new Map<string, Tensor>([
    ["flat", tensor("int64", [2], [-1, 3])],
    ["w", tensor("float32", [5, 2], [1, -1, -3, 3, 0, 0, 0, 0, -0.1, 0.1])],
    ["b", tensor("float32", [2], [4.5, -4.5])],
  ]),
  nodes: [
    node("Cast", ["loans"], "loans real", { to: { int: 1 } }),
    {
      ...node("OneHotEncoder", ["job"], "hot", { cats_strings: { strings: jobs }, zeros: { int: 1 } }),
      domain: "ai.onnx.ml",
    },
    node("Reshape", ["hot", "flat"], "job real"),
    node("Concat", ["loans real", "job real", "age"], "all", { axis: { int: 1 } }),
    node("MatMul", ["all", "w"], "weighed"),
    node("Add", ["weighed", "b"], "scores"),
  ],
};
const model = write(
  "pipeline.onnx",
  writeModel({
    graph,
    opsets: { "": 15, "ai.onnx.ml": 1 },
    metadata: { classes: '["repaid","default"]' },
    producer: "",
  }),
);

const row = (i: number, known = jobs) => {
  const [age, job, loans] = [20 + ((i * 7) % 40) + 0.25, known[(i * 5) % known.length], (i * 3) % 4];
  const outcome = age / 10 + (job === "none" ? 3 : 0) - loans > 4.5 ? "default" : "repaid";
  return { age, job, loans, outcome };
};
const csv = (count: number, known = jobs) =>
  `,age,job,branch,loans,outcome\n${Array.from({ length: count }, (_, i) => {
    const { age, job, loans, outcome } = row(i, known);
    return `${1000 - i},${age},${job},${i % 3},${loans},${outcome}\n`;
  }).join("")}`;
const data = write("test.csv", csv(120));

it("scores a table as pandas writes it: columns by name, words, an index, one column that it does not take", async () => {
  const { stdout, stderr } = await carom(["score", "--model", model, "--data", data, "--label", "outcome"]);
  expect(stdout).toMatch(/^error +0\.0 % \(0 of 120/);
  expect(stderr).toContain("job (3)");
  expect(stderr).toContain("the column without a name, which numbers rows, left out (--keep first)");
  expect(stderr).toContain("left out, as the model takes none of that name: branch");
  const { stdout: inspected } = await carom(["inspect", model]);
  expect(inspected).toContain('"job" text [N, 1]');
  expect(inspected).toContain('columns 1 to 3: "job", 1 for one of clerk, cook, none');
  expect(inspected).toContain("gradients   yes");
});

it("audits it, and leaves words as they are", async () => {
  const train = write("train.csv", csv(90, ["cook", "none", "pilot"]));
  const asked = [
    "--surrogates",
    "logistic",
    "--attackers",
    "none",
    "--epsilon",
    "0.3",
    "--units",
    "ranges",
    "--workers",
    "1",
    "--json",
    "--quiet",
  ];
  const { stdout, stderr } = await carom([
    ...["audit", "--target", model, "--data", data, "--train", train, "--label", "outcome", "--out", at("run")],
    ...asked,
  ]);
  expect(stderr).toBe("");
  const { asked: told, models, cells } = JSON.parse(stdout);
  expect(told.defaults.join(" ")).toContain("which attacks leave as they are");
  expect(told.featureShape).toEqual([6]);
  expect(models.find(({ id }: { id: string }) => id === "target").cleanError.count).toBe(0);
  expect(cells.find(({ target }: { target: string }) => target === "target").errorUnderAttack.count).toBeGreaterThan(
    10,
  );
});

it.each([
  [
    "a word column with gaps",
    csv(9).replace("cook", "?"),
    /column "job" of bad\.csv: expected a word, got a missing value/,
  ],
  [
    "no column that is not taken",
    "age,job,loans\n1,cook,2\n2,none,1\n",
    /labels of bad\.csv: expected a column beside those that the model takes/,
  ],
  ["words for a number", csv(9).replace("20.25", "old"), /column "age" of bad\.csv: .*got "old" in line 2/],
  ["a missing column", csv(9).replace("loans", "debts"), /columns of the data: .*none of "loans"; others: /],
])("refuses %s in one sentence", async (_, text, sentence) => {
  const bad = write("bad.csv", text);
  const label = text.includes("outcome") ? ["--label", "outcome"] : [];
  const { status, stdout, stderr } = await carom([
    "score",
    "--model",
    model,
    "--data",
    bad,
    ...label,
    "--out",
    at("none.npy"),
  ]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr.trim().split("\n").at(-1)).toMatch(sentence);
});
