// Shape arithmetic of exported classifiers: what is inferred with a symbolic batch is what the runtime computes.

import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/onnx/builder.ts";
import type { Dim } from "../../src/onnx/dim.ts";
import { readModel } from "../../src/onnx/proto.ts";
import { upgrade } from "../../src/onnx/upgrade.ts";
import { contentOf } from "../../src/onnx/valueType.ts";
import { sizeOf } from "../../src/tensor.ts";
import { run } from "../runtime.ts";

const BATCH = 3;
const folder = new URL("../../../../fixtures/onnx/exported/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".onnx.gz"));

/** The number that a dimension is with the batch bound; undefined where nothing is known of it. */
function bind(dim: Dim): number | undefined {
  if (typeof dim === "number") return dim;
  const parts = dim.split("*").map((part) => (part === "N" ? BATCH : Number(part)));
  return parts.some(Number.isNaN) ? undefined : parts.reduce((product, part) => product * part, 1);
}

test.each(files)("%s: every shape is known but for the batch, every followed number is right", async (file) => {
  const { graph } = upgrade(readModel(gunzipSync(readFileSync(new URL(file, folder)))));
  const g = GraphBuilder.from(graph);
  const [{ name, shape }] = graph.inputs;
  const sizes = shape!.map((dim) => bind(dim)!);
  const x = { type: "float32", shape: sizes, data: new Array<number>(sizeOf(sizes)).fill(0.5) } as const;
  const values = graph.nodes.flatMap(({ outputs }) => outputs).filter((output) => output !== "");
  const computed = await run(g.graph(values), { [name]: x }, { optimize: false });
  const unknown: string[] = [];
  const wrong: string[] = [];
  let followed = 0;
  for (const value of values) {
    const type = g.type(value);
    const actual = computed[value];
    const inferred = type.shape.map(bind);
    if (inferred.includes(undefined)) unknown.push(`${value} [${type.shape}]`);
    if (inferred.some((size, i) => size !== undefined && size !== actual.shape[i]))
      wrong.push(`${value} [${type.shape}]`);
    if (type.type !== actual.type || inferred.length !== actual.shape.length) wrong.push(value);
    const content = contentOf(type)?.map(bind);
    content?.forEach((entry, i) => {
      if (entry === undefined) return;
      followed++;
      if (Math.abs(entry - actual.data[i]) > 1e-6 * Math.abs(entry)) wrong.push(`${value}: ${type.content}`);
    });
  }
  expect(wrong).toEqual([]);
  expect(unknown).toEqual([]);
  // The vision transformers compute their shapes, the convolutional networks hardly.
  if (/vit|swin/.test(file)) expect(followed).toBeGreaterThan(20);
});
