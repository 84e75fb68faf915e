// An audit that a file asks for is the one that the command's options ask for.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { startModelServer } from "./modelServer.ts";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const metrics = (name: string) => readFileSync(join(at(name), "metrics.json"), "utf8");

beforeAll(async () => {
  writeFileSync(at("test.npz"), pointsFile(120));
  writeFileSync(at("train.npz"), pointsFile(90));
  const fitted = await carom(["fit", "logistic", "--data", "train.npz", "--out", "m.onnx"], {
    cwd: folder,
  });
  expect(fitted.status).toBe(0);
  const table = Array.from({ length: 60 }, (_, i) => `${i % 7},${(i * i) % 11},${i % 7 > 3 ? "yes" : "no"}`);
  writeFileSync(at("table.csv"), `a,b,y\n${table.join("\n")}\n`);
  writeFileSync(at("rules.yaml"), "columns: { a: { kind: integer, direction: increase } }\n");
  const ofTable = await carom(["fit", "logistic", "--data", "table.csv", "--out", "table.onnx"], { cwd: folder });
  expect(ofTable.status).toBe(0);
});

const file = {
  target: { model: "m.onnx" },
  data: { test: "test.npz" },
  surrogates: ["logistic"],
  points: 20,
  attack: { epsilons: [0.1, 0.3] },
};
const options = ["--target", "m.onnx", "--data", "test.npz", "--surrogates", "logistic", "--points", "20"];
const budgets = ["--epsilon", "0.1,0.3"];

it.each([
  ["plain", file, [...options, ...budgets]],
  [
    "told everything",
    {
      ...file,
      seed: 3,
      data: { ...file.data, train: "train.npz", box: [0, 2], scaling: "none" },
      target: { ...file.target, normalize: { mean: [0.1], deviation: [1.1] }, classes: ["3", "7"] },
      labels: "target",
      surrogateFraction: 0.5,
      attackers: ["ensemble", "mi"],
      attack: { ...file.attack, name: "pgd", norm: "linf" },
    },
    [
      ...[...options, ...budgets, "--seed", "3", "--train", "train.npz", "--box", "0,2", "--scaling", "none"],
      ...["--normalize", "0.1,1.1", "--classes", "3,7", "--labels", "target", "--surrogate-fraction", "0.5"],
      ...["--attackers", "ensemble,mi", "--attack", "pgd", "--norm", "linf"],
    ],
  ],
  [
    "a table and its rules",
    {
      ...{
        target: { model: "table.onnx" },
        data: { test: "table.csv" },
        features: "rules.yaml",
        surrogates: ["ridge"],
      },
      attackers: [],
    },
    [
      "--target",
      "table.onnx",
      "--data",
      "table.csv",
      "--features",
      "rules.yaml",
      "--surrogates",
      "ridge",
      "--attackers",
      "none",
    ],
  ],
])("%s", async (name, study, args) => {
  const store = temporaryFolder();
  const id = name.replaceAll(" ", "-");
  writeFileSync(at(`${id}.yaml`), JSON.stringify({ kind: "audit", name: id, ...study }));
  const asked = ["--workers", "1", "--quiet", "--out"];
  const own = await carom(["audit", ...args, ...asked, `${id}-audit`], { cwd: folder, store });
  // From another folder: paths are relative to the file.
  const ofFile = await carom(["study", at(`${id}.yaml`), ...asked, at(`${id}-study`)], { store });
  expect([own.status, own.stderr, ofFile.status, ofFile.stderr]).toEqual([0, "", 0, ""]);
  expect(metrics(`${id}-study`)).toBe(metrics(`${id}-audit`));
});

it("of a service, with what was sent, and a gate that fails as the command's does", async () => {
  const server = await startModelServer({
    ...{ features: 4, classes: 2 },
    answer: async (rows) => rows.map(([a, b]) => [0.75 - a - 0.5 * b, a + 0.5 * b - 0.75]),
  });
  const service = `${server.origin}/v2/models/m`;
  const gate = { failIf: ["transfer > 0.01"] };
  writeFileSync(at("asked.yaml"), JSON.stringify({ kind: "audit", name: "asked", ...file, target: { service }, gate }));
  const planned = await carom(["study", at("asked.yaml"), "--plan"]);
  expect([planned.status, server.rows.length]).toEqual([2, 0]);
  const store = temporaryFolder();
  const asked = ["--workers", "1", "--quiet", "--out"];
  const ofFile = await carom(["study", at("asked.yaml"), ...asked, at("asked-study")], { store });
  const sent = server.rows.length;
  const args = [...options.with(1, service), ...budgets, "--fail-if", "transfer > 0.01"];
  const own = await carom(["audit", ...args, ...asked, "asked-audit"], { cwd: folder, store });
  expect([own.status, ofFile.status]).toEqual([3, 3]);
  expect(metrics("asked-study")).toBe(metrics("asked-audit"));
  // The same question: all of it was answered.
  expect(server.rows.length).toBe(sent);
  await server.close();
});
