// Ensembles of decision trees (ai.onnx.ml), as forests and boosted trees are exported: scores, but no gradient.

import { InputError, type Tensor, tensor } from "@carom/core";
import type { Node } from "@carom/core/onnx";
import { type Kernel, word } from "./kernel.ts";
import { made, numbersOf, read } from "./values.ts";

/** Nodes of all trees, by their place in the file. */
interface Forest {
  readonly roots: readonly number[];
  readonly features: Int32Array;
  readonly thresholds: Float64Array;
  readonly modes: readonly string[];
  /** Where rows go that satisfy the branch, and where others do. */
  readonly yes: Int32Array;
  readonly no: Int32Array;
  readonly missingIsTrue: readonly number[];
  /** What a leaf adds to scores: columns and values, by its place. */
  readonly weights: ReadonlyMap<number, readonly (readonly [column: number, value: number])[]>;
  readonly columns: number;
  readonly base: readonly number[];
}

const branches: Readonly<Record<string, (x: number, threshold: number) => boolean>> = {
  BRANCH_LEQ: (x, threshold) => x <= threshold,
  BRANCH_LT: (x, threshold) => x < threshold,
  BRANCH_GT: (x, threshold) => x > threshold,
  BRANCH_GTE: (x, threshold) => x >= threshold,
  BRANCH_EQ: (x, threshold) => x === threshold,
  BRANCH_NEQ: (x, threshold) => x !== threshold,
};

function numbers({ attributes }: Node, name: string): readonly number[] {
  const [plain, double] = [attributes[name], attributes[`${name}_as_tensor`]];
  if (plain && "ints" in plain) return plain.ints;
  if (plain && "floats" in plain) return plain.floats;
  return double && "tensor" in double ? Array.from(read(double.tensor)) : [];
}

function texts({ attributes }: Node, name: string): readonly string[] {
  const value = attributes[name];
  return value && "strings" in value ? value.strings : [];
}

const forests = new WeakMap<Node, Forest>();

/** The trees of a node, read once. @throws InputError where they are not sound */
function forestOf(node: Node, prefix: "class" | "target", columns: number): Forest {
  const known = forests.get(node);
  if (known) return known;
  const [trees, ids] = [numbers(node, "nodes_treeids"), numbers(node, "nodes_nodeids")];
  const place = new Map(ids.map((id, at) => [`${trees[at]}:${id}`, at]));
  const modes = texts(node, "nodes_modes");
  const at = (tree: number, id: number) => place.get(`${tree}:${id}`) ?? -1;
  const linked = (name: string) =>
    Int32Array.from(numbers(node, name), (id, i) => (modes[i] === "LEAF" ? -1 : at(trees[i], id)));
  const [yes, no] = [linked("nodes_truenodeids"), linked("nodes_falsenodeids")];
  const weights = new Map<number, (readonly [number, number])[]>();
  const owners = numbers(node, `${prefix}_treeids`);
  const values = numbers(node, `${prefix}_weights`);
  const of = numbers(node, `${prefix}_ids`);
  for (const [i, id] of numbers(node, `${prefix}_nodeids`).entries()) {
    const leaf = at(owners[i], id);
    weights.set(leaf, [...(weights.get(leaf) ?? []), [of[i], values[i]]]);
  }
  const forest = {
    roots: Array.from(new Set(trees), (tree) => trees.indexOf(tree)),
    features: Int32Array.from(numbers(node, "nodes_featureids")),
    thresholds: Float64Array.from(numbers(node, "nodes_values")),
    modes,
    ...{ yes, no, weights, columns },
    missingIsTrue: numbers(node, "nodes_missing_value_tracks_true"),
    base: numbers(node, "base_values"),
  };
  const wrong =
    [forest.features, forest.thresholds, modes, yes, no].some(({ length }) => length !== ids.length) ||
    ids.length === 0 ||
    modes.some(
      (mode, i) => mode !== "LEAF" && (!branches[mode] || yes[i] < 0 || no[i] < 0 || forest.features[i] < 0),
    ) ||
    [...weights].some(
      ([leaf, all]) => leaf < 0 || all.some(([column, value]) => !(column < columns) || !Number.isFinite(value)),
    );
  if (wrong) throw unsound(node, "nodes that name each other, with a weight of a known class at leaves", "others");
  requireTrees(node, forest);
  forests.set(node, forest);
  return forest;
}

/** @throws InputError where branches lead in a circle */
function requireTrees(node: Node, { roots, yes, no }: Forest): void {
  const met = new Uint8Array(yes.length);
  const open = [...roots];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (met[at]++) throw unsound(node, "trees, in which one way leads to each node", "several ways to one");
    if (yes[at] >= 0) open.push(yes[at], no[at]);
  }
}

/** Sums over the trees of what their leaves add, [N, columns]; in float64, as the order of trees is nobody's. */
function sums(x: Tensor, forest: Forest, node: Node): Float64Array {
  const [rows, width] = x.shape;
  const values = read(x);
  if (forest.features.some((feature) => feature >= width)) throw unsound(node, `features below ${width}`, "others");
  const out = new Float64Array(rows * forest.columns);
  const { features, thresholds, modes, yes, no, missingIsTrue, weights, columns, base } = forest;
  const isMean = word(node, "aggregate_function", "SUM") === "AVERAGE";
  for (let row = 0; row < rows; row++) {
    for (const root of forest.roots) {
      let at = root;
      while (modes[at] !== "LEAF") {
        const value = values[row * width + features[at]];
        const isYes = branches[modes[at]](value, thresholds[at]) || (missingIsTrue[at] === 1 && Number.isNaN(value));
        at = isYes ? yes[at] : no[at];
      }
      for (const [column, value] of weights.get(at) ?? []) out[row * columns + column] += value;
    }
    for (let k = 0; k < columns; k++) {
      const place = row * columns + k;
      out[place] = (isMean ? out[place] / forest.roots.length : out[place]) + (base[k] ?? 0);
    }
  }
  return out;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** What is done to the scores of one row last. */
const transforms: Readonly<Record<string, (row: Float64Array) => Float64Array>> = {
  NONE: (row) => row,
  LOGISTIC: (row) => row.map(logistic),
  SOFTMAX: (row) => {
    const most = Math.max(...row);
    const weights = row.map((value) => Math.exp(value - most));
    const total = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / total);
  },
};

function transformed(node: Node, scores: Float64Array, columns: number): Float64Array {
  const name = word(node, "post_transform", "NONE");
  const apply = transforms[name];
  if (!apply) throw unsound(node, `post_transform ${Object.keys(transforms).join(", ")}`, name);
  const out = new Float64Array(scores.length);
  for (let at = 0; at < out.length; at += columns) out.set(apply(scores.subarray(at, at + columns)), at);
  return out;
}

function rounded(rows: number, columns: number, values: Float64Array): Tensor {
  const out = numbersOf("float32", values.length);
  out.set(values);
  return made("float32", [rows, columns], out);
}

/** Labels are left out: scores are what is asked for here. */
const classifier: Kernel = ([x], node) => {
  const classes = Math.max(numbers(node, "classlabels_int64s").length, texts(node, "classlabels_strings").length);
  const ids = numbers(node, "class_ids");
  const rows = x.shape[0];
  const scores = sums(x, forestOf(node, "class", classes), node);
  const isOfOne = classes === 2 && ids.every((id) => id === 0);
  if (!isOfOne) return [tensor("int64", [0], []), rounded(rows, classes, transformed(node, scores, classes))];
  // The first column alone for two classes is the share of the second where all weights are positive, else a score
  // of it.
  const areShares = numbers(node, "class_weights").every((weight) => weight >= 0);
  const isLogistic = word(node, "post_transform", "NONE") === "LOGISTIC";
  const pairs = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const score = scores[row * 2];
    const second = isLogistic ? logistic(score) : score;
    pairs.set(areShares || isLogistic ? [1 - second, second] : [-score, score], 2 * row);
  }
  return [tensor("int64", [0], []), rounded(rows, 2, pairs)];
};

const regressor: Kernel = ([x], node) => {
  const given = node.attributes.n_targets;
  const columns = given && "int" in given ? given.int : 1;
  const values = sums(x, forestOf(node, "target", columns), node);
  return rounded(x.shape[0], columns, transformed(node, values, columns));
};

function unsound({ op }: Node, expected: string, got: string): InputError {
  return new InputError("unsupported", `operator ai.onnx.ml.${op}`, {
    ...{ expected, got },
    remedy: "ask the command line, which computes with ONNX Runtime",
  });
}

export const trees: Readonly<Record<string, Kernel>> = {
  "ai.onnx.ml.TreeEnsembleClassifier": classifier,
  "ai.onnx.ml.TreeEnsembleRegressor": regressor,
};
