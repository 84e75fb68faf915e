// Trees against ONNX Runtime: every classifier that scikit-learn exports, and random ensembles of every kind of branch.

import { readdirSync, readFileSync } from "node:fs";
import { modelFromBytes, openModel, runtimeFrom, type Stream, stream, tensor } from "@carom/core";
import { type Graph, modelOf, type Node, writeModel } from "@carom/core/onnx";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { kernelRuntime } from "./runtime.ts";

const [own, reference] = [kernelRuntime(), runtimeFrom(ort)];
const folder = new URL("../../../../fixtures/onnx/classifiers/", import.meta.url);
const exported = readdirSync(folder).filter((name) => name.endsWith(".onnx"));

/** The largest difference of scores of the same rows, relative where scores are large. */
async function difference(bytes: Uint8Array, random: Stream): Promise<number> {
  const [expected, got] = [
    await openModel(reference, modelFromBytes(bytes)),
    await openModel(own, modelFromBytes(bytes)),
  ];
  const size = expected.inputShape.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: 40 * size }, () => 8 * random.uniform());
  const x = tensor("float32", [40, ...expected.inputShape], values);
  const [a, b] = [(await expected.scores(x)).data, (await got.scores(x)).data];
  return Array.from(a).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - b[i]) / Math.max(1, Math.abs(value))),
    0,
  );
}

test("scikit-learn's classifiers, forests and boosted trees among them, score as ONNX Runtime has it", async () => {
  expect(exported.length).toBeGreaterThan(80);
  for (const name of exported) {
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
    expect(await difference(bytes, stream(0, "trees", name)), name).toBeLessThan(1e-5);
  }
});

const modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT", "BRANCH_GTE"];

/** Trees of random shape over four features. */
function randomTrees(random: Stream, columns: number, only: number | undefined, transform: string): Graph {
  const node: Record<string, number[]> = {
    treeids: [],
    nodeids: [],
    featureids: [],
    truenodeids: [],
    falsenodeids: [],
  };
  const [values, kinds, leaves]: [number[], string[], (readonly [number, number, number, number])[]] = [[], [], []];
  for (let tree = 0; tree < 3; tree++) {
    let next = 1;
    const grow = (id: number, depth: number): void => {
      const isLeaf = depth === 0 || (depth < 3 && random.uniform() < 0.3);
      const [yes, no] = isLeaf ? [0, 0] : [next++, next++];
      const row = { treeids: tree, nodeids: id, featureids: random.integer(4), truenodeids: yes, falsenodeids: no };
      for (const [name, value] of Object.entries(row)) node[name].push(value);
      // Some rows lie on thresholds exactly.
      values.push(Math.fround(8 * random.uniform()));
      kinds.push(isLeaf ? "LEAF" : modes[random.integer(modes.length)]);
      if (isLeaf) for (let k = 0; k < columns; k++) leaves.push([tree, id, only ?? k, random.normal()]);
      else for (const child of [yes, no]) grow(child, depth - 1);
    };
    grow(0, 3);
  }
  const column = (at: number) => ({ ints: leaves.map((leaf) => leaf[at]) });
  const classes = only === undefined ? columns : 2;
  const ensemble: Node = {
    ...{
      op: "TreeEnsembleClassifier",
      domain: "ai.onnx.ml",
      name: "trees",
      inputs: ["x"],
      outputs: ["label", "scores"],
    },
    attributes: {
      ...Object.fromEntries(Object.entries(node).map(([name, ints]) => [`nodes_${name}`, { ints }])),
      ...{ nodes_values: { floats: values }, nodes_modes: { strings: kinds }, post_transform: { string: transform } },
      ...{ class_treeids: column(0), class_nodeids: column(1), class_ids: column(2) },
      class_weights: { floats: leaves.map(([, , , weight]) => Math.fround(weight)) },
      classlabels_int64s: { ints: Array.from({ length: classes }, (_, k) => k) },
    },
  };
  return {
    ...{ name: "trees", nodes: [ensemble], initializers: new Map() },
    inputs: [{ name: "x", type: "float32", shape: ["N", 4] }],
    outputs: [{ name: "scores", type: "float32", shape: ["N", classes] }],
  };
}

test("random trees, of one column for two classes or one for each, with every transform", async () => {
  const random = stream(0, "trees", "random");
  for (const transform of ["NONE", "LOGISTIC", "SOFTMAX"]) {
    for (const [columns, only] of [
      [2, undefined],
      [3, undefined],
      [1, 0],
      [1, 1],
    ] as const) {
      if (only !== undefined && transform === "SOFTMAX") continue;
      for (let i = 0; i < 4; i++) {
        const model = {
          ...modelOf(randomTrees(random, columns, only, transform)),
          opsets: { "": 18, "ai.onnx.ml": 3 },
        };
        expect(await difference(writeModel(model), random), `${columns} ${only} ${transform}`).toBeLessThan(1e-5);
      }
    }
  }
});
