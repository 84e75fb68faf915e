import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { type Dataset, dataset } from "../data/dataset.ts";
import { sparseFromDense } from "../data/sparse.ts";
import { modelFromGraph } from "../models/model.ts";
import { openModel } from "../models/open.ts";
import { runtimeFrom } from "../models/runtime.ts";
import { stream } from "../random.ts";
import { type Tensor, tensor, toNumbers } from "../tensor.ts";
import { forest } from "./forest.ts";
import { growTree, type Tree } from "./trees/tree.ts";
import { treeColumns } from "./trees/treeColumns.ts";
import { splitSearch } from "./trees/treeSplit.ts";

const runtime = runtimeFrom(ort);

/** n rows of d features with the given number of distinct values, and labels that depend on two of them. */
function table(seed: number, n: number, d: number, distinct: number, classes = 3): Dataset {
  const random = stream(seed, "table");
  const data = Float32Array.from({ length: n * d }, () =>
    random.uniform() < 0.4 ? 0 : random.integer(distinct) / distinct,
  );
  const labels = Array.from({ length: n }, (_, i) =>
    Math.min(classes - 1, Math.floor(classes * (0.6 * data[i * d] + 0.3 * data[i * d + 1] + 0.2 * random.uniform()))),
  );
  return dataset({ features: tensor("float32", [n, d], data), labels });
}

const everyRow = (data: Dataset) => new Float64Array(data.labels.length).fill(1);

function grow(data: Dataset, options: { depth?: number; weights?: Float64Array; features?: number } = {}): Tree {
  const columns = treeColumns(data);
  const { depth = Number.POSITIVE_INFINITY, weights = everyRow(data), features = columns.columns } = options;
  const search = splitSearch(columns, data.labels, data.classNames.length);
  const tree = growTree(search, weights, { depth, features, random: stream(0, "tree") });
  search.release();
  return tree;
}

/** The weighted Gini impurity, summed over the two sides of a split. */
function impurity(data: Dataset, weights: Float64Array, isLeft: (row: number) => boolean): number {
  const sides = [0, 1].map(() => new Float64Array(data.classNames.length));
  data.labels.forEach((label, row) => {
    sides[Number(isLeft(row))][label] += weights[row];
  });
  return sides.reduce((sum, masses) => {
    const total = masses.reduce((a, b) => a + b, 0);
    return sum + (total === 0 ? 0 : total - masses.reduce((a, b) => a + b * b, 0) / total);
  }, 0);
}

describe("growTree", () => {
  test.each([
    [3, "counted codes"],
    [1000, "sorted codes"],
  ])("the root of %i distinct values (%s) is the best of all splits, by exhaustion", (distinct) => {
    for (let seed = 0; seed < 10; seed++) {
      const data = table(seed, 40, 4, distinct);
      const x = (data.features as Tensor<"float32">).data;
      const random = stream(seed, "weights");
      const weights = Float64Array.from({ length: 40 }, () => random.integer(4) * 0.75);
      const tree = grow(data, { depth: 1, weights });
      const of = (feature: number, threshold: number) =>
        impurity(data, weights, (row) => x[4 * row + feature] <= threshold);
      const least = Math.min(...Array.from(x, (value, i) => of(i % 4, value)));
      expect(of(tree.feature[0], tree.threshold[0])).toBeCloseTo(least, 9);
    }
  });

  test("thresholds are midpoints of neighbouring values, and a full tree knows its training rows", () => {
    const data = table(1, 200, 6, 50);
    const x = (data.features as Tensor<"float32">).data;
    const tree = grow(data);
    const values = [...new Set(x)].sort((a, b) => a - b);
    const [feature, threshold] = [tree.feature[0], tree.threshold[0]];
    const column = values.filter((value) => x.some((each, i) => i % 6 === feature && each === value));
    const below = column.findLast((value) => value <= threshold)!;
    const above = column.find((value) => value > threshold)!;
    expect(threshold).toBe(Math.fround(below / 2 + above / 2));
    for (let row = 0; row < 200; row++) {
      let node = 0;
      while (tree.feature[node] >= 0) {
        node = x[6 * row + tree.feature[node]] <= tree.threshold[node] ? tree.left[node] : tree.right[node];
      }
      expect(tree.shares[3 * node + data.labels[row]]).toBe(1);
    }
  });

  test("neighbouring floats are told apart", () => {
    const next = new Float32Array(new Int32Array([new Int32Array(new Float32Array([0.1]).buffer)[0] + 1]).buffer)[0];
    const features = tensor("float32", [4, 1], Float32Array.of(0.1, next, 0.1, next));
    const tree = grow(dataset({ features, labels: [0, 1, 0, 1] }));
    expect([tree.feature.length, tree.threshold[0]]).toEqual([3, Math.fround(0.1)]);
  });

  test("a row of weight 2 counts as two rows", () => {
    const data = table(2, 60, 5, 7);
    const rows = Array.from({ length: 90 }, (_, i) => i % 60);
    const x = (data.features as Tensor<"float32">).data;
    const twice = dataset({
      features: tensor("float32", [90, 5], Float32Array.from(rows.flatMap((r) => [...x.subarray(5 * r, 5 * r + 5)]))),
      labels: rows.map((row) => data.labels[row]),
      classNames: data.classNames,
    });
    const weights = Float64Array.from({ length: 60 }, (_, row) => (row < 30 ? 2 : 1));
    expect(grow(data, { weights })).toEqual(grow(twice));
  });

  test("features that are constant do not use up the draw", () => {
    const columns = 50;
    const data = new Float32Array(20 * columns);
    for (let row = 0; row < 20; row++) data[row * columns + 37] = row % 2;
    const labels = Array.from({ length: 20 }, (_, row) => row % 2);
    const tree = grow(dataset({ features: tensor("float32", [20, columns], data), labels }), { features: 1 });
    expect([...tree.feature]).toEqual([37, -1, -1]);
  });
});

describe("forest", () => {
  const scores = async (data: Dataset, trees: number, x = data.features) => {
    const { model } = await forest.fit(
      data,
      { trees, depth: null, balanced: false },
      { runtime, random: (label) => stream(3, "fit", label) },
    );
    const opened = await openModel(runtime, modelFromGraph(model));
    return { model, values: toNumbers(await opened.scores(x as Tensor)) };
  };

  test("scores are mean shares of the leaves, bit for bit what the comparisons in training say", async () => {
    const data = table(4, 150, 9, 200);
    const { values } = await scores(data, 1);
    // One tree: rows in the bootstrap sample have the share of their leaf, which is pure.
    const known = data.labels.reduce((count, label, i) => count + Number(values[3 * i + label] === 1), 0);
    expect(known / 150).toBeGreaterThan(0.632);
    const many = (await scores(data, 20)).values;
    for (let i = 0; i < 150; i++) expect(many[3 * i] + many[3 * i + 1] + many[3 * i + 2]).toBeCloseTo(1, 5);
  });

  test("adding trees leaves those before as they are", async () => {
    const data = table(5, 100, 9, 5);
    const ids = async (trees: number) => (await scores(data, trees)).model.graph.nodes[0].attributes;
    const [few, more] = [await ids(3), await ids(5)];
    const features = (attributes: typeof few) => (attributes.nodes_featureids as { ints: readonly number[] }).ints;
    expect(features(more).slice(0, features(few).length)).toEqual(features(few));
  });

  test.each([2, 300])("the same forest from sparse rows, %i distinct values", async (distinct) => {
    const data = table(6, 120, 12, distinct);
    const sparse = { ...data, features: sparseFromDense(data.features as never) };
    const [a, b] = [await scores(data, 5), await scores(sparse, 5, data.features)];
    expect(b.values).toEqual(a.values);
  });
});
