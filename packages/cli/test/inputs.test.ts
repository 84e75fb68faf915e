// Models of several inputs, of whole numbers and of open sizes, as a user attacks them.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stream, tensor, writeModel } from "@carom/core";
import { openNpz, writeNpz } from "@carom/core/data";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
import { expect, it } from "vitest";
import { carom, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const N = 60;
const LENGTH = 5;
const WIDTH = 3;

/** Scores from the sum of the embeddings of some tokens, each of which a mask counts or not. */
function text(): Uint8Array {
  const random = stream(4, "table");
  const g = new GraphBuilder();
  const ids = g.input("ids", "int64", ["N", "length"]);
  const mask = g.input("mask", "int64", ["N", "length"]);
  const entries = Array.from({ length: 20 * WIDTH }, () => random.normal());
  const table = g.constant(tensor("float32", [20, WIDTH], entries));
  const embedded = g.node("Gather", [table, ids], { axis: { int: 0 } });
  const weight = g.node("Unsqueeze", [g.node("Cast", [mask], { to: { int: 1 } }), g.ints([2])]);
  const sum = g.node("ReduceSum", [g.node("Mul", [embedded, weight]), g.ints([1])], { keepdims: { int: 0 } });
  g.output(g.node("MatMul", [sum, g.constant(tensor("float32", [WIDTH, 2], [1, -1, 2, -2, -1, 1]))]), "scores");
  const graph = g.graph();
  const nodes = graph.nodes.map((node) =>
    node.op === "Gather" ? { ...node, outputs: ["embedded"] } : { ...node, inputs: node.inputs.map(renamed(embedded)) },
  );
  return writeModel(modelOf({ ...graph, nodes }));
}

const renamed = (from: string) => (name: string) => (name === from ? "embedded" : name);

/** The same rows as an array for each input, under its name, in another order. */
function apart(): Uint8Array {
  const file = openNpz(rows());
  const x = file.read("x").data as Float32Array;
  const half = (from: number) =>
    tensor(
      "float32",
      [N, LENGTH],
      Array.from({ length: N * LENGTH }, (_, i) => x[2 * i - (i % LENGTH) + from]),
    );
  return writeNpz({ mask: half(LENGTH), ids: half(0), y: file.read("y") });
}

function rows(): Uint8Array {
  const random = stream(4, "rows");
  const whole = (most: number) => Math.floor(most * random.uniform());
  const each = () => [
    ...Array.from({ length: LENGTH }, () => whole(20)),
    ...Array.from({ length: LENGTH }, () => whole(2)),
  ];
  const x = Float32Array.from(Array.from({ length: N }, each).flat());
  const y = Int32Array.from({ length: N }, (_, i) => i % 2);
  return writeNpz({ x: tensor("float32", [N, 2 * LENGTH], x), y: tensor("int32", [N], y) });
}

it("attacks an embedding, within the budget there, and leaves the mask as it is", async () => {
  writeFileSync(at("text.onnx"), text());
  writeFileSync(at("rows.npz"), rows());
  writeFileSync(at("arrays.npz"), apart());
  const model = ["--model", at("text.onnx"), "--data", at("rows.npz"), "--input-shape", `length=${LENGTH}`];
  const refused = await carom(["evade", ...model, "--epsilon", "1", "--out", at("none.npz")]);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(/^carom: unsupported model to attack: .*--attack-at embedded/);
  const inside = [...model, "--attack-at", "embedded", "--epsilon", "1", "--out", at("inside.npz"), "--json"];
  const attacked = await carom(["evade", ...inside]);
  expect([attacked.status, attacked.stderr.replace(/^ *\d+ % .*\n/gm, "")]).toEqual([0, ""]);
  const { cleanError, budgets } = JSON.parse(attacked.stdout);
  expect(budgets[0].errorUnderAttack.estimate).toBeGreaterThan(cleanError.estimate + 0.2);
  const arrays = openNpz(readFileSync(at("inside.npz")));
  expect(arrays.read("x").shape).toEqual([N, LENGTH * WIDTH + LENGTH]);
  const given = openNpz(rows()).read("x").data as Float32Array;
  const points = arrays.read("x").data as Float32Array;
  const masks = (data: Float32Array, width: number) =>
    Array.from({ length: N }, (_, i) => [...data.subarray((i + 1) * width - LENGTH, (i + 1) * width)]);
  expect(masks(points, LENGTH * WIDTH + LENGTH)).toEqual(masks(given, 2 * LENGTH));
  const score = async (data: string) => {
    const options = ["--model", at("text.onnx"), "--data", at(data), "--input-shape", `length=${LENGTH}`];
    const { stdout } = await carom(["score", ...options, "--out", at(`${data}.npy`), "--json"]);
    expect(JSON.parse(stdout).error.n).toBe(N);
    return readFileSync(at(`${data}.npy`));
  };
  expect(await score("arrays.npz")).toEqual(await score("rows.npz"));
});
