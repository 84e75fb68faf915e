// The scan of a dense column for the best split of a tree node as WebAssembly: operation by operation the plain loops
// of `denseScan.ts` and `classScan.ts`.

import {
  type Code,
  f64,
  i32,
  i32x4,
  type Variable,
  wasmFunction,
  wasmModule,
  when,
  whileTrue,
} from "../../assembler.ts";

/** Bytes of a code: compiled loops are for columns of up to 65,536 values. */
export type CodeBytes = 1 | 2;

/** Bits of what `scan` returns: whether the column varies on the node, and whether a better split was found. */
const VARIES = 1;
export const BETTER = 2;

/** Marks are looked at so many at a time. */
export const TOGETHER = 16;

/** Where marks of codes lie: blocks of them at 0, then they themselves; what else there is begins behind. */
const placesOf = (bytes: CodeBytes) => ({
  marks: 256 ** bytes / TOGETHER,
  end: (256 ** bytes * (1 + TOGETHER)) / TOGETHER,
});
export const afterMarks = (bytes: CodeBytes): number => placesOf(bytes).end;

/** A class's rows that are still to be added to its sums. */
type Rows = Record<"row" | "weight" | "sums" | "end", Variable>;

/** The highest bit of a byte. */
const MARK = i32.constant(0x80);

/**
 * Adds the node's rows to weights by class and code, and goes over the codes that occur, ascending, which leaves those
 * weights at zero.
 *
 * Codes of the column are `step` bytes apart. `best` is where the best score lies, behind it the two codes of its
 * split. `totals` are those of `size` bytes, followed by room for as many on the left, on the right, and by where the
 * rows of each class end. A code that occurs has a byte among the marks, and one among their blocks says which sixteen
 * of those to look at, so that few are; `blocks` is where the latter end.
 */
const scan = (bytes: CodeBytes) =>
  wasmFunction(
    "scan",
    {
      parameters: {
        ...{
          column: "i32",
          step: "i32",
          row: "i32",
          weight: "i32",
          rows: "i32",
          best: "i32",
          totals: "i32",
          size: "i32",
        },
        ...{ mass: "i32", stride: "i32", blocks: "i32", total: "f64", squares: "f64" },
      },
      locals: {
        ...{ row2: "i32", weight2: "i32", sums2: "i32", end2: "i32" },
        ...{ sums: "i32", end: "i32", classEnd: "i32", code: "i32", at: "i32", k: "i32", block: "i32", bits: "i32" },
        ...{ inner: "i32", before: "i32", found: "i32", first: "i32", seen: "i32" },
        ...{ w: "f64", l: "f64", r: "f64", left: "f64", right: "f64", leftSquares: "f64", rightSquares: "f64" },
        ...{ score: "f64", highest: "f64" },
      },
      result: "i32",
    },
    (v) => {
      const { marks } = placesOf(bytes);
      const next = (variable: Variable, by: Code | number) =>
        variable.set(i32.add(variable.get, typeof by === "number" ? i32.constant(by) : by));
      const codeAt = (address: Code) => (bytes === 1 ? i32.loadByte(address) : i32.loadHalf(address));
      const ofCode = (array: Variable) => i32.add(array.get, i32.shiftLeft(v.code.get, 3));
      const besideTotal = (part: number) => i32.add(v.k.get, part === 1 ? v.size.get : i32.shiftLeft(v.size.get, 1));
      const twice = (a: Code) => f64.add(a, a);
      const forEachBit = (set: Variable, ...body: Code[]) =>
        whileTrue(set.get, body, set.set(i32.and(set.get, i32.subtract(set.get, i32.constant(1)))));
      const zeros = i32x4.constant(0);

      const addRow = ({ row, weight, sums }: Rows, ahead: number) => [
        v.code.set(codeAt(i32.add(v.column.get, i32.multiply(i32.load(row.get, 4 * ahead), v.step.get)))),
        v.at.set(ofCode(sums)),
        f64.store(v.at.get, f64.add(f64.load(v.at.get), f64.load(weight.get, 8 * ahead))),
        i32.storeByte(v.code.get, MARK, marks),
        i32.storeByte(i32.shiftRight(v.code.get, 4), MARK),
      ];
      const goOn = ({ row, weight }: Rows, by: number) => [next(row, 4 * by), next(weight, 8 * by)];
      const has = ({ row, end }: Rows, ahead = 0) => i32.isLess(i32.add(row.get, i32.constant(4 * ahead)), end.get);
      const ones: Rows = { row: v.row, weight: v.weight, sums: v.sums, end: v.end };
      const others: Rows = { row: v.row2, weight: v.weight2, sums: v.sums2, end: v.end2 };
      const addRest = whileTrue(has(ones), addRow(ones, 0), goOn(ones, 1));
      const rowAt = (place: Code) => i32.add(v.rows.get, i32.shiftLeft(place, 2));
      const addRows = [
        v.sums.set(v.mass.get),
        v.k.set(i32.add(v.totals.get, i32.multiply(v.size.get, i32.constant(3)))),
        v.classEnd.set(i32.add(v.k.get, i32.shiftRight(v.size.get, 1))),
        whileTrue(
          i32.isLess(v.k.get, v.classEnd.get),
          v.end.set(rowAt(i32.load(v.k.get))),
          // Sums of one code wait for each other: those of the next class, where there is one, are added in between.
          when(
            i32.isLess(i32.add(v.k.get, i32.constant(4)), v.classEnd.get),
            v.row2.set(v.end.get),
            v.weight2.set(i32.add(v.weight.get, i32.shiftLeft(i32.subtract(v.end.get, v.row.get), 1))),
            v.sums2.set(i32.add(v.sums.get, v.stride.get)),
            v.end2.set(rowAt(i32.load(v.k.get, 4))),
            whileTrue(
              i32.and(has(ones, 1), has(others, 1)),
              [0, 1].flatMap((ahead) => [addRow(ones, ahead), addRow(others, ahead)]),
              goOn(ones, 2),
              goOn(others, 2),
            ),
            addRest,
            v.row.set(v.row2.get),
            v.weight.set(v.weight2.get),
            v.sums.set(v.sums2.get),
            v.end.set(v.end2.get),
            next(v.k, 4),
          ),
          addRest,
          next(v.sums, v.stride.get),
          next(v.k, 4),
        ),
      ];
      const forEachClass = (...body: Code[]) => [
        v.k.set(v.totals.get),
        whileTrue(i32.isLess(v.k.get, v.classEnd.get), body, next(v.k, 8)),
      ];
      const moveToTheLeft = [
        v.at.set(ofCode(v.mass)),
        forEachClass(
          v.w.set(f64.load(v.at.get)),
          f64.store(v.at.get, f64.constant(0)),
          v.l.set(f64.load(besideTotal(1))),
          v.r.set(f64.load(besideTotal(2))),
          v.leftSquares.set(f64.add(v.leftSquares.get, f64.multiply(v.w.get, f64.add(twice(v.l.get), v.w.get)))),
          v.rightSquares.set(
            f64.subtract(v.rightSquares.get, f64.multiply(v.w.get, f64.subtract(twice(v.r.get), v.w.get))),
          ),
          f64.store(besideTotal(1), f64.add(v.l.get, v.w.get)),
          f64.store(besideTotal(2), f64.subtract(v.r.get, v.w.get)),
          v.left.set(f64.add(v.left.get, v.w.get)),
          v.right.set(f64.subtract(v.right.get, v.w.get)),
          next(v.at, v.stride.get),
        ),
      ];
      const splitBefore = [
        v.score.set(f64.add(f64.divide(v.leftSquares.get, v.left.get), f64.divide(v.rightSquares.get, v.right.get))),
        v.found.set(i32.or(v.found.get, i32.constant(VARIES))),
        when(
          f64.isLess(v.highest.get, v.score.get),
          v.highest.set(v.score.get),
          f64.store(v.best.get, v.score.get),
          i32.store(i32.add(v.best.get, i32.constant(8)), v.before.get),
          i32.store(i32.add(v.best.get, i32.constant(12)), v.code.get),
          v.found.set(i32.constant(VARIES + BETTER)),
        ),
      ];
      return [
        addRows,
        v.classEnd.set(i32.add(v.totals.get, v.size.get)),
        forEachClass(f64.store(besideTotal(1), f64.constant(0)), f64.store(besideTotal(2), f64.load(v.k.get))),
        v.right.set(v.total.get),
        v.rightSquares.set(v.squares.get),
        v.highest.set(f64.load(v.best.get)),
        v.before.set(i32.constant(-1)),
        v.first.set(i32.constant(marks)),
        whileTrue(
          i32.isLess(v.seen.get, v.blocks.get),
          v.bits.set(i32x4.byteBits(i32x4.load(v.seen.get))),
          when(v.bits.get, i32x4.store(v.seen.get, zeros)),
          forEachBit(
            v.bits,
            v.block.set(i32.add(v.first.get, i32.shiftLeft(i32.zerosBelow(v.bits.get), 4))),
            v.inner.set(i32x4.byteBits(i32x4.load(v.block.get))),
            i32x4.store(v.block.get, zeros),
            forEachBit(
              v.inner,
              v.code.set(i32.add(i32.subtract(v.block.get, i32.constant(marks)), i32.zerosBelow(v.inner.get))),
              when(i32.isLess(v.before.get, i32.constant(-1)), splitBefore),
              moveToTheLeft,
              v.before.set(v.code.get),
            ),
          ),
          next(v.first, TOGETHER * TOGETHER),
          next(v.seen, TOGETHER),
        ),
        v.found.get,
      ];
    },
  );

export const scanModule = (bytes: CodeBytes): Uint8Array<ArrayBuffer> => wasmModule([scan(bytes)]);
