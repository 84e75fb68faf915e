// Classifiers as PyTorch's exporters write them: loss gradients against autograd in float64, fixtures/onnx/export.py.

import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { modelFromBytes } from "../../src/models/model.ts";
import { openModel } from "../../src/models/open.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { sizeOf, tensor } from "../../src/tensor.ts";

interface Golden {
  shape: readonly number[];
  scores: readonly (readonly number[])[];
  loss: number;
  gradient: { norm: number; projections: readonly number[]; entries: readonly number[] };
}

const folder = new URL("../../../../fixtures/onnx/exported/", import.meta.url);
const golden: Record<string, Golden> = JSON.parse(readFileSync(new URL("golden.json", folder), "utf8")).networks;
const files = readdirSync(folder).filter((name) => name.endsWith(".onnx.gz"));

/** The formula of export.py: numbers in [-1, 1). All products stay below 2^53. */
function pattern(size: number, key: number): number[] {
  return Array.from({ length: size }, (_, i) => ((7919 * i * i + 4729 * i + 1013 * key) % 10007) * (2 / 10007) - 1);
}

const norm = (values: readonly number[]) => Math.hypot(...values);

/** The largest disagreement of a gradient with its summary, relative to its norm. */
function disagreement(data: readonly number[], expected: Golden["gradient"]): number {
  const errors = [norm(data) - expected.norm];
  expected.projections.forEach((projection, i) => {
    const direction = pattern(data.length, 1001 + i);
    errors.push(data.reduce((sum, value, j) => sum + value * direction[j], 0) / norm(direction) - projection);
  });
  expected.entries.forEach((entry, k) => {
    errors.push(data[(97 * k * k + 13 * k) % data.length] - entry);
  });
  return Math.max(...errors.map(Math.abs)) / expected.norm;
}

test("every architecture is there as both exporters write it", () => {
  const architectures = Object.keys(golden).filter((name) => name !== "swinTinyV2");
  const missing = architectures.flatMap((name) =>
    ["script", "dynamo"].filter((exporter) => !files.some((file) => file.startsWith(`${name}.${exporter}`))),
  );
  expect(architectures).toHaveLength(6);
  expect(missing).toEqual([]);
});

describe.each(files)("%s", (file) => {
  const { shape, scores, loss, gradient } = golden[file.split(".")[0]];

  test("scores and loss gradient of PyTorch within 1e-4 of their norm", async () => {
    const model = await openModel(runtimeFrom(ort), modelFromBytes(gunzipSync(readFileSync(new URL(file, folder)))));
    const data = Float32Array.from(pattern(sizeOf(shape), 900), (value) => value / 2 + 0.5);
    const x = tensor("float32", shape, data);
    const labels = Int32Array.from({ length: shape[0] }, (_, i) => i);
    expect(model.notDifferentiable).toBeUndefined();
    const result = await model.differentiable!.inputGradient("crossEntropy", x, labels);
    const difference = Array.from(result.scores.data, (value, i) => value - scores.flat()[i]);
    expect(norm(difference) / norm(scores.flat())).toBeLessThan(1e-4);
    expect(result.gradient.shape).toEqual(shape);
    expect(disagreement(Array.from(result.gradient.data), gradient)).toBeLessThan(1e-4);
    expect(loss).toBeGreaterThan(0);
    await model.close();
  });
});
