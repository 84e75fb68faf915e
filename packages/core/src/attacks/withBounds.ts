// Rows and the bounds of each: the domain's, or narrower ones where a mask or a direction leaves a point less.

import type { Vector } from "../linalg.ts";
import { isNarrowed, type ThreatModel, writeBounds } from "../threat/threat.ts";
import { type Points, type Rows, rowOf } from "./attack.ts";

/** Something done to one row, given the original point that it belongs to, its bounds, and its number. */
type RowOperation = (point: Float64Array, origin: Vector, lower: Float64Array, upper: Float64Array, i: number) => void;

/** The bounds of each feature, as the original point of that number leaves them; valid until the next is asked for. */
export function boundsOf(threat: ThreatModel, origin: Rows) {
  const perPoint = isNarrowed(threat);
  const lower = threat.domain.lower.slice();
  const upper = threat.domain.upper.slice();
  return (i: number): { readonly lower: Float64Array; readonly upper: Float64Array } => {
    if (perPoint) writeBounds(threat, rowOf(origin, i), lower, upper);
    return { lower, upper };
  };
}

/** Turns an operation on one row and its bounds into one on rows of the original points they belong to. */
export function withBounds(threat: ThreatModel, origin: Rows) {
  const bounds = boundsOf(threat, origin);
  return (operation: RowOperation) =>
    (points: Points, indices: Int32Array): void => {
      for (let row = 0; row < indices.length; row++) {
        const i = indices[row];
        const { lower, upper } = bounds(i);
        operation(rowOf(points, row), rowOf(origin, i), lower, upper, i);
      }
    };
}
