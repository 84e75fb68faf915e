// Grows some trees of a forest.

import { growTrees as growOwn } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import type { Tree } from "../../learners/trees/tree.ts";
import { inMemory } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { type FitParameters, secondsOfFit } from "./fit.ts";

interface GrowParameters extends FitParameters {
  /** Trees from this number to that (exclusive). */
  readonly from: number;
  readonly to: number;
}

/** How trees are kept: the nodes of one behind those of another. */
const treesCodec: Codec<readonly Tree[]> = {
  name: "trees",
  encode(trees) {
    const nodes = trees.reduce((sum, { feature }) => sum + feature.length, 0);
    const classes = trees.length === 0 ? 0 : trees[0].shares.length / trees[0].feature.length;
    const joined = <T extends Int32Array | Float32Array | Float64Array>(into: T, of: (tree: Tree) => T) => {
      let at = 0;
      for (const tree of trees) {
        into.set(of(tree), at);
        at += of(tree).length;
      }
      return into;
    };
    const whole = (name: "feature" | "left" | "right") =>
      tensor(
        "int32",
        [nodes],
        joined(new Int32Array(nodes), (tree) => tree[name]),
      );
    return {
      json: { nodes: trees.map(({ feature }) => feature.length), classes },
      arrays: {
        ...{ feature: whole("feature"), left: whole("left"), right: whole("right") },
        threshold: tensor(
          "float32",
          [nodes],
          joined(new Float32Array(nodes), ({ threshold }) => threshold),
        ),
        shares: tensor(
          "float64",
          [nodes * classes],
          joined(new Float64Array(nodes * classes), ({ shares }) => shares),
        ),
      },
    };
  },
  decode({ json, arrays }) {
    const { nodes, classes } = json as { readonly nodes: readonly number[]; readonly classes: number };
    const [feature, left, right] = ["feature", "left", "right"].map(
      (name) => inMemory(arrays[name]).data as Int32Array,
    );
    const threshold = inMemory(arrays.threshold).data as Float32Array;
    const shares = inMemory(arrays.shares).data as Float64Array;
    let to = 0;
    return nodes.map((count): Tree => {
      const from = to;
      to += count;
      return {
        ...{ feature: feature.subarray(from, to), threshold: threshold.subarray(from, to) },
        ...{ left: left.subarray(from, to), right: right.subarray(from, to) },
        shares: shares.subarray(from * classes, to * classes),
      };
    });
  },
};

/** The task that grows some trees of a forest, which its fit then joins. */
export const growTrees: TaskKind<GrowParameters, { readonly training: Part }, readonly Tree[]> = {
  name: "growTrees",
  version: 1,
  output: treesCodec,
  estimate({ learner, options, from, to }, { training }) {
    const share = (to - from) / learnerByName(learner).forest!.count(options);
    return { seconds: share * secondsOfFit(learner, options, training), learner };
  },
  async run({ learner, options, seed, label, from, to }, { training }, { runtime, onProgress }) {
    const context = { runtime, seed, stream: label, options, onProgress };
    return growOwn(learnerByName(learner), training, context, from, to);
  },
};
