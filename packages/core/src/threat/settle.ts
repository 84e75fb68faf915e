// Values that features can take: whole numbers, steps of a grid, one 1 in a group, and of those what a floating-point
// type has.

import { roundedTowards, spacingOf } from "../float32.ts";
import type { Vector } from "../linalg.ts";
import type { FloatType } from "../tensor.ts";
import { type Lattice, latticesOf } from "./lattice.ts";
import type { Norm } from "./norm.ts";
import { type BudgetedThreat, moveOf, writeBounds } from "./threat.ts";

/** A norm that exceeds the budget by less, relatively, does so by rounding. */
const ROUNDING = 1e-6;

/**
 * Moves a point of the admissible set, in place, to values that its features can take in a type, staying in the set,
 * and returns the norm of the perturbation that is left.
 *
 * Each value goes to the nearest step of its grid (1 for integer and binary features) that its bounds allow, then to
 * the nearest number of the type, which has bounds, too, in its own rounding. Where that leaves the ball, values that
 * gained most by rounding away from the origin are rounded towards it instead, as few as keep the ball: that never
 * lengthens a perturbation. Or, where features lie on grids of very different width, the fine ones are moved towards
 * the origin until the coarse ones fit: of the two, that which keeps more of the way to the exact point counts. A group
 * of one-hot features is rounded as one, to its largest or, towards the origin, to its origin's. An origin that the
 * type does not have is itself rounded, and the norm says how far.
 */
export function settle(
  threat: BudgetedThreat,
  point: Float64Array,
  origin: Vector,
  epsilon: number,
  type: FloatType,
): number {
  const { norm, rules } = threat;
  const d = point.length;
  if (memory.nearest.length !== d) memory = { nearest: new Float64Array(d), difference: new Float64Array(d) };
  const { nearest, difference } = memory;
  const lattices = latticesOf(threat);
  nearest.set(point);
  if (lattices) roundToLattices(threat, lattices, nearest, origin);
  if (type === "float32") roundToSingle(nearest);
  const sizeOf = (moved: Float64Array) => {
    if (norm.counts) for (let i = 0; i < d; i++) difference[i] = moveOf(norm, moved[i], origin[i], type);
    else subtract(moved, origin, difference);
    return norm.measure(difference);
  };
  const most = epsilon * (1 + ROUNDING);
  const size = sizeOf(nearest);
  if (size <= most) {
    point.set(nearest);
    return size;
  }

  const exact = point.slice();
  const inner = exact.map((value, i) => inward(value, origin[i], lattices?.[i], type));
  const gains = exact.map(
    (value, i) => (Math.abs(nearest[i] - origin[i]) - Math.abs(value - origin[i])) / (norm.units?.[i] || 1),
  );
  for (const group of rules?.groups ?? []) {
    // All of a group have the gain of the group, and go inward together.
    const gain = group.reduce((sum, i) => sum + Math.max(0, gains[i]), 0);
    for (const i of group) [inner[i], gains[i]] = [origin[i], gain];
  }
  const groupOf = groupsByColumn(rules?.groups ?? [], d);
  const outward = where(d, (i) => gains[i] > 0 && (groupOf[i] < 0 || rules!.groups[groupOf[i]][0] === i))
    .sort((a, b) => gains[b] - gains[a] || a - b)
    .map((i) => (groupOf[i] < 0 ? [i] : rules!.groups[groupOf[i]]));
  point.set(nearest);
  const turned = (count: number) => {
    outward.forEach((block, rank) => {
      for (const i of block) point[i] = rank < count ? inner[i] : nearest[i];
    });
    return sizeOf(point);
  };
  let [few, enough] = [1, outward.length];
  while (few < enough) {
    const middle = Math.floor((few + enough) / 2);
    if (turned(middle) <= most) enough = middle;
    else few = middle + 1;
  }
  const turnedSize = turned(enough);
  const other = shrunk(threat, exact, nearest, origin, lattices, type, (moved) => sizeOf(moved) <= epsilon);
  if (!other || progress(other, exact, origin, norm) <= progress(point, exact, origin, norm)) return turnedSize;
  point.set(other);
  return sizeOf(point);
}

/** The features of which something holds, ascending: few of very many, which an iterator would go through slowly. */
function where(features: number, holds: (feature: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < features; i++) if (holds(i)) found.push(i);
  return found;
}

// Small functions that are called for each row are compiled well.

function roundToSingle(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.fround(values[i]);
}

function subtract(a: Float64Array, b: Vector, into: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i] = a[i] - b[i];
}

/** Grids are of very different width where one is at most this share of another. */
const FINE = 1 / 64;

/**
 * The coarse values as they are, the fine ones on the way from their exact value to the origin, as far from it as
 * `fits` allows; undefined where none are fine or even the coarse ones do not fit.
 */
function shrunk(
  { norm }: BudgetedThreat,
  exact: Float64Array,
  nearest: Float64Array,
  origin: Vector,
  lattices: Lattices | undefined,
  type: FloatType,
  fits: (moved: Float64Array) => boolean,
): Float64Array | undefined {
  const widths = exact.map((_, i) => {
    if (nearest[i] === origin[i] && exact[i] === origin[i]) return 0;
    return (lattices?.[i]?.width ?? (type === "float32" ? spacingOf(nearest[i]) : 0)) / (norm.units?.[i] || 1);
  });
  const coarsest = widths.reduce((most, width) => Math.max(most, width), 0);
  const fine = where(widths.length, (i) => exact[i] !== origin[i] && widths[i] <= FINE * coarsest);
  if (fine.length === 0) return undefined;
  const moved = nearest.slice();
  const at = (share: number) => {
    for (const i of fine) {
      moved[i] = inward(origin[i] + share * (exact[i] - origin[i]), origin[i], lattices?.[i], type);
    }
    return fits(moved);
  };
  if (!at(0)) return undefined;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 30; halving++) {
    const middle = (low + high) / 2;
    if (at(middle)) low = middle;
    else high = middle;
  }
  at(low);
  return moved;
}

/** How far a point goes from the origin in the direction of the exact one, features in the units of the norm. */
function progress(point: Float64Array, exact: Float64Array, origin: Vector, { units }: Norm): number {
  let sum = 0;
  for (let i = 0; i < point.length; i++) {
    const unit = units?.[i] || 1;
    sum += ((point[i] - origin[i]) / unit) * ((exact[i] - origin[i]) / unit);
  }
  return sum;
}

// Working memory, kept between calls so that most of them allocate nothing.
let memory = { nearest: new Float64Array(0), difference: new Float64Array(0) };

type Lattices = readonly (Lattice | undefined)[];

/** Values that changed go to the nearest of their lattices that their bounds allow, groups to their largest. */
function roundToLattices(threat: BudgetedThreat, lattices: Lattices, point: Float64Array, origin: Vector): void {
  const lower = new Float64Array(point.length);
  const upper = new Float64Array(point.length);
  writeBounds(threat, origin, lower, upper);
  for (const group of threat.rules?.groups ?? []) {
    if (group.every((i) => point[i] === origin[i])) continue;
    const largest = group.reduce((most, i) => (point[i] > point[most] ? i : most), group[0]);
    const isAllowed = group.every((i) => (i === largest ? upper[i] >= 1 : lower[i] <= 0));
    for (const i of group) point[i] = isAllowed ? Number(i === largest) : origin[i];
  }
  for (let i = 0; i < point.length; i++) {
    const lattice = lattices[i];
    if (lattice && point[i] !== origin[i]) point[i] = lattice.nearest(point[i], lower[i], upper[i]);
  }
}

/** The position of the group of each feature, -1 for one in none. */
function groupsByColumn(groups: readonly Int32Array[], columns: number): Int32Array {
  const of = new Int32Array(columns).fill(-1);
  groups.forEach((group, g) => {
    for (const i of group) of[i] = g;
  });
  return of;
}

/** The nearest value no farther from the origin. */
function inward(value: number, origin: number, lattice: Lattice | undefined, type: FloatType): number {
  if (!lattice) return type === "float32" ? roundedTowards(value, origin) : value;
  const inner = lattice.inward(value, origin);
  return type === "float32" ? Math.fround(inner) : inner;
}
