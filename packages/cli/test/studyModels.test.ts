// Studies of models that are given: files beside the study file, services, and learners, in one grid.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelFromBytes, openModel } from "@carom/core";
import { execute, inProcess, memoryStore, modelCodec, planStudy, type Study, startPlan } from "@carom/core/study";
import { beforeAll, describe, expect, it } from "vitest";
import { nodeRuntime } from "../src/host/runtime.ts";
import { loadStudyData } from "../src/host/studyData.ts";
import { loadStudy } from "../src/host/studyFile.ts";
import { served, startModelServer } from "./modelServer.ts";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const surrogate = "{learner: logistic, complexity: low}";
const target = "{learner: mlp, complexity: low, options: {epochs: 20}}";
const study = (changes: Readonly<Record<string, string>> = {}) =>
  Object.entries({
    name: "given",
    data: "{train: points.npz}",
    split: "{target: 0.4, surrogate: 0.4, attacked: 0.2}",
    surrogates: `[${surrogate}]`,
    targets: `[${target}]`,
    attack: "{norm: l2, epsilons: [0.1, 0.3]}",
    points: "30",
    ...changes,
  })
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");

interface Cell {
  readonly surrogate: string;
  readonly target: string;
  readonly errorUnderAttack: { readonly count: number };
}

async function run(name: string, text: string, status = 0) {
  writeFileSync(at(`${name}.yaml`), text);
  const ended = await carom(["study", at(`${name}.yaml`), "--workers", "1", "--quiet", "--out", at(name)]);
  expect([ended.status, ended.status === status ? "" : ended.stderr]).toEqual([status, ""]);
  return { ...ended, metrics: () => JSON.parse(readFileSync(join(at(name), "metrics.json"), "utf8")) };
}
const cellsOf = ({ metrics }: Awaited<ReturnType<typeof run>>): Cell[] => metrics().repetitions[0].cells;

let reference: Cell[];
/** Both models as the study with learners trains them. */
const files: Record<string, Uint8Array> = {};

beforeAll(async () => {
  writeFileSync(at("points.npz"), pointsFile(200));
  reference = cellsOf(await run("learners", study()));
  const asked = (await loadStudy(at("learners.yaml"))) as Study;
  const plan = startPlan();
  const { data } = await loadStudyData(plan, asked);
  planStudy(plan, asked, data);
  const fits = plan.tasks.filter(({ kind }) => kind === "fit");
  const store = memoryStore();
  await execute(plan, fits, store, inProcess(store, nodeRuntime()));
  for (const { key, label } of fits) {
    const role = label.includes("target/") ? "target" : "surrogate";
    files[role] = (await modelCodec.decode((await store.read(key))!)).bytes;
    writeFileSync(at(`${role}.onnx`), files[role]);
  }
});

describe("a study with a model that was saved is the study with its learner", () => {
  it.each([
    ["target", { targets: "[{model: target.onnx, name: mlp_L}]" }],
    ["surrogate", { surrogates: "[{model: surrogate.onnx, name: logistic_L}]" }],
    [
      "both",
      {
        targets: "[{model: target.onnx, name: mlp_L}]",
        surrogates: "[{model: surrogate.onnx, name: logistic_L}]",
      },
    ],
  ])("as %s", async (name, changes) => {
    const cells = cellsOf(await run(name, study(changes)));
    expect(cells).toHaveLength(4);
    expect(cells).toEqual(reference);
  });

  it("that answers at an address, as far as it shows itself, and counts what it was asked", async () => {
    const opened = await openModel(nodeRuntime(), modelFromBytes(files.target));
    const server = await startModelServer(served(opened));
    const service = `${server.origin}/v2/models/m`;
    const beside = target.replace("learner", "name: beside, learner");
    const targets = `[{service: "${service}", name: mlp_L, header: ["X-Key: 0815"]}, ${beside}]`;
    const ended = await run("service", study({ targets }));
    const errors = (cells: readonly Cell[]) =>
      cells
        .filter(({ surrogate, target }) => surrogate === "surrogate/logistic_L" && target === "target/mlp_L")
        .map(({ errorUnderAttack }) => errorUnderAttack.count);
    expect(errors(cellsOf(ended))).toEqual(errors(reference));
    expect(errors(reference).at(-1)).toBeGreaterThan(0);
    const manifest = JSON.parse(readFileSync(join(at("service"), "manifest.json"), "utf8"));
    expect(manifest.queries).toMatchObject({ sent: server.rows.length, most: "any" });
    // What is only said to the service is in no file of the run.
    expect(JSON.stringify(ended.metrics())).not.toContain("0815");
    await server.close();
    await opened.close();
  });
});

describe("what a model cannot take part as is refused in a sentence", () => {
  const split = "{surrogate: 0.25, target: 0.25, validation: 0.25, test: 0.25}";
  it.each([
    [
      "a service to craft on",
      { surrogates: "[{service: 'http://127.0.0.1:9/v2/models/m'}]" },
      /"surrogates.0" at .*line 4.*: expected a learner or a model file, since .* gives no gradients/,
    ],
    [
      "a file among models that are poisoned",
      { kind: "poisoning", split, targets: "[{model: target.onnx}]", attack: "gradient" },
      /"targets.0" at .*: expected a learner, since poisoning points are among what models learn from/,
    ],
    ["a misspelt key of a file", { targets: "[{model: target.onnx, clases: [a, b]}]" }, /did you mean "classes"\?/],
    ["two models of one name", { targets: `[{model: target.onnx, name: mlp_L}, ${target}]` }, /"mlp_L" twice/],
    ["a file that is not there", { targets: "[{model: nowhere.onnx}]" }, /nowhere\.onnx/],
  ])("%s", async (name, changes, sentence) => {
    const { stderr } = await run(`no ${name}`.replaceAll(" ", "-"), study(changes), 2);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
