// Cholesky factors and the systems solved with them as WebAssembly: entry by entry the operations of the plain loops of
// `cholesky.ts`, two or four entries side by side, so that results are the same to the last bit.

import { call, f64, f64x2, i32, wasmFunction, wasmModule, when, whileTrue } from "../../assembler.ts";

/** Rows and columns of a tile: those of the matrix are filled up to a multiple. */
export const TILE = 4;

/** Bytes of a tile's line. */
const LINE = 8 * TILE;
const places = [0, 1, 2, 3] as const;
const pairs = [0, 1] as const;

/** The places of functions that others call. */
const [UPDATE, DIVIDE, CORNER] = [0, 1, 2];

/**
 * What the columns on the left contribute is taken off a tile; `row` is where the first of its rows begins, `left` the
 * bytes of those columns, and at `panel` lies what they have in the tile's four columns, line by line.
 */
const update = wasmFunction(
  "update",
  {
    parameters: { row: "i32", width: "i32", left: "i32", panel: "i32" },
    locals: {
      ...{ end: "i32", r1: "i32", r2: "i32", r3: "i32", low: "f64x2", high: "f64x2", factor: "f64x2" },
      ...{ a0: "f64x2", a1: "f64x2", b0: "f64x2", b1: "f64x2", c0: "f64x2", c1: "f64x2", d0: "f64x2", d1: "f64x2" },
    },
  },
  (v) => {
    const rows = [v.row, v.r1, v.r2, v.r3];
    const sums = [
      [v.a0, v.a1],
      [v.b0, v.b1],
      [v.c0, v.c1],
      [v.d0, v.d1],
    ];
    const columns = [v.low, v.high];
    return [
      v.end.set(i32.add(v.row.get, v.left.get)),
      places.slice(1).map((k) => rows[k].set(i32.add(rows[k - 1].get, v.width.get))),
      places.map((k) => pairs.map((p) => sums[k][p].set(f64x2.load(i32.add(rows[k].get, v.left.get), 16 * p)))),
      whileTrue(
        i32.isLess(v.row.get, v.end.get),
        pairs.map((p) => columns[p].set(f64x2.load(v.panel.get, 16 * p))),
        places.map((k) => [
          v.factor.set(f64x2.loadSplat(rows[k].get)),
          pairs.map((p) =>
            sums[k][p].set(f64x2.subtract(sums[k][p].get, f64x2.multiply(v.factor.get, columns[p].get))),
          ),
          rows[k].set(i32.add(rows[k].get, i32.constant(8))),
        ]),
        v.panel.set(i32.add(v.panel.get, i32.constant(LINE))),
      ),
      places.map((k) => pairs.map((p) => f64x2.store(rows[k].get, sums[k][p].get, 16 * p))),
    ];
  },
);

/** Divides a tile by the corner above it, in place, and writes the result mirrored to `mirrored`. */
const divide = wasmFunction(
  "divide",
  {
    parameters: { tile: "i32", width: "i32", corner: "i32", mirrored: "i32" },
    locals: { rows: "i32", line: "i32", at: "i32", s0: "f64", s1: "f64", s2: "f64", s3: "f64" },
  },
  (v) => {
    const sums = [v.s0, v.s1, v.s2, v.s3];
    const inCorner = (k: number) => f64.load(v.line.get, 8 * k);
    return [
      v.rows.set(i32.constant(TILE)),
      whileTrue(
        v.rows.get,
        v.line.set(v.corner.get),
        v.at.set(v.mirrored.get),
        places.map((j) => [
          sums[j].set(f64.load(v.tile.get, 8 * j)),
          places.slice(0, j).map((k) => sums[j].set(f64.subtract(sums[j].get, f64.multiply(sums[k].get, inCorner(k))))),
          sums[j].set(f64.divide(sums[j].get, inCorner(j))),
          f64.store(v.tile.get, sums[j].get, 8 * j),
          f64.store(v.at.get, sums[j].get),
          v.line.set(i32.add(v.line.get, v.width.get)),
          v.at.set(i32.add(v.at.get, v.width.get)),
        ]),
        v.tile.set(i32.add(v.tile.get, v.width.get)),
        v.mirrored.set(i32.add(v.mirrored.get, i32.constant(8))),
        v.rows.set(i32.subtract(v.rows.get, i32.constant(1))),
      ),
    ];
  },
);

/** Factors a tile on the diagonal, in place. */
const corner = wasmFunction(
  "corner",
  {
    parameters: { tile: "i32", width: "i32", least: "f64" },
    locals: { r1: "i32", r2: "i32", r3: "i32", sum: "f64" },
  },
  (v) => {
    const rows = [v.tile, v.r1, v.r2, v.r3];
    const entry = (i: number, j: number) => f64.load(rows[i].get, 8 * j);
    return [
      places.slice(1).map((i) => rows[i].set(i32.add(rows[i - 1].get, v.width.get))),
      places.map((i) =>
        places
          .slice(0, i + 1)
          .map((j) => [
            v.sum.set(entry(i, j)),
            places.slice(0, j).map((k) => v.sum.set(f64.subtract(v.sum.get, f64.multiply(entry(i, k), entry(j, k))))),
            f64.store(
              rows[i].get,
              i === j ? f64.sqrt(f64.max(v.sum.get, v.least.get)) : f64.divide(v.sum.get, entry(j, j)),
              8 * j,
            ),
          ]),
      ),
    ];
  },
);

/**
 * Factors the matrix at 0, of `size` rows of `width` bytes, in place, tile by tile; above the diagonal it leaves the
 * factor's mirror image. At `panel` is room for four columns.
 */
const factor = wasmFunction(
  "factor",
  {
    parameters: { size: "i32", width: "i32", panel: "i32", least: "f64" },
    locals: { left: "i32", at: "i32", to: "i32", row: "i32", end: "i32", mirrored: "i32", corner: "i32" },
  },
  (v) => [
    v.end.set(i32.multiply(v.size.get, v.width.get)),
    whileTrue(
      i32.isLess(v.left.get, v.width.get),
      // The four columns as the rows above have them.
      v.at.set(v.left.get),
      v.to.set(v.panel.get),
      v.corner.set(i32.multiply(i32.shiftRight(v.left.get, 3), v.width.get)),
      whileTrue(
        i32.isLess(v.at.get, v.corner.get),
        pairs.map((p) => f64x2.store(v.to.get, f64x2.load(v.at.get, 16 * p), 16 * p)),
        v.to.set(i32.add(v.to.get, i32.constant(LINE))),
        v.at.set(i32.add(v.at.get, v.width.get)),
      ),
      call(UPDATE, v.corner.get, v.width.get, v.left.get, v.panel.get),
      v.row.set(v.corner.get),
      v.corner.set(i32.add(v.corner.get, v.left.get)),
      call(CORNER, v.corner.get, v.width.get, v.least.get),
      v.mirrored.set(v.corner.get),
      v.row.set(i32.add(v.row.get, i32.shiftLeft(v.width.get, 2))),
      whileTrue(
        i32.isLess(v.row.get, v.end.get),
        v.mirrored.set(i32.add(v.mirrored.get, i32.constant(LINE))),
        call(UPDATE, v.row.get, v.width.get, v.left.get, v.panel.get),
        call(DIVIDE, i32.add(v.row.get, v.left.get), v.width.get, v.corner.get, v.mirrored.get),
        v.row.set(i32.add(v.row.get, i32.shiftLeft(v.width.get, 2))),
      ),
      v.left.set(i32.add(v.left.get, i32.constant(LINE))),
    ),
  ],
);

/** The x with L x = b, in place of b, L being at 0 and `end` 8 times its size. */
const forward = wasmFunction(
  "forward",
  {
    parameters: { width: "i32", x: "i32", end: "i32" },
    locals: { row: "i32", place: "i32", k: "i32", even: "f64", sums: "f64x2" },
  },
  (v) => {
    const inRow = () => i32.add(v.row.get, v.k.get);
    const inX = () => i32.add(v.x.get, v.k.get);
    return whileTrue(
      i32.isLess(v.place.get, v.end.get),
      v.sums.set(f64x2.loadFirst(i32.add(v.x.get, v.place.get))),
      v.k.set(i32.constant(0)),
      whileTrue(
        i32.isLess(i32.add(v.k.get, i32.constant(8)), v.place.get),
        v.sums.set(f64x2.subtract(v.sums.get, f64x2.multiply(f64x2.load(inRow()), f64x2.load(inX())))),
        v.k.set(i32.add(v.k.get, i32.constant(16))),
      ),
      v.even.set(f64x2.lane(v.sums.get, 0)),
      when(
        i32.isLess(v.k.get, v.place.get),
        v.even.set(f64.subtract(v.even.get, f64.multiply(f64.load(inRow()), f64.load(inX())))),
      ),
      f64.store(
        i32.add(v.x.get, v.place.get),
        f64.divide(f64.add(v.even.get, f64x2.lane(v.sums.get, 1)), f64.load(i32.add(v.row.get, v.place.get))),
      ),
      v.row.set(i32.add(v.row.get, v.width.get)),
      v.place.set(i32.add(v.place.get, i32.constant(8))),
    );
  },
);

/** The x with L^T x = b, in place of b; as before. */
const backward = wasmFunction(
  "backward",
  {
    parameters: { width: "i32", x: "i32", place: "i32" },
    locals: { row: "i32", k: "i32", value: "f64", twice: "f64x2" },
  },
  (v) => {
    const inRow = () => i32.add(v.row.get, v.k.get);
    const inX = () => i32.add(v.x.get, v.k.get);
    return [
      v.row.set(i32.multiply(i32.shiftRight(v.place.get, 3), v.width.get)),
      whileTrue(
        v.place.get,
        v.place.set(i32.subtract(v.place.get, i32.constant(8))),
        v.row.set(i32.subtract(v.row.get, v.width.get)),
        v.k.set(v.place.get),
        v.value.set(f64.divide(f64.load(inX()), f64.load(inRow()))),
        f64.store(inX(), v.value.get),
        v.twice.set(f64x2.splat(v.value.get)),
        v.k.set(i32.constant(0)),
        whileTrue(
          i32.isLess(i32.add(v.k.get, i32.constant(8)), v.place.get),
          f64x2.store(inX(), f64x2.subtract(f64x2.load(inX()), f64x2.multiply(f64x2.load(inRow()), v.twice.get))),
          v.k.set(i32.add(v.k.get, i32.constant(16))),
        ),
        when(
          i32.isLess(v.k.get, v.place.get),
          f64.store(inX(), f64.subtract(f64.load(inX()), f64.multiply(f64.load(inRow()), v.value.get))),
        ),
      ),
    ];
  },
);

export const factorLoops = (): Uint8Array<ArrayBuffer> =>
  wasmModule([update, divide, corner, factor, forward, backward]);
