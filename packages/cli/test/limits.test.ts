// A model that computes without end, or asks for memory without end, ends a command with one sentence that says what to
// set; and where the command is gone, so is whoever computes for it.

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Tensor, tensor, writeModel } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { type Graph, modelOf, type Node } from "@carom/core/onnx";
import { describe, expect, it } from "vitest";
import { carom, contentOf, points, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const data = join(folder, "data.npz");
writeFileSync(data, pointsFile(24));
const integer = (value: bigint) => tensor("int64", [], new BigInt64Array([value]));

/** Rows go through nodes on their way to the scores; nobody checks them, since no sound graph has them. */
function modelThrough(nodes: readonly Node[], constants: Readonly<Record<string, Tensor>>): Uint8Array {
  const rows = { type: "float32", shape: ["N", 4] } as const;
  const initializers = new Map(
    Object.entries({ ...constants, w: tensor("float32", [4, 2], [1, 0, 0, 1, 1, 0, 0, 1]) }),
  );
  const scores = { op: "MatMul", domain: "", name: "m", inputs: ["through", "w"], outputs: ["scores"], attributes: {} };
  return writeModel(
    modelOf({
      name: "g",
      inputs: [{ name: "x", ...rows }],
      outputs: [{ name: "scores", type: "float32", shape: ["N", 2] }],
      initializers,
      nodes: [...nodes, scores],
    }),
  );
}
const node = (op: string, inputs: readonly string[], output: string, attributes: Node["attributes"] = {}): Node => ({
  ...{ op, domain: "", name: output, inputs, outputs: [output], attributes },
});
/** The nought that nobody knows before there are rows: their integers minus themselves. */
const unknown = [
  node("Cast", ["x"], "whole", { to: { int: 7 } }),
  node("Sub", ["whole", "whole"], "noughts"),
  node("ReduceMax", ["noughts"], "nought", { keepdims: { int: 0 } }),
];

const body: Graph = {
  name: "round",
  inputs: [
    { name: "round", type: "int64", shape: [] },
    { name: "going", type: "bool", shape: [] },
    { name: "value", type: "float32", shape: ["N", 4] },
  ],
  outputs: [
    { name: "still", type: "bool", shape: [] },
    { name: "next", type: "float32", shape: ["N", 4] },
  ],
  initializers: new Map([["one", tensor("float32", [], [1])]]),
  nodes: [node("Identity", ["going"], "still"), node("Add", ["value", "one"], "next")],
};
/** Goes round as often as `count` says, which nodes compute from the rows and from more rounds than end. */
const endlessModel = (counting: readonly Node[]) =>
  modelThrough([...counting, node("Loop", ["count", "yes", "x"], "through", { body: { graph: body } })], {
    rounds: integer(2n ** 62n),
    yes: tensor("bool", [], new Uint8Array([1])),
  });
const endless = join(folder, "endless.onnx");
writeFileSync(endless, endlessModel([...unknown, node("Add", ["rounds", "nought"], "count")]));
const huge = join(folder, "huge.onnx");
writeFileSync(
  huge,
  modelThrough(
    [
      ...unknown,
      node("Unsqueeze", ["nought", "first"], "noughtList"),
      node("Add", ["size", "noughtList"], "sizes"),
      node("ConstantOfShape", ["sizes"], "filled"),
      node("ReduceSum", ["filled"], "sum", { keepdims: { int: 0 } }),
      node("Add", ["x", "sum"], "through"),
    ],
    {
      size: tensor("int64", [1], new BigInt64Array([10n ** 9n])),
      first: tensor("int64", [1], new BigInt64Array([0n])),
    },
  ),
);
const limited = { CAROM_MODEL_SECONDS: "1" };

const verbs = (model: string) => [
  ["score", "--model", model, "--data", data],
  ["inspect", model, "--data", data],
  ["audit", "--target", model, "--data", data, "--epsilon", "0.1", "--out", join(folder, "run")],
];

it.each(verbs(endless))("time: %s", async (...args) => {
  const { status, stdout, stderr } = await carom(args, { env: limited });
  expect(stderr).toBe(
    "carom: invalid model endless.onnx: expected computations that end within 1 s of processor time, got one that " +
      "goes on; give fewer rows, or set CAROM_MODEL_SECONDS to more seconds if it takes that long\n",
  );
  expect([status, stdout]).toEqual([2, ""]);
  expect(contentOf(folder)).toEqual(["data.npz", "endless.onnx", "huge.onnx"]);
});

it.each(verbs(huge))("memory: %s", async (...args) => {
  const { status, stdout, stderr } = await carom(args, { env: { CAROM_MEMORY: "1" } });
  expect(stderr).toBe(
    "carom: invalid model huge.onnx: expected work within 1 GB of memory, got a process that takes more; " +
      "give fewer rows (--points) or workers (--workers 1), or set CAROM_MEMORY to more gigabytes\n",
  );
  expect([status, stdout]).toEqual([2, ""]);
});

/** Rows of noughts and ones, and a model that is done with them at once and never with any other: crafted ones. */
function trap(): { readonly args: readonly string[]; readonly place: string } {
  const place = temporaryFolder();
  const [rows, model] = ["rows.npz", "model.onnx"].map((name) => join(place, name));
  const { x, y } = points(64);
  writeFileSync(rows, writeNpz({ x: { ...x, data: x.data.map(Math.round) }, y }));
  const away = [
    node("Round", ["x"], "rounded"),
    node("Sub", ["x", "rounded"], "signed"),
    node("Abs", ["signed"], "away"),
    node("ReduceMax", ["away"], "most", { keepdims: { int: 0 } }),
    node("Ceil", ["most"], "any"),
    node("Cast", ["any"], "isAny", { to: { int: 7 } }),
    node("Mul", ["isAny", "rounds"], "count"),
  ];
  writeFileSync(model, endlessModel(away));
  const asked = ["--surrogates", "ridge", "--points", "10", "--epsilon", "0.4", "--workers", "1", "--quiet"];
  return { place, args: ["audit", "--target", model, "--data", rows, ...asked, "--out", join(place, "run")] };
}

it("time: of workers", async () => {
  const { status, stdout, stderr } = await carom(trap().args, { env: limited });
  expect(stderr).toMatch(
    /^carom: invalid task "judging points of [^"]+": expected computations that end within 1 s of processor time, got/m,
  );
  expect([status, stdout]).toEqual([2, ""]);
});

describe.runIf(process.platform === "linux")("in the middle of a computation, nobody computes on", () => {
  const main = fileURLToPath(new URL("../bin/carom.js", import.meta.url));
  const read = (file: string) => {
    try {
      return readFileSync(`/proc/${file}`, "utf8");
    } catch {
      return "";
    }
  };
  const familyOf = (pid: number): number[] => {
    const children = read(`${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
    return [pid, ...children.flatMap(familyOf)];
  };
  const statOf = (pid: number) =>
    read(`${pid}/stat`)
      .replace(/^.*\) /s, "")
      .split(" ");
  const lives = (pid: number) => !["", "Z", "X"].includes(statOf(pid)[0]);
  /** Hundredths of a second of the processor. */
  const spentBy = (pid: number) => Number(statOf(pid)[11]);

  it.each([
    ["whom the user started", 0],
    ["that commands", 1],
  ])("once the process is killed %s", async (_, victim) => {
    const { args, place } = trap();
    const run = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, CAROM_STORE: join(place, "store") },
      stdio: "ignore",
    });
    const workers = () => familyOf(run.pid!).slice(2);
    // No other task of theirs takes so long.
    while (!workers().some((pid) => spentBy(pid) > 300)) {
      expect(run.exitCode).toBe(null);
      await after(100);
    }
    const all = familyOf(run.pid!);
    expect(all.length).toBeGreaterThan(2);
    process.kill(all[victim], "SIGKILL");
    const killed = performance.now();
    while (all.some(lives)) {
      expect(performance.now() - killed).toBeLessThan(20_000);
      await after(100);
    }
  });
});

it("time: gradients take it where scores do not", async () => {
  // The runtime's passes over a gradient this deep take a quarter of a minute, and over the scores a tenth of a second.
  const deep = join(temporaryFolder(), "deep.onnx");
  const names = Array.from({ length: 2001 }, (_, i) => ({ 0: "x", 2000: "through" })[i] ?? `layer${i}`);
  writeFileSync(
    deep,
    modelThrough(
      names.slice(1).map((name, i) => node("Relu", [names[i]], name)),
      {},
    ),
  );
  const { status, stderr } = await carom(["inspect", deep, "--data", data], { env: limited });
  expect(stderr).toMatch(
    /invalid model deep\.onnx: expected computations that end within 1 s of processor time, got one/,
  );
  expect(status).toBe(2);
});

it("a limit that is none is refused", async () => {
  const { status, stderr } = await carom(["score", "--model", endless, "--data", data], {
    env: { CAROM_MEMORY: "much" },
  });
  expect([status, stderr]).toEqual([
    2,
    'carom: invalid environment variable CAROM_MEMORY: expected a positive number, got "much"; unset it, or give one\n',
  ]);
});

it("a limit of files is told with the name that raises it", async () => {
  const table = join(temporaryFolder(), "t.csv");
  writeFileSync(table, `a,class\n${Array.from({ length: 12 }, (_, i) => `${i / 2},${i % 6}`).join("\n")}\n`);
  const read = (CAROM_LIMITS: string) => carom(["data", "info", table], { env: { CAROM_LIMITS } });
  const { status, stderr } = await read("classes=5");
  expect(stderr).toMatch(
    /^carom: unsupported labels of t\.csv: expected at most 5 classes, got .*CAROM_LIMITS=classes=10\n$/,
  );
  expect(status).toBe(2);
  expect((await read("classes=6")).status).toBe(0);
  expect((await read("clases=6")).stderr).toMatch(/^carom: unknown limit in CAROM_LIMITS "clases".*"classes"\?\n$/);
});
