// Rows and the bounds of each: the domain's, or narrower ones where a mask or a direction leaves a point less.

import { isNarrowed, type ThreatModel, writeBounds } from "../threat/threat.ts";
import { type Points, rowOf } from "./attack.ts";

/** Something done to one row, given the original point that it belongs to, its bounds, and its number. */
type RowOperation = (
  point: Float64Array,
  origin: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  i: number,
) => void;

/** Turns an operation on one row and its bounds into one on rows of the original points they belong to. */
export function withBounds(threat: ThreatModel, origin: Points) {
  const perPoint = isNarrowed(threat);
  const lower = threat.domain.lower.slice();
  const upper = threat.domain.upper.slice();
  return (operation: RowOperation) =>
    (points: Points, indices: Int32Array): void => {
      indices.forEach((i, row) => {
        const from = rowOf(origin, i);
        if (perPoint) writeBounds(threat, from, lower, upper);
        operation(rowOf(points, row), from, lower, upper, i);
      });
    };
}
