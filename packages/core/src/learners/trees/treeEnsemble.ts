// The ONNX model of a forest: one tree-ensemble operator that returns the mean class shares of the leaves.

import type { Dataset } from "../../data/dataset.ts";
import { GraphBuilder, OPSET } from "../../onnx/builder.ts";
import type { Node, OnnxModel } from "../../onnx/graph.ts";
import { flatInput } from "../input.ts";
import type { Tree } from "./tree.ts";

/** The version of the operator set of classical models that is imported. */
const ML_OPSET = 3;

/**
 * The model whose scores [N, K] are the mean over trees of the class shares of the leaf that a row reaches.
 *
 * Written as a regressor of K targets rather than as a classifier: ONNX Runtime's classifier returns a wrong label for
 * two classes (its issue 27533), and a label is nothing we use.
 */
export function treeEnsemble(trees: readonly Tree[], data: Dataset): OnnxModel {
  const classes = data.classNames.length;
  const g = new GraphBuilder();
  const x = flatInput(g, data);
  const graph = g.graph([x]);
  const ensemble: Node = {
    op: "TreeEnsembleRegressor",
    domain: "ai.onnx.ml",
    name: "forest",
    inputs: [x],
    outputs: ["scores"],
    attributes: { n_targets: { int: classes }, ...branches(trees), ...leaves(trees, classes) },
  };
  return {
    graph: {
      ...graph,
      nodes: [...graph.nodes, ensemble],
      outputs: [{ name: "scores", type: "float32", shape: ["N", classes] }],
    },
    opsets: { "": OPSET, "ai.onnx.ml": ML_OPSET },
    metadata: { scores: "probabilities" },
    producer: "carom",
  };
}

function branches(trees: readonly Tree[]) {
  return {
    nodes_treeids: { ints: trees.flatMap(({ feature }, id) => Array.from(feature, () => id)) },
    nodes_nodeids: { ints: trees.flatMap(({ feature }) => [...feature.keys()]) },
    nodes_modes: {
      strings: trees.flatMap(({ feature }) => Array.from(feature, (j) => (j < 0 ? "LEAF" : "BRANCH_LEQ"))),
    },
    nodes_featureids: { ints: trees.flatMap(({ feature }) => Array.from(feature, (j) => Math.max(j, 0))) },
    nodes_values: { floats: trees.flatMap(({ threshold }) => [...threshold]) },
    nodes_truenodeids: { ints: trees.flatMap(({ left }) => [...left]) },
    nodes_falsenodeids: { ints: trees.flatMap(({ right }) => [...right]) },
  };
}

/** Leaves carry the shares divided by the number of trees, so that their sum over trees is the mean. */
function leaves(trees: readonly Tree[], classes: number) {
  const [treeIds, nodeIds, targets, weights]: number[][] = [[], [], [], []];
  for (const [id, { feature, shares }] of trees.entries()) {
    for (let node = 0; node < feature.length; node++) {
      if (feature[node] >= 0) continue;
      for (let k = 0; k < classes; k++) {
        treeIds.push(id);
        nodeIds.push(node);
        targets.push(k);
        weights.push(shares[node * classes + k] / trees.length);
      }
    }
  }
  return {
    target_treeids: { ints: treeIds },
    target_nodeids: { ints: nodeIds },
    target_ids: { ints: targets },
    target_weights: { floats: weights },
  };
}
