// A model of decision trees as the boxes of its leaves: what a search of the nearest other answer needs to know of it.

import { nextFloat32 } from "../float32.ts";
import { type Graph, intsAttribute, type Node, stringAttribute } from "../onnx/graph.ts";
import { readModel } from "../onnx/proto.ts";
import type { Model } from "./model.ts";

/** A leaf: it takes the rows whose features lie in a box, ends included, and adds to the scores. */
export interface Leaf {
  /** The features that its box bounds, and the least and greatest float32 numbers of each. */
  readonly features: Int32Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** [K], what it adds to each class. */
  readonly scores: Float64Array;
}

/** Scores [K] whose largest is the class of a row: a constant and, of each tree, the scores of the leaf of the row. */
export interface TreeSum {
  readonly base: Float64Array;
  readonly trees: readonly (readonly Leaf[])[];
}

/** What may stand between the input and the trees without changing a row. */
const passing = new Set(["Identity", "Cast", "Reshape", "Flatten"]);

/**
 * The trees of a model of `classes` classes, where its file has one ensemble of them (ai.onnx.ml's
 * TreeEnsembleClassifier or TreeEnsembleRegressor) that takes the rows as they are; undefined for any other. What comes
 * after the ensemble is not looked at: whoever asks has to see on rows that the classes agree.
 */
export function treesOf({ bytes, onnx }: Model, classes: number): TreeSum | undefined {
  const graph = onnx?.graph.nodes.some(isEnsemble) ? onnx.graph : readModel(bytes).graph;
  const ensembles = graph.nodes.filter(isEnsemble);
  if (ensembles.length !== 1 || graph.inputs.length !== 1 || !takesInput(graph, ensembles[0])) return undefined;
  const [node] = ensembles;
  if (stringAttribute(node, "aggregate_function", "SUM") !== "SUM") return undefined;
  const weights = weightsOf(node);
  if (!weights) return undefined;
  const isOne = classes === 2 && node.op === "TreeEnsembleClassifier" && weights.classes.every((k) => k === 0);
  if (!isOne && weights.classes.some((k) => k >= classes)) return undefined;
  /** What a weight of one column adds: of two classes with one column it counts for the one and against the other. */
  const add = (scores: Float64Array, k: number, value: number) => {
    if (!isOne) scores[k] += value;
    else {
      scores[0] -= value;
      scores[1] += value;
    }
  };
  const base = new Float64Array(classes);
  floatsOf(node, "base_values").forEach((value, k) => {
    add(base, k, value);
  });
  // ONNX Runtime takes one column of shares for the second class from a half on.
  const isShare = isOne && weights.values.every((value) => value >= 0);
  if (isShare && stringAttribute(node, "post_transform", "NONE") === "NONE") add(base, 1, -0.5);
  const leaves = leavesOf(node, (tree, id) => {
    const scores = new Float64Array(classes);
    for (const at of weights.of.get(`${tree}:${id}`) ?? []) add(scores, weights.classes[at], weights.values[at]);
    return scores;
  });
  return leaves && { base, trees: leaves };
}

const isEnsemble = ({ op, domain }: Node) =>
  domain === "ai.onnx.ml" && (op === "TreeEnsembleClassifier" || op === "TreeEnsembleRegressor");

function takesInput({ inputs, nodes }: Graph, ensemble: Node): boolean {
  let [value] = ensemble.inputs;
  while (value !== inputs[0].name) {
    const maker = nodes.find(({ outputs }) => outputs.includes(value));
    if (!maker || !passing.has(maker.op)) return false;
    [value] = maker.inputs;
  }
  return true;
}

function floatsOf({ attributes }: Node, name: string): readonly number[] {
  const value = attributes[name];
  return value && "floats" in value ? value.floats : [];
}

/** Weights of leaves: the class and the value of each, and which stand at a node. */
function weightsOf(node: Node) {
  const prefix = node.op === "TreeEnsembleClassifier" ? "class" : "target";
  const [trees, ids, classes] = ["treeids", "nodeids", "ids"].map((name) =>
    intsAttribute(node, `${prefix}_${name}`, []),
  );
  const values = floatsOf(node, `${prefix}_weights`);
  if (values.length === 0 || values.length !== ids.length) return undefined;
  const of = new Map<string, number[]>();
  ids.forEach((id, at) => {
    const key = `${trees[at]}:${id}`;
    of.set(key, [...(of.get(key) ?? []), at]);
  });
  return { classes, values, of };
}

/** Which float32 numbers a branch leads which way: the last of those below, and the first of those above. */
const cuts: Readonly<
  Record<string, { readonly lowIsTrue: boolean; below(t: number): number; above(t: number): number }>
> = {
  BRANCH_LEQ: { lowIsTrue: true, below: (t) => t, above: (t) => nextFloat32(t, Number.POSITIVE_INFINITY) },
  BRANCH_LT: { lowIsTrue: true, below: (t) => nextFloat32(t, Number.NEGATIVE_INFINITY), above: (t) => t },
  BRANCH_GT: { lowIsTrue: false, below: (t) => t, above: (t) => nextFloat32(t, Number.POSITIVE_INFINITY) },
  BRANCH_GTE: { lowIsTrue: false, below: (t) => nextFloat32(t, Number.NEGATIVE_INFINITY), above: (t) => t },
};

/** The leaves of each tree; undefined where a branch asks for anything but an order. */
function leavesOf(node: Node, scoresOf: (tree: number, id: number) => Float64Array): Leaf[][] | undefined {
  const of = (name: string): readonly number[] => intsAttribute(node, `nodes_${name}`, []);
  const [trees, ids, features, yes, no] = ["treeids", "nodeids", "featureids", "truenodeids", "falsenodeids"].map(of);
  const values = floatsOf(node, "nodes_values");
  const given = node.attributes.nodes_modes;
  const modes = given && "strings" in given ? given.strings : [];
  if (values.length !== ids.length || modes.some((mode) => mode !== "LEAF" && !cuts[mode])) return undefined;
  const position = new Map(ids.map((id, at) => [`${trees[at]}:${id}`, at]));
  const roots = Array.from(new Set(trees), (tree) => trees.indexOf(tree));
  return roots.map((root) => {
    const leaves: Leaf[] = [];
    const open: { at: number; box: ReadonlyMap<number, readonly [number, number]> }[] = [{ at: root, box: new Map() }];
    for (let each = open.pop(); each; each = open.pop()) {
      const { at, box } = each;
      const tree = trees[at];
      if (modes[at] === "LEAF") {
        leaves.push({
          features: Int32Array.from(box.keys()),
          lower: Float64Array.from(box.values(), ([low]) => low),
          upper: Float64Array.from(box.values(), ([, high]) => high),
          scores: scoresOf(tree, ids[at]),
        });
        continue;
      }
      const { lowIsTrue, below, above } = cuts[modes[at]];
      const threshold = Math.fround(values[at]);
      const [low, high] = box.get(features[at]) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      const [lowSide, highSide] = lowIsTrue ? [yes[at], no[at]] : [no[at], yes[at]];
      const parts = [
        [lowSide, low, Math.min(high, below(threshold))],
        [highSide, Math.max(low, above(threshold)), high],
      ] as const;
      for (const [id, from, to] of parts) {
        if (from > to) continue;
        open.push({ at: position.get(`${tree}:${id}`)!, box: new Map(box).set(features[at], [from, to]) });
      }
    }
    return leaves;
  });
}
