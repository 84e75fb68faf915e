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
  const all = trees.flatMap((tree, id) => Array.from(tree.feature, (feature, node) => ({ tree, id, node, feature })));
  return {
    nodes_treeids: { ints: all.map(({ id }) => id) },
    nodes_nodeids: { ints: all.map(({ node }) => node) },
    nodes_modes: { strings: all.map(({ feature }) => (feature < 0 ? "LEAF" : "BRANCH_LEQ")) },
    nodes_featureids: { ints: all.map(({ feature }) => Math.max(feature, 0)) },
    nodes_values: { floats: all.map(({ tree, node }) => tree.threshold[node]) },
    nodes_truenodeids: { ints: all.map(({ tree, node }) => tree.left[node]) },
    nodes_falsenodeids: { ints: all.map(({ tree, node }) => tree.right[node]) },
  };
}

/** Leaves carry the shares divided by the number of trees, so that their sum over trees is the mean. */
function leaves(trees: readonly Tree[], classes: number) {
  const all = trees.flatMap((tree, id) =>
    Array.from(tree.feature.keys())
      .filter((node) => tree.feature[node] < 0)
      .flatMap((node) =>
        Array.from({ length: classes }, (_, k) => ({ id, node, k, share: tree.shares[node * classes + k] })),
      ),
  );
  return {
    target_treeids: { ints: all.map(({ id }) => id) },
    target_nodeids: { ints: all.map(({ node }) => node) },
    target_ids: { ints: all.map(({ k }) => k) },
    target_weights: { floats: all.map(({ share }) => share / trees.length) },
  };
}
