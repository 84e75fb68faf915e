// Sequential minimal optimisation as WebAssembly: step by step that of `smo.ts`, to the last bit.

import { type Code, call, f64, f64x2, i32, wasmFunction, wasmModule, when, whileTrue } from "../../assembler.ts";

/**
 * What lies behind the matrix at 0, each as long as one of its rows. A row of the matrix that is not there yet is 0 in
 * `known`, behind which comes room for some numbers of a row; behind all a whole number says which row is wanted (8
 * times its number), or is -1, and further ones say which numbers of a row are.
 */
export const VECTORS = ["diagonal", "lower", "upper", "b", "error", "known", "some"] as const;

/** Curvature below this is taken to be this. */
export const TINY = 1e-12;

const SNAP = 0;

const snap = wasmFunction(
  "snap",
  {
    parameters: { value: "f64", lower: "f64", upper: "f64" },
    locals: { slack: "f64", result: "f64" },
    result: "f64",
  },
  ({ value, lower, upper, slack, result }) => [
    slack.set(f64.multiply(f64.constant(1e-12), f64.subtract(upper.get, lower.get))),
    result.set(value.get),
    when(f64.isLess(f64.subtract(upper.get, slack.get), value.get), result.set(upper.get)),
    when(f64.isLess(value.get, f64.add(lower.get, slack.get)), result.set(lower.get)),
    result.get,
  ],
);

/** Moves pairs as long as it helps; `end` is 8 times the size, and numbers of rows stand as 8 times themselves. */
const smo = wasmFunction(
  "smo",
  {
    parameters: {
      ...{ end: "i32", diagonal: "i32", lower: "i32", upper: "i32", b: "i32", error: "i32", known: "i32" },
      ...{ some: "i32", most: "i32", tolerance: "f64" },
    },
    locals: {
      ...{ t: "i32", i: "i32", j: "i32", rowI: "i32", rowJ: "i32", iteration: "i32", goesOn: "i32" },
      ...{ highest: "f64", lowest: "f64", best: "f64", number: "f64", difference: "f64", step: "f64" },
      ...{ before: "f64", beforeJ: "f64", steps: "f64x2" },
    },
    result: "i32",
  },
  (v) => {
    const at = (vector: typeof v.b, place: typeof v.t) => i32.add(vector.get, place.get);
    const number = (vector: typeof v.b, place: typeof v.t) => f64.load(at(vector, place));
    const rowOf = (place: typeof v.t) => i32.multiply(i32.shiftRight(place.get, 3), v.end.get);
    const forEach = (...body: Code[]) => [
      v.t.set(i32.constant(0)),
      whileTrue(i32.isLess(v.t.get, v.end.get), ...body, v.t.set(i32.add(v.t.get, i32.constant(8)))),
    ];
    const curvature = (place: typeof v.t) =>
      f64.max(
        f64.subtract(
          f64.add(number(v.diagonal, v.i), number(v.diagonal, place)),
          f64.multiply(f64.constant(2), number(v.rowI, place)),
        ),
        f64.constant(TINY),
      );
    const move = (place: typeof v.t, value: Code) =>
      f64.store(at(v.b, place), call(SNAP, value, number(v.lower, place), number(v.upper, place)));
    const want = (place: Code) => i32.store(i32.add(v.some.get, v.end.get), place);
    const whereKnown = (place: typeof v.t, ...body: Code[]) => [
      when(f64.isLess(number(v.known, place), f64.constant(1)), want(place.get)),
      when(f64.isNot(number(v.known, place), f64.constant(0)), ...body),
    ];
    const takeStep = [
      v.rowJ.set(rowOf(v.j)),
      v.step.set(f64.divide(f64.subtract(v.highest.get, number(v.error, v.j)), curvature(v.j))),
      v.step.set(f64.min(v.step.get, f64.subtract(number(v.upper, v.i), number(v.b, v.i)))),
      v.step.set(f64.min(v.step.get, f64.subtract(number(v.b, v.j), number(v.lower, v.j)))),
      v.before.set(number(v.b, v.i)),
      v.beforeJ.set(number(v.b, v.j)),
      move(v.i, f64.add(v.before.get, v.step.get)),
      move(v.j, f64.subtract(v.beforeJ.get, v.step.get)),
      when(
        i32.or(f64.isNot(number(v.b, v.i), v.before.get), f64.isNot(number(v.b, v.j), v.beforeJ.get)),
        v.steps.set(f64x2.splat(v.step.get)),
        v.t.set(i32.constant(0)),
        whileTrue(
          i32.isLess(i32.add(v.t.get, i32.constant(8)), v.end.get),
          f64x2.store(
            at(v.error, v.t),
            f64x2.subtract(
              f64x2.load(at(v.error, v.t)),
              f64x2.multiply(v.steps.get, f64x2.subtract(f64x2.load(at(v.rowI, v.t)), f64x2.load(at(v.rowJ, v.t)))),
            ),
          ),
          v.t.set(i32.add(v.t.get, i32.constant(16))),
        ),
        when(
          i32.isLess(v.t.get, v.end.get),
          f64.store(
            at(v.error, v.t),
            f64.subtract(
              number(v.error, v.t),
              f64.multiply(v.step.get, f64.subtract(number(v.rowI, v.t), number(v.rowJ, v.t))),
            ),
          ),
        ),
        v.iteration.set(i32.add(v.iteration.get, i32.constant(1))),
        v.goesOn.set(i32.isLess(v.iteration.get, v.most.get)),
      ),
    ];
    return [
      want(i32.constant(-1)),
      v.goesOn.set(i32.isLess(i32.constant(0), v.most.get)),
      whileTrue(
        v.goesOn.get,
        v.goesOn.set(i32.constant(0)),
        v.i.set(i32.constant(-1)),
        v.highest.set(f64.constant(Number.NEGATIVE_INFINITY)),
        forEach(
          v.number.set(number(v.error, v.t)),
          when(
            f64.isLess(v.highest.get, v.number.get),
            when(f64.isLess(number(v.b, v.t), number(v.upper, v.t)), v.highest.set(v.number.get), v.i.set(v.t.get)),
          ),
        ),
        when(
          i32.isLess(v.i.get, v.end.get),
          whereKnown(
            v.i,
            v.rowI.set(rowOf(v.i)),
            v.j.set(i32.constant(-1)),
            v.best.set(f64.constant(0)),
            v.lowest.set(v.highest.get),
            forEach(
              v.number.set(number(v.error, v.t)),
              v.difference.set(f64.subtract(v.highest.get, v.number.get)),
              when(
                f64.isLess(f64.constant(0), v.difference.get),
                when(
                  f64.isLess(number(v.lower, v.t), number(v.b, v.t)),
                  v.lowest.set(f64.min(v.lowest.get, v.number.get)),
                  v.number.set(f64.divide(f64.multiply(v.difference.get, v.difference.get), curvature(v.t))),
                  when(f64.isLess(v.best.get, v.number.get), v.best.set(v.number.get), v.j.set(v.t.get)),
                ),
              ),
            ),
            when(
              f64.isLess(v.tolerance.get, f64.subtract(v.highest.get, v.lowest.get)),
              when(i32.isLess(v.j.get, v.end.get), whereKnown(v.j, ...takeStep)),
            ),
          ),
        ),
      ),
      v.iteration.get,
    ];
  },
);

/**
 * Of the rows that are not known and may go towards a bound, 8 times that which violates the conditions most: of the
 * largest error times `sign`, 1 for the upper bounds and -1 for the lower ones. -1 where there is none.
 */
const next = wasmFunction(
  "next",
  {
    parameters: { end: "i32", bound: "i32", b: "i32", error: "i32", known: "i32", sign: "f64" },
    locals: { t: "i32", best: "i32", highest: "f64", worth: "f64" },
    result: "i32",
  },
  (v) => {
    const number = (vector: typeof v.b) => f64.load(i32.add(vector.get, v.t.get));
    return [
      v.best.set(i32.constant(-1)),
      v.highest.set(f64.constant(Number.NEGATIVE_INFINITY)),
      whileTrue(
        i32.isLess(v.t.get, v.end.get),
        v.worth.set(f64.multiply(v.sign.get, number(v.error))),
        when(
          f64.isLess(v.highest.get, v.worth.get),
          when(
            f64.isLess(f64.multiply(v.sign.get, number(v.b)), f64.multiply(v.sign.get, number(v.bound))),
            when(f64.isLess(number(v.known), f64.constant(1)), v.highest.set(v.worth.get), v.best.set(v.t.get)),
          ),
        ),
        v.t.set(i32.add(v.t.get, i32.constant(8))),
      ),
      v.best.get,
    ];
  },
);

/** Numbers of the row at `row`, those at the listed places, one after the other from `into` on. */
const gather = wasmFunction(
  "gather",
  { parameters: { row: "i32", list: "i32", listEnd: "i32", into: "i32" }, locals: {} },
  ({ row, list, listEnd, into }) =>
    whileTrue(
      i32.isLess(list.get, listEnd.get),
      f64.store(into.get, f64.load(i32.add(row.get, i32.shiftLeft(i32.load(list.get), 3)))),
      into.set(i32.add(into.get, i32.constant(8))),
      list.set(i32.add(list.get, i32.constant(4))),
    ),
);

/** Adds the row at `row`, times a number, to the one at `into`, which ends at `end`. */
const add = wasmFunction(
  "add",
  { parameters: { row: "i32", scale: "f64", into: "i32", end: "i32" }, locals: { scales: "f64x2" } },
  ({ row, scale, into, end, scales }) => [
    scales.set(f64x2.splat(scale.get)),
    whileTrue(
      i32.isLess(i32.add(into.get, i32.constant(8)), end.get),
      f64x2.store(into.get, f64x2.add(f64x2.load(into.get), f64x2.multiply(scales.get, f64x2.load(row.get)))),
      row.set(i32.add(row.get, i32.constant(16))),
      into.set(i32.add(into.get, i32.constant(16))),
    ),
    when(
      i32.isLess(into.get, end.get),
      f64.store(into.get, f64.add(f64.load(into.get), f64.multiply(scale.get, f64.load(row.get)))),
    ),
  ],
);

export const smoLoop = (): Uint8Array<ArrayBuffer> => wasmModule([snap, smo, next, gather, add]);
