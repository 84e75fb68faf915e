// Lines on which a function on a grid has a value.

/** A point of a grid, in steps from its lower left corner. */
type GridPoint = readonly [across: number, up: number];

/**
 * Segments of the line where values on a square grid pass a level: in each cell between the places on its edges where
 * they do, by linear interpolation; of cells with four such places, those that do not cut off a corner with its
 * opposite are paired by their order.
 *
 * @param values row by row from the lowest
 */
export function contour(
  values: ArrayLike<number>,
  side: number,
  level: number,
): readonly (readonly [GridPoint, GridPoint])[] {
  const segments: (readonly [GridPoint, GridPoint])[] = [];
  const at = ([x, y]: GridPoint) => values[y * side + x] - level;
  for (let y = 0; y + 1 < side; y++) {
    for (let x = 0; x + 1 < side; x++) {
      const corners: readonly GridPoint[] = [
        [x, y],
        [x + 1, y],
        [x + 1, y + 1],
        [x, y + 1],
      ];
      const passes = corners.flatMap((from, i): GridPoint[] => {
        const to = corners[(i + 1) % 4];
        const [a, b] = [at(from), at(to)];
        if (a >= 0 === b >= 0) return [];
        const share = a / (a - b);
        return [[from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]];
      });
      for (let i = 0; i + 1 < passes.length; i += 2) segments.push([passes[i], passes[i + 1]]);
    }
  }
  return segments;
}
