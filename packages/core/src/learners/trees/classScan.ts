// One pass over the distinct values of a feature on a tree node, ascending: the best place to split.

import type { BestSplit, NodeRows } from "./splitScan.ts";

/** Weights by class and code, which are zero between passes, and the codes that occur. */
interface ClassMass {
  /** The most codes that a column has. */
  readonly widest: number;
  /** Weight of class k at a code: `mass[k * widest + code]`. */
  readonly mass: Float64Array;
  /** The codes that occur on the open node. */
  readonly present: Int32Array;
}

export function classMass(widest: number, classes: number): ClassMass {
  return { widest, mass: new Float64Array(widest * classes), present: new Int32Array(widest) };
}

/** A pass over the first `count` of the present codes for a feature; false, and nothing looked at, for fewer than 2. */
export function classScan({ widest, mass, present }: ClassMass, node: NodeRows, best: BestSplit) {
  const { totals } = node;
  const classes = totals.length;
  const leftMass = new Float64Array(classes);
  const rightMass = new Float64Array(classes);
  return (feature: number, count: number): boolean => {
    if (count < 2) {
      for (let k = 0; k < classes; k++) mass[k * widest + present[0]] = 0;
      return false;
    }
    leftMass.fill(0);
    rightMass.set(totals);
    let left = 0;
    let right = node.total;
    let leftSquares = 0;
    let rightSquares = node.squares;
    for (let i = 0; i < count; i++) {
      const code = present[i];
      if (i > 0) {
        const score = leftSquares / left + rightSquares / right;
        if (score > best.score) {
          best.score = score;
          best.feature = feature;
          best.code = present[i - 1];
          best.next = code;
        }
      }
      for (let k = 0, at = code; k < classes; k++, at += widest) {
        const w = mass[at];
        if (w === 0) continue;
        mass[at] = 0;
        leftSquares += w * (2 * leftMass[k] + w);
        rightSquares -= w * (2 * rightMass[k] - w);
        leftMass[k] += w;
        rightMass[k] -= w;
        left += w;
        right -= w;
      }
    }
    return true;
  };
}
