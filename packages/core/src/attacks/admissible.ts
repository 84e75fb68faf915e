// The points that an attacker may make of some rows: moved there, rounded to what counts, and checked.

import { isWhole } from "../data/featureKind.ts";
import { repair, satisfied } from "../features/rules.ts";
import type { Vector } from "../linalg.ts";
import type { FloatType } from "../tensor.ts";
import { settle } from "../threat/settle.ts";
import { type BudgetedThreat, budgetOf, isFrozen, moveOf } from "../threat/threat.ts";
import { type Points, type Rows, rowOf, takePoints } from "./attack.ts";
import { boundsOf, withBounds } from "./withBounds.ts";

export interface Admissible {
  /** Moves rows into their bounds (box, mask, direction), in place. */
  clip(points: Points, indices: Int32Array): void;
  /** Whether clipping the origins would change nothing. */
  isInside(): boolean;
  /**
   * Moves rows to the nearest points of ball, bounds and relaxed groups, in place. Computed columns follow; a row that
   * they lead out goes back towards its origin, as far as it has to.
   */
  project(points: Points, indices: Int32Array): void;
  /**
   * Moves projected rows to values that can be held and counted, in place; returns the norms of the perturbations left.
   */
  settle(points: Points, indices: Int32Array): Float64Array;
  /** 1 for each settled row that satisfies all rules. */
  isValid(points: Points, indices: Int32Array): Uint8Array;
  /** Features that may change and follow from no others, those of a group together. */
  moving(): readonly Int32Array[];
}

/** A norm that exceeds the budget by less, relatively, does so by rounding. */
const ROUNDING = 1e-6;
/** Halvings of the share of the way back to the origin. */
const HALVINGS = 20;

/** What may be made of rows under a threat model, by models that take features in a type. */
export function admissible(threat: BudgetedThreat, origin: Rows, type: FloatType): Admissible {
  const { norm, rules, domain } = threat;
  const { columns } = origin;
  const bounds = boundsOf(threat, origin);
  const eachWithin = withBounds(threat, origin);
  const clip = eachWithin((point, _, lower, upper) => {
    for (let j = 0; j < point.length; j++) point[j] = Math.min(Math.max(point[j], lower[j]), upper[j]);
  });
  const isInside = () => {
    for (let i = 0; i < origin.rows; i++) {
      const { lower, upper } = bounds(i);
      if (!isBetween(origin.data, i * columns, lower, upper)) return false;
    }
    return true;
  };
  const groups = rules?.groups ?? [];
  const onBall = eachWithin((point, from, lower, upper, i) => {
    if (groups.length === 0) norm.project(point, from, budgetOf(threat, i), lower, upper);
    else projectInGroups(threat, point, from, budgetOf(threat, i), lower, upper);
  });
  /** The norms of the moves; infinite for rows out of their bounds. */
  const sizesOf = (points: Points, indices: Int32Array): Float64Array => {
    const sizes = new Float64Array(points.rows);
    let row = 0;
    eachWithin((point, from, lower, upper) => {
      const isInside = point.every((value, j) => value >= within(lower[j], -1) && value <= within(upper[j], 1));
      sizes[row++] = isInside
        ? norm.measure(point.map((value, j) => moveOf(norm, value, from[j], type)))
        : Number.POSITIVE_INFINITY;
    })(points, indices);
    return sizes;
  };
  /** A bound in the type that values have, where that is wider. */
  const within = (bound: number, side: -1 | 1) =>
    type === "float64" ? bound : side < 0 ? Math.min(bound, Math.fround(bound)) : Math.max(bound, Math.fround(bound));

  let moving: readonly Int32Array[] | undefined;
  const common = {
    ...{ clip, isInside, isValid: validity },
    // An object for each feature, of which there may be a million, and few attacks ask.
    moving: () => (moving ??= movingOf()),
  };
  if (!rules || rules.definitions.length === 0) return { ...common, project: onBall, settle: settleRows };

  /** The farthest on the way from the origins to the points at which `finish` leaves rows in ball and bounds. */
  const goBack = (points: Points, indices: Int32Array, finish: (points: Points, indices: Int32Array) => void) => {
    const exact: Points = { ...points, data: points.data.slice() };
    const from = takePoints(origin, indices);
    const fits = (at: Points, rows: Int32Array) => {
      const own = rows.map((row) => indices[row]);
      finish(at, own);
      const sizes = sizesOf(at, own);
      return sizes.map((size, k) => Number(size <= budgetOf(threat, own[k]) * (1 + ROUNDING)));
    };
    const all = Int32Array.from(indices.keys());
    const first = fits(points, all);
    const open = all.filter((row) => first[row] === 0);
    if (open.length === 0) return;
    // Nothing but the origin is known to fit.
    for (const row of open) rowOf(points, row).set(rowOf(from, row));
    const [low, high] = [new Float64Array(open.length), new Float64Array(open.length).fill(1)];
    for (let halving = 0; halving < HALVINGS; halving++) {
      const trial = takePoints(exact, open);
      open.forEach((row, k) => {
        const share = (low[k] + high[k]) / 2;
        const [point, start] = [rowOf(trial, k), rowOf(from, row)];
        for (let j = 0; j < columns; j++) point[j] = start[j] + share * (point[j] - start[j]);
      });
      fits(trial, open).forEach((flag, k) => {
        const middle = (low[k] + high[k]) / 2;
        if (flag === 0) high[k] = middle;
        else {
          low[k] = middle;
          rowOf(points, open[k]).set(rowOf(trial, k));
        }
      });
    }
  };
  const follow = (points: Points, indices: Int32Array) => repair(rules, points, takePoints(origin, indices));
  return {
    ...common,
    project(points, indices) {
      onBall(points, indices);
      goBack(points, indices, follow);
    },
    settle(points, indices) {
      goBack(points, indices, (at, own) => {
        settleRows(at, own);
        follow(at, own);
        if (type === "float32") for (let k = 0; k < at.data.length; k++) at.data[k] = Math.fround(at.data[k]);
      });
      return sizesOf(points, indices);
    },
  };

  function settleRows(points: Points, indices: Int32Array): Float64Array {
    return Float64Array.from(indices, (i, row) =>
      settle(threat, rowOf(points, row), rowOf(origin, i), budgetOf(threat, i), type),
    );
  }

  function validity(points: Points, indices: Int32Array): Uint8Array {
    if (!rules) return new Uint8Array(points.rows).fill(1);
    const flags = satisfied(rules, points);
    // Computed columns may be led out of their kinds and bounds.
    sizesOf(points, indices).forEach((size, row) => {
      if (size === Number.POSITIVE_INFINITY) flags[row] = 0;
    });
    for (const { column } of rules.definitions) {
      const values = rules.values[column];
      const isOf = (value: number) =>
        values ? values.some((level) => Math.fround(level) === Math.fround(value)) : Number.isInteger(value);
      if (!values && !(domain.kinds && isWhole(domain.kinds[column]))) continue;
      for (let row = 0; row < points.rows; row++) if (!isOf(points.data[row * columns + column])) flags[row] = 0;
    }
    return flags;
  }

  function movingOf(): readonly Int32Array[] {
    const computed = new Set(rules?.definitions.map(({ column }) => column));
    const inGroup = new Set(groups.flatMap((group) => [...group]));
    const singles = Array.from({ length: columns }, (_, j) => j).filter((j) => !computed.has(j) && !inGroup.has(j));
    return [...singles.map((j) => Int32Array.of(j)), ...groups].filter(
      (block) => !block.every((j) => isFrozen(threat, j)) && block.every((j) => norm.units?.[j] !== 0),
    );
  }
}

/** Whether the numbers from a position on lie between bounds. */
function isBetween(data: Vector, from: number, lower: Float64Array, upper: Float64Array): boolean {
  for (let j = 0, at = from; j < lower.length; j++, at++) {
    if (data[at] < lower[j] || data[at] > upper[j]) return false;
  }
  return true;
}

/** Projects one row with its groups relaxed, in the units of the norm, from the row as origin. */
function projectInGroups(
  { norm, rules }: BudgetedThreat,
  point: Float64Array,
  from: Vector,
  epsilon: number,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const unitOf = (j: number) => norm.units?.[j] ?? 1;
  const inUnits = (values: Float64Array) =>
    values.map((value, j) => (unitOf(j) > 0 ? (value - from[j]) / unitOf(j) : 0));
  const move = inUnits(point);
  norm.projectGroups(rules!.groups, move, epsilon, inUnits(lower), inUnits(upper));
  // Rounding must not lead out of the box.
  for (let j = 0; j < point.length; j++) {
    point[j] = Math.min(Math.max(from[j] + unitOf(j) * move[j], lower[j]), upper[j]);
  }
}
