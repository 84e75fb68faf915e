// Scores of sparse rows: from slopes where they are affine, within the rounding of float32 of the runtime's; else the
// runtime's own.

import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { type Dataset, dataset } from "../data/dataset.ts";
import { type SparseRows, sparseFromDense } from "../data/sparse.ts";
import { GraphBuilder, modelOf as onnxOf } from "../onnx/builder.ts";
import { type Stream, stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { modelFromGraph } from "./model.ts";
import { openModel } from "./open.ts";
import { runtimeFrom } from "./runtime.ts";
import { scoreRows } from "./scoreRows.ts";

const runtime = runtimeFrom(ort);

/** Half of the distance between 1 and the next float32. */
const UNIT = 2 ** -24;

const normals = (random: Stream, length: number, scale = 1) =>
  Float32Array.from({ length }, () => scale * random.normal());

function sparseData(random: Stream, n: number, columns: number): Dataset {
  const values = normals(random, n * columns).map((value) => (random.uniform() < 0.9 ? 0 : value));
  const labels = Int32Array.from({ length: n }, (_, i) => i % 2);
  return dataset({ features: sparseFromDense(tensor("float32", [n, columns], values)), labels });
}

/** (x - shift) * scale, once or twice through weights, with a bias; and what each score sums up in absolute values. */
function randomAffine(random: Stream, columns: number) {
  const classes = 2 + random.integer(4);
  const [shift, scale] = [normals(random, columns, random.uniform() < 0.5 ? 0 : 1), normals(random, columns)];
  const isDeep = random.uniform() < 0.5;
  const hidden = isDeep ? 1 + random.integer(5) : classes;
  const [first, bias] = [normals(random, columns * hidden), normals(random, hidden)];
  const second = normals(random, hidden * classes);
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", columns]);
  const constant = (name: string, shape: number[], data: Float32Array) =>
    g.initializer(name, tensor("float32", shape, data));
  const moved = g.node("Mul", [
    g.node("Sub", [x, constant("shift", [columns], shift)]),
    constant("scale", [columns], scale),
  ]);
  const weighed = g.node("Gemm", [moved, constant("first", [columns, hidden], first), constant("b", [hidden], bias)]);
  const scores = isDeep ? g.node("MatMul", [weighed, constant("second", [hidden, classes], second)]) : weighed;
  g.output(scores, "scores");
  const sizeOf = (row: ArrayLike<number>, k: number) => {
    const inner = Array.from({ length: hidden }, (_, h) => {
      let sum = Math.abs(bias[h]);
      for (let j = 0; j < columns; j++) {
        sum += (Math.abs(row[j]) + Math.abs(shift[j])) * Math.abs(scale[j] * first[j * hidden + h]);
      }
      return sum;
    });
    return isDeep ? inner.reduce((sum, value, h) => sum + value * Math.abs(second[h * classes + k]), 0) : inner[k];
  };
  return { model: modelFromGraph(onnxOf(g.graph())), classes, terms: columns + hidden + 4, sizeOf };
}

/** What the model says of the rows where nothing is known of its slopes. */
async function bothWays(model: ReturnType<typeof modelFromGraph>, data: Dataset) {
  const opened = await openModel(runtime, model);
  const found = await scoreRows(opened, data);
  const own = await scoreRows({ scores: opened.scores, classes: opened.classes }, data);
  await opened.close();
  return { found, own, hasSlopes: opened.slopes !== undefined };
}

test("random affine models: within what float32 sums of the same terms may be off", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = stream(seed, "affine scores");
    const columns = 1 + random.integer(300);
    const data = sparseData(random, 1 + random.integer(40), columns);
    const { model, classes, terms, sizeOf } = randomAffine(random, columns);
    const { found, own, hasSlopes } = await bothWays(model, data);
    expect(hasSlopes).toBe(true);
    expect([found.type, found.shape]).toEqual([own.type, own.shape]);
    const { start, index, value } = data.features as SparseRows;
    for (let i = 0; i < own.shape[0]; i++) {
      const row = new Float64Array(columns);
      for (let k = start[i]; k < start[i + 1]; k++) row[index[k]] = value[k];
      for (let k = 0; k < classes; k++) {
        // Each of the two is off by less than (number of roundings) units of the sum of absolute values.
        const bound = 2 * terms * UNIT * sizeOf(row, k);
        expect(Math.abs(found.data[i * classes + k] - own.data[i * classes + k])).toBeLessThanOrEqual(bound);
      }
    }
  }
});

test("they are sums in float64, rounded once", async () => {
  const g = new GraphBuilder();
  const weights = tensor("float32", [3, 2], [2 ** 24, 0, 1, 1, -(2 ** 24), 0]);
  g.output(g.node("MatMul", [g.input("x", "float32", ["N", 3]), g.initializer("w", weights)]), "scores");
  const features = sparseFromDense(tensor("float32", [2, 3], [1, 1, 1, 0, 0, 1]));
  const data = dataset({ features, labels: [0, 1] });
  const { found } = await bothWays(modelFromGraph(onnxOf(g.graph())), data);
  expect([...found.data]).toEqual([1, 1, -(2 ** 24), 0]);
});

test("what is not affine is asked of the model, to the bit", async () => {
  const random = stream(1, "no slopes");
  const data = sparseData(random, 30, 50);
  const g = new GraphBuilder();
  const w = g.initializer("w", tensor("float32", [50, 3], normals(random, 150)));
  const weighed = g.node("MatMul", [g.input("x", "float32", ["N", 50]), w]);
  const others = { Relu: {}, Softmax: { axis: { int: 1 } }, Floor: {} };
  for (const [op, attributes] of Object.entries(others)) {
    const graph = GraphBuilder.from(g.graph());
    graph.output(graph.node(op, [weighed], attributes), "scores");
    const { found, own, hasSlopes } = await bothWays(modelFromGraph(onnxOf(graph.graph())), data);
    expect(hasSlopes).toBe(false);
    expect(found).toEqual(own);
  }
});

test("slopes that some rows contradict are not believed", async () => {
  const data = sparseData(stream(2, "contradicted"), 200, 40);
  const { model } = randomAffine(stream(3, "contradicted"), 40);
  const opened = await openModel(runtime, model);
  const own = await scoreRows({ scores: opened.scores, classes: opened.classes }, data);
  const slopes = await opened.slopes!();
  const weights = slopes.weights.map((each) => each.map((weight) => 1.01 * weight));
  expect(await scoreRows({ ...opened, slopes: async () => ({ ...slopes, weights }) }, data)).toEqual(own);
  const infinite = slopes.weights.map((each) => each.map((weight, j) => (j === 0 ? Number.NaN : weight)));
  expect(await scoreRows({ ...opened, slopes: async () => ({ ...slopes, weights: infinite }) }, data)).toEqual(own);
  await opened.close();
});
