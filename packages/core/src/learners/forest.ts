// The random forest: trees on bootstrap samples, each node choosing among sqrt(D) random features.

import { z } from "zod";
import { featureCount, rowCount } from "../data/dataset.ts";
import type { Stream } from "../random.ts";
import type { Forest, Learner } from "./learner.ts";
import { balancedOption, rowWeights } from "./rowWeights.ts";
import { growTree } from "./trees/tree.ts";
import { treeColumns } from "./trees/treeColumns.ts";
import { treeEnsemble } from "./trees/treeEnsemble.ts";
import { splitSearch } from "./trees/treeSplit.ts";

const options = z.strictObject({
  trees: z.number().int().positive().default(100).describe("number of trees"),
  depth: z.number().int().positive().nullable().default(null).describe("most splits from root to leaf; null: no limit"),
  balanced: balancedOption,
});

type Options = z.infer<typeof options>;

const trees: Forest<Options> = {
  count: (options) => options.trees,
  grow(data, { depth, balanced }, context, from, to) {
    const search = splitSearch(treeColumns(data), data.labels, data.classNames.length);
    const own = rowWeights(data, balanced, context);
    const limits = { depth: depth ?? Number.POSITIVE_INFINITY, features: featuresPerSplit(featureCount(data)) };
    const grown = Array.from({ length: to - from }, (_, i) => {
      const random = context.random(`tree ${from + i}`);
      const weights = bootstrap(rowCount(data), random);
      for (let row = 0; row < weights.length; row++) weights[row] *= own[row];
      const tree = growTree(search, weights, { ...limits, random });
      context.onProgress?.((i + 1) / (to - from));
      return tree;
    });
    search.release();
    return grown;
  },
  join(all, data) {
    const nodes = all.reduce((sum, { feature }) => sum + feature.length, 0);
    return { model: treeEnsemble(all, data), training: { trees: all.length, nodes } };
  },
};

/**
 * Trees of least Gini impurity on bootstrap samples; scores are the mean over trees of the class shares of the leaf.
 *
 * Every tree has a random stream of its own, so a forest does not depend on the order in which trees are grown.
 */
export const forest: Learner<Options> = {
  name: "forest",
  summary: "random forest, Gini impurity, sqrt(D) features per split",
  family: "trees",
  options,
  complexities: { high: { trees: 30 }, low: { trees: 30, depth: 8 } },
  capabilities: { differentiable: false, affine: false, sparse: true, weighted: true },
  reference: "Breiman 2001; trees and defaults as in scikit-learn's RandomForestClassifier",
  estimates: { fit: ({ trees }, { rows }) => 1.5e-6 * trees * rows },
  regularisation: { option: "depth", choices: (depth) => [...new Set([3, 6, 12, null, depth])] },
  forest: trees,
  fit: async (data, options, context) => trees.join(trees.grow(data, options, context, 0, trees.count(options)), data),
};

function featuresPerSplit(features: number): number {
  return Math.max(1, Math.floor(Math.sqrt(features)));
}

/** How often each of n rows occurs among n that are drawn with replacement. */
function bootstrap(n: number, random: Stream): Float64Array {
  const counts = new Float64Array(n);
  for (let i = 0; i < n; i++) counts[random.integer(n)]++;
  return counts;
}
