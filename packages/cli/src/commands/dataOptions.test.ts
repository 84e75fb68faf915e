// Every option of every verb that says which rows are meant, and how they are read, reaches the reading and what a run
// is known by.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor, writeModel } from "@carom/core";
import type { DataOptions } from "@carom/core/data";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
import { Command } from "commander";
import { beforeEach, expect, it, vi } from "vitest";
import { readings } from "../../test/dataReadings.ts";
import { temporaryFolder } from "../../test/run.ts";
import { dataOptionNames } from "../ui/dataOptions.ts";
import { auditCommand } from "./audit.ts";
import { dataCommand } from "./data.ts";
import { evadeCommand } from "./evade.ts";
import { explainCommand } from "./explain.ts";
import { fitCommand } from "./fit.ts";
import { inspectCommand } from "./inspect.ts";
import { poisonCommand } from "./poison.ts";
import { scoreCommand } from "./score.ts";
import { sweepCommand } from "./sweep.ts";

/** What was asked to be read, and the keys of what was wanted; neither is done where a test looks at it. */
const seen = vi.hoisted(() => ({
  stopsAtReading: false,
  read: [] as Readonly<Record<string, unknown>>[],
  wanted: undefined as readonly string[] | undefined,
}));
const stopped = vi.hoisted(() => new Error("stopped by a test"));

vi.mock("../host/data.ts", async (original) => {
  const { loadDataset } = await original<typeof import("../host/data.ts")>();
  return {
    async loadDataset(spec: string, options: DataOptions) {
      seen.read.push({ ...options });
      if (seen.stopsAtReading) throw stopped;
      return loadDataset(spec, options);
    },
  };
});
vi.mock("../host/runPlan.ts", () => ({
  async runPlan(_: unknown, wanted: readonly { readonly key: string }[]) {
    seen.wanted = wanted.map(({ key }) => key);
    throw stopped;
  },
}));

beforeEach(() => {
  seen.stopsAtReading = false;
  seen.read = [];
  seen.wanted = undefined;
});

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};

/** Declares a verb on a command. */
type Verb = (command: Command) => Command;

async function run(verb: Verb, args: readonly string[]): Promise<void> {
  await expect(verb(new Command()).parseAsync([...args, "--quiet"], { from: "user" })).rejects.toBe(stopped);
}

/** Options as flags. */
function flags(options: DataOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = dataOptionNames[name as keyof DataOptions];
    if (name === "zeroBased") return value ? [flag] : [];
    if (value === undefined) return [];
    return [`${flag}=${typeof value === "boolean" ? (value ? "yes" : "no") : value}`];
  });
}

/** A model of three classes; two features where it is asked for one. */
const model = (() => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", 2]);
  g.output(g.node("MatMul", [x, g.constant(tensor("float32", [2, 3], [1, -1, 0, 0.5, 1, -2]))]), "logits");
  return write("m.onnx", writeModel(modelOf(g.graph())));
})();

it.each<readonly [string, Verb, readonly string[]]>([
  ["fit", fitCommand, ["logistic", "--data", "t.csv", "--out", at("none.onnx")]],
  ["sweep", sweepCommand, ["logistic", "--data", "t.csv", "--over", "C=1", "--out", at("none")]],
  ["audit", auditCommand, ["--target", "t.onnx", "--data", "t.csv", "--out", at("none")]],
  ["evade", evadeCommand, ["--model", "t.onnx", "--data", "t.csv", "--epsilon", "1", "--out", at("none.npz")]],
  ["explain", explainCommand, ["--surrogate", "s.onnx", "--target", "t.onnx", "--data", "t.csv"]],
  [
    "poison",
    poisonCommand,
    ["logistic", "--train", "t.csv", "--validation", "t.csv", "--points", "1", "--out", at("none.npz")],
  ],
  ["inspect", inspectCommand, [model, "--data", "t.csv"]],
  ["score", scoreCommand, ["--model", "t.onnx", "--data", "t.csv"]],
  ["data info", dataCommand, ["info", "t.csv"]],
])("%s reads as it is told", async (_, command, args) => {
  const told: Required<DataOptions> = {
    label: "y",
    drop: ["a", "b"],
    keep: ["first"],
    categorical: ["c"],
    missing: 2.5,
    na: ["?", "-"],
    names: true,
    separator: ";",
    decimal: ",",
    encoding: "latin1",
    box: [-1, 4],
    bytes: "raw",
    columns: 7,
    zeroBased: true,
  };
  seen.stopsAtReading = true;
  await run(command, [...args, ...flags(told)]);
  expect(seen.read[0]).toMatchObject(told);
  seen.read = [];
  await run(command, args);
  for (const name of Object.keys(told)) expect(seen.read[0]).not.toHaveProperty(name, expect.anything());
});

/** What a run of a verb is known by. */
async function keysOf(command: Verb, args: readonly string[]): Promise<string> {
  seen.wanted = undefined;
  await run(command, args);
  expect(seen.wanted!.length).toBeGreaterThan(0);
  return seen.wanted!.join();
}

const sweep = (spec: string) => ["logistic", "--data", spec, "--over", "C=1,2", "--sets", "2", "--out", at("none")];
const poison = (spec: string) => [
  "logistic",
  "--train",
  spec,
  "--validation",
  spec,
  "--points",
  "1",
  "--allow-overlap",
  "--out",
  at("none.npz"),
];

it.each(Object.entries(readings))("sweep and poison are known by another key for each value of %s", async (_, each) => {
  for (const [command, args] of [
    [sweepCommand, sweep],
    [poisonCommand, poison],
  ] as const) {
    const keys: string[] = [];
    for (const [spec, options] of each) keys.push(await keysOf(command, [...args(spec), ...flags(options)]));
    expect(new Set(keys).size).toBe(each.length);
  }
});

const csv = (rows: number, from = 0) =>
  "a,b,c,y\n" +
  `${Array.from({ length: rows }, (_, i) => `${Math.sin(i + from)},${i === 3 ? "-" : Math.cos(3 * i + from)},${1000 * Math.sin(5 * i)},${"klm"[i % 3]}`).join("\n")}\n`;
const data = write("data.csv", csv(60));
const other = write("other.csv", csv(30, 1));
const base = ["--na", "-", "--missing", "0.25"];

/** For each flag of a verb that is about rows, features or how they are measured, what makes another question. */
const changes: readonly (readonly [string, Verb, readonly string[], readonly (readonly string[])[]])[] = [
  [
    "audit",
    auditCommand,
    ["--target", model, "--data", data, "--drop", "c", ...base, "--out", at("none")],
    [
      ["--data", other],
      ["--train", other],
      ["--drop", "b"],
      ["--missing", "0.5"],
      ["--na=-,0"],
      ["--box=-2,2"],
      ["--points", "5"],
      ["--surrogate-fraction", "0.5"],
      ["--surrogates", "ridge"],
      ["--labels", "target"],
      ["--normalize", "0.1,2"],
      ["--scaling", "none"],
      ["--units", "features"],
      ["--norm", "linf"],
      ["--epsilon", "0.123"],
      ["--seed", "1"],
    ],
  ],
  [
    "sweep",
    sweepCommand,
    [...sweep(data), ...base],
    [
      ["--data", other],
      ["--points", "5"],
      ["--scaling", "none"],
      ["--units", "features"],
      ["--norm", "linf"],
      ["--epsilon", "0.123"],
      ["--seed", "1"],
    ],
  ],
  [
    "poison",
    poisonCommand,
    [...poison(data), ...base],
    [
      ["--train", other],
      ["--validation", other],
      ["--scaling", "none"],
      ["--seed", "1"],
    ],
  ],
];

it.each(changes)("each choice makes another question of %s", async (_, command, args, each) => {
  const keys = [await keysOf(command, args)];
  for (const change of each) keys.push(await keysOf(command, [...args, ...change]));
  const same = each.filter((_, i) => keys.indexOf(keys[i + 1]) !== i + 1);
  expect(same).toEqual([]);
  expect(await keysOf(command, args)).toBe(keys[0]);
});
