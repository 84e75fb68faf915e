// What looks for the best split of a tree node reads and finds: plain loops over dense or sparse columns, or compiled
// ones, which give the same to the last bit.

/** The rows of a tree, of which each node holds a consecutive part, and sums over the node that is open. */
export interface NodeRows {
  /** The rows of positive weight; on each node those of class 0 come first. */
  readonly samples: Int32Array;
  /** The weight of each, in the same order. */
  readonly weight: Float64Array;
  /** Sum of weights of each class on the open node. */
  readonly totals: Float64Array;
  /** Rows of class k lie at positions `ends[k - 1]`, for class 0 `from`, to `ends[k]`. */
  readonly ends: Int32Array;
  /** The position of each row of the data, -1 where it has none; kept for sparse columns alone. */
  readonly position: Int32Array;
  /** The open node has the rows at positions `from` to `to`. */
  from: number;
  to: number;
  /** Sum of the totals, and of their squares. */
  total: number;
  squares: number;
}

/** Such rows of n, nowhere yet. */
export function nodeRows(n: number, classes: number, position = new Int32Array(0)): NodeRows {
  return {
    samples: new Int32Array(n),
    weight: new Float64Array(n),
    totals: new Float64Array(classes),
    ends: new Int32Array(classes),
    position,
    ...NOWHERE,
  };
}

/** No node is open. */
export const NOWHERE = { from: 0, to: 0, total: 0, squares: 0 };

/** The best split of the open node yet: by a feature, -1 where there is none, up to a code, before the next there. */
export interface BestSplit {
  score: number;
  feature: number;
  code: number;
  next: number;
}

export const NONE: Readonly<BestSplit> = { score: Number.NEGATIVE_INFINITY, feature: -1, code: 0, next: 0 };

/**
 * A pass over the distinct values of a feature on a node.
 *
 * A split is better the larger sum_k l_k^2 / L + sum_k r_k^2 / R, with l_k and r_k the weights of class k on the two
 * sides and L and R their sums: that is where the weighted Gini impurity is least.
 */
export interface SplitScan {
  readonly node: NodeRows;
  readonly best: BestSplit;
  /** Looks for a better split of the open node by a feature; false where that feature is constant there. */
  consider(feature: number): boolean;
  /** Says of the open node's positions which go left in the best split. */
  markLeft(goesLeft: Uint8Array): void;
  /** Ends the use of it. */
  release(): void;
}
