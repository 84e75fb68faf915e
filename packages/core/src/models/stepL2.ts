// A step of projected ascent under L2 on one row of float32, in plain loops: what `stepL2Loop.ts` compiles.

/** A step of Newton's method that rises by less, relatively, is rounding. */
export const ROUNDING = 1e-6;

/** Gradients are at least as long: the squares of what float32 has are numbers in float64. */
export const SHORTEST = 1e-45;

/** Where the numbers of one row begin in an array. */
export interface RowPlaces {
  /** The move from the center, in units of the budget, which the step replaces. */
  readonly move: number;
  /** Bounds of the move, which 0 lies between. */
  readonly lower: number;
  readonly upper: number;
  readonly gradient: number;
  /** Room for two rows. */
  readonly work: number;
}

/**
 * Replaces a move u by the projection of d = u + length g / ||g|| on the ball of radius 1 and the bounds, and returns
 * ||g||^2; where that is not finite, the move stays.
 *
 * The projection is clip(sqrt(t) d) for the t in (0, 1] at which its squared length, sum_j min(t d_j^2, bound_j^2), is
 * 1; t is 1 where that is less everywhere. As a function of t that sum is zero at 0, increasing, concave and piecewise
 * linear, so that Newton's method ends below the root after a step from wherever it starts, here from 0 and from 1, and
 * rises to it from there in finitely many. It is exact up to the rounding of sums of float32, taken in four parts.
 *
 * @param columns numbers of a row, a multiple of 4; those beyond the row's own are 0
 */
export function stepL2(numbers: Float32Array, at: RowPlaces, columns: number, length: number): number {
  const { move, lower, upper, gradient, work } = at;
  const squared = squaredLength(numbers, gradient, columns);
  if (!(squared < Number.POSITIVE_INFINITY)) return squared;
  // In two factors, since their product may be more than float32 has.
  const root = 1 / Math.sqrt(Math.max(Math.sqrt(squared), SHORTEST));
  const [first, second] = [Math.fround(root), Math.fround(length * root)];
  const all = new Float32Array(4);
  for (let j = 0; j < columns; j++) {
    const d = numbers[move + j] + Math.fround(Math.fround(numbers[gradient + j] * first) * second);
    numbers[work + j] = d;
    const bound = numbers[(d > 0 ? upper : lower) + j];
    numbers[work + columns + j] = bound * bound;
    all[j % 4] += Math.fround(numbers[work + j] ** 2);
  }
  let { free, held } = measured(numbers, work, columns, 1);
  let t = 1;
  if (free + held > 1) {
    let next = Math.max((1 - held) / free, 1 / sumOf(all));
    t = 0;
    while (next > t * (1 + ROUNDING)) {
      t = Math.min(next, 1);
      ({ free, held } = measured(numbers, work, columns, t));
      next = (1 - held) / free;
    }
  }
  const scale = Math.fround(Math.sqrt(t));
  for (let j = 0; j < columns; j++) {
    const end = Math.fround(scale * numbers[work + j]);
    // biome-ignore lint/complexity/useMathMinMax: the compiled loop chooses between a 0 and a -0 as this does.
    const kept = numbers[upper + j] < end ? numbers[upper + j] : end;
    // biome-ignore lint/complexity/useMathMinMax: as before.
    numbers[move + j] = kept < numbers[lower + j] ? numbers[lower + j] : kept;
  }
  return squared;
}

/** The sum of squares, in float64. */
function squaredLength(numbers: Float32Array, from: number, columns: number): number {
  const sums = new Float64Array(4);
  for (let j = 0; j < columns; j++) sums[j % 4] += numbers[from + j] ** 2;
  return sums[0] + sums[2] + (sums[1] + sums[3]);
}

/** Of sqrt(t) d, the squared lengths of d where that is inside of the bounds, and of the bounds where it is not. */
function measured(numbers: Float32Array, work: number, columns: number, t: number) {
  const [free, held] = [new Float32Array(4), new Float32Array(4)];
  const share = Math.fround(t);
  for (let j = 0; j < columns; j++) {
    const square = Math.fround(numbers[work + j] ** 2);
    const most = numbers[work + columns + j];
    if (Math.fround(square * share) < most) free[j % 4] += square;
    else held[j % 4] += most;
  }
  return { free: sumOf(free), held: sumOf(held) };
}

const sumOf = (parts: Float32Array) => parts[0] + parts[1] + (parts[2] + parts[3]);

/** Writes the points origin + budget move of one row. */
export function placeRow(
  numbers: Float32Array,
  { move, origin, into }: Readonly<Record<"move" | "origin" | "into", number>>,
  columns: number,
  budget: number,
): void {
  const factor = Math.fround(budget);
  for (let j = 0; j < columns; j++) numbers[into + j] = numbers[origin + j] + Math.fround(factor * numbers[move + j]);
}
