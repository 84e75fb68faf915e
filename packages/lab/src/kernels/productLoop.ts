// Products of matrices, which convolutions are made of, too: WebAssembly where the host has it, else loops with the
// same bits.

import { f64x2, i32, lentLoops, type Variable, wasmFunction, wasmModule, whileTrue } from "@carom/core/learners";

/** Rows and columns that are computed together, as many as sums stay in registers. */
const TILE = 4;
/** Bytes of a number, and of those of a tile's row. */
const [NUMBER, TOGETHER] = [8, 8 * TILE];

export const upToTile = (count: number): number => TILE * Math.ceil(count / TILE);

/** Numbers of a matrix that stays in the processor's cache while it is multiplied. */
const CACHED = 2 ** 15;

/** How many columns are multiplied together, of a matrix of some depth. */
export const widthOf = (columns: number, depth: number): number =>
  Math.min(upToTile(columns), Math.max(64, upToTile(Math.floor(CACHED / depth))));

/** sums += left right. Memory is the next product's, too. */
interface Product {
  /** [rows / 4, depth, 4]: four rows side by side, those that fill up the last four being 0. */
  readonly left: Float64Array;
  /** [depth, columns] */
  readonly right: Float64Array;
  /** [rows, columns] */
  readonly sums: Float64Array;
  /** Adds in the order of depth. */
  compute(): void;
}

const accumulators = ["a0", "a1", "b0", "b1", "c0", "c1", "d0", "d1"] as const;

/** The loops: sums are rounded to float32 after each number, as those of float32 arrays are, or are float64. */
const names = { rounded: "addRounded", exact: "add" } as const;
type Sums = keyof typeof names;

const loopOf = (kind: Sums) =>
  wasmFunction(
    names[kind],
    {
      parameters: { left: "i32", end: "i32", depth: "i32", right: "i32", columns: "i32", sums: "i32" },
      locals: {
        ...{ column: "i32", at: "i32", endOfRows: "i32", place: "i32", row: "i32" },
        ...{ p0: "f64x2", p1: "f64x2", factor: "f64x2" },
        ...{ a0: "f64x2", a1: "f64x2", b0: "f64x2", b1: "f64x2", c0: "f64x2", c1: "f64x2", d0: "f64x2", d1: "f64x2" },
      },
    },
    (v) => {
      const advance = (variable: Variable, by: number | Variable) =>
        variable.set(i32.add(variable.get, typeof by === "number" ? i32.constant(by) : by.get));
      /** Something for each pair of sums, from row to row. */
      const forRows = (each: (sum: Variable, half: number) => ReturnType<Variable["set"]>) => [
        v.row.set(i32.add(v.sums.get, v.column.get)),
        accumulators.map((name, i) => [each(v[name], 16 * (i % 2)), i % 2 === 1 ? advance(v.row, v.columns) : []]),
      ];
      const accumulate = (sum: Variable, with_: Variable) => {
        const next = f64x2.add(sum.get, f64x2.multiply(v.factor.get, with_.get));
        return sum.set(kind === "rounded" ? f64x2.rounded(next) : next);
      };
      return [
        whileTrue(
          i32.isLess(v.left.get, v.end.get),
          v.endOfRows.set(i32.add(v.left.get, v.depth.get)),
          v.column.set(i32.constant(0)),
          whileTrue(
            i32.isLess(v.column.get, v.columns.get),
            forRows((sum, half) => sum.set(f64x2.load(v.row.get, half))),
            v.place.set(i32.add(v.right.get, v.column.get)),
            v.at.set(v.left.get),
            whileTrue(
              i32.isLess(v.at.get, v.endOfRows.get),
              v.p0.set(f64x2.load(v.place.get)),
              v.p1.set(f64x2.load(v.place.get, 16)),
              [0, 1, 2, 3].map((row) => [
                v.factor.set(f64x2.loadSplat(v.at.get, NUMBER * row)),
                accumulate(v[accumulators[2 * row]], v.p0),
                accumulate(v[accumulators[2 * row + 1]], v.p1),
              ]),
              advance(v.place, v.columns),
              advance(v.at, TOGETHER),
            ),
            forRows((sum, half) => f64x2.store(v.row.get, sum.get, half)),
            advance(v.column, TOGETHER),
          ),
          [0, 1, 2, 3].map(() => advance(v.sums, v.columns)),
          v.left.set(v.endOfRows.get),
        ),
      ];
    },
  );

const loops = lentLoops<(typeof names)[Sums]>(() => wasmModule([loopOf("rounded"), loopOf("exact")]));

/** Room for a product; rows and columns are multiples of four. Numbers are what the last product left. */
export function productOf(rows: number, depth: number, columns: number, kind: Sums = "exact"): Product {
  const sizes = [rows * depth, depth * columns, rows * columns];
  const [right, sums, end] = [sizes[0], sizes[0] + sizes[1], sizes[0] + sizes[1] + sizes[2]].map((at) => NUMBER * at);
  const hosted = loops(end);
  if (!hosted) return plainProductOf(rows, depth, columns, kind);
  const { buffer } = hosted.memory;
  return {
    left: new Float64Array(buffer, 0, sizes[0]),
    right: new Float64Array(buffer, right, sizes[1]),
    sums: new Float64Array(buffer, sums, sizes[2]),
    compute() {
      hosted.loops[names[kind]](0, right, TOGETHER * depth, right, NUMBER * columns, sums);
    },
  };
}

/** The same without WebAssembly. */
export function plainProductOf(rows: number, depth: number, columns: number, kind: Sums = "exact"): Product {
  const addRow = kind === "rounded" ? addRowRounded : addRowExact;
  const [left, right, sums] = [rows * depth, depth * columns, rows * columns].map((size) => new Float64Array(size));
  return {
    ...{ left, right, sums },
    compute() {
      for (let row = 0; row < rows; row++) {
        const first = depth * (row - (row % TILE)) + (row % TILE);
        for (let k = 0; k < depth; k++)
          addRow(sums, row * columns, left[first + TILE * k], right, k * columns, columns);
      }
    },
  };
}

type Row = readonly [
  sums: Float64Array,
  to: number,
  factor: number,
  right: Float64Array,
  from: number,
  columns: number,
];

function addRowExact(...[sums, to, factor, right, from, columns]: Row): void {
  for (let j = 0; j < columns; j++) sums[to + j] += factor * right[from + j];
}

function addRowRounded(...[sums, to, factor, right, from, columns]: Row): void {
  for (let j = 0; j < columns; j++) sums[to + j] = Math.fround(sums[to + j] + factor * right[from + j]);
}

/** Where a matrix lies among numbers: its first, and how far apart they are from row to row and column to column. */
interface Lies {
  readonly first: number;
  readonly down: number;
  readonly across: number;
  /** What each is multiplied by. */
  readonly scale?: number;
}

/** Writes a matrix as a product's left side. */
export function packRows(
  { left }: Product,
  numbers: ArrayLike<number>,
  rows: number,
  depth: number,
  { first, down, across, scale = 1 }: Lies,
): void {
  left.fill(0);
  for (let row = 0; row < rows; row++) {
    const from = first + row * down;
    const to = depth * (row - (row % TILE)) + (row % TILE);
    for (let k = 0; k < depth; k++) left[to + TILE * k] = scale * numbers[from + k * across];
  }
}
