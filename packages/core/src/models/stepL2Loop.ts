// The step of `stepL2.ts` as WebAssembly, four numbers at a time: operation by operation its plain loops, so that moves
// are the same to the last bit. Places are addresses, and columns the bytes of a row.

import {
  type Code,
  call,
  f32x4,
  f64,
  f64x2,
  i32,
  type Variable,
  wasmFunction,
  wasmModule,
  when,
  whileTrue,
} from "../assembler.ts";
import { ROUNDING, SHORTEST } from "./stepL2.ts";

const advance = (variable: Variable) => variable.set(i32.add(variable.get, i32.constant(16)));
const addTo = (sum: Variable, value: Code) => sum.set(f32x4.add(sum.get, value));
const zero = f32x4.splat(f64.constant(0));
const sumOf = ({ get }: Variable) =>
  f64.add(f64.add(f32x4.lane(get, 0), f32x4.lane(get, 1)), f64.add(f32x4.lane(get, 2), f32x4.lane(get, 3)));

/** The place of a function that another calls. */
const SQUARED_LENGTH = 0;

const squaredLength = wasmFunction(
  "squaredLength",
  {
    parameters: { at: "i32", end: "i32" },
    locals: { a: "f64x2", b: "f64x2", low: "f64x2", high: "f64x2" },
    result: "f64",
  },
  ({ at, end, a, b, low, high }) => [
    whileTrue(
      i32.isLess(at.get, end.get),
      a.set(f64x2.loadSingles(at.get)),
      b.set(f64x2.loadSingles(at.get, 8)),
      low.set(f64x2.add(low.get, f64x2.multiply(a.get, a.get))),
      high.set(f64x2.add(high.get, f64x2.multiply(b.get, b.get))),
      advance(at),
    ),
    low.set(f64x2.add(low.get, high.get)),
    f64.add(f64x2.lane(low.get, 0), f64x2.lane(low.get, 1)),
  ],
);

const step = wasmFunction(
  "step",
  {
    parameters: {
      move: "i32",
      lower: "i32",
      upper: "i32",
      gradient: "i32",
      work: "i32",
      columns: "i32",
      length: "f64",
    },
    locals: {
      at: "i32",
      squared: "f64",
      root: "f64",
      t: "f64",
      next: "f64",
      freeSum: "f64",
      heldSum: "f64",
      first: "f32x4",
      second: "f32x4",
      d: "f32x4",
      square: "f32x4",
      most: "f32x4",
      isFree: "f32x4",
      all: "f32x4",
      free: "f32x4",
      held: "f32x4",
    },
    result: "f64",
  },
  (v) => {
    const own = (row: Variable) => i32.add(row.get, v.at.get);
    const ownMost = i32.add(own(v.work), v.columns.get);
    const alongRow = (...body: Code[]) => [
      v.at.set(i32.constant(0)),
      whileTrue(i32.isLess(v.at.get, v.columns.get), body, advance(v.at)),
    ];
    const addSquares = (reached: Code) => [
      v.isFree.set(f32x4.isLess(reached, v.most.get)),
      addTo(v.free, f32x4.where(v.square.get, v.isFree.get)),
      addTo(v.held, f32x4.whereNot(v.most.get, v.isFree.get)),
    ];
    const sumUp = [
      v.freeSum.set(sumOf(v.free)),
      v.heldSum.set(sumOf(v.held)),
      v.next.set(f64.divide(f64.subtract(f64.constant(1), v.heldSum.get), v.freeSum.get)),
    ];
    const divided = (a: Code) => f64.divide(f64.constant(1), a);
    return [
      v.squared.set(call(SQUARED_LENGTH, v.gradient.get, i32.add(v.gradient.get, v.columns.get))),
      when(
        f64.isLess(v.squared.get, f64.constant(Number.POSITIVE_INFINITY)),
        v.root.set(divided(f64.sqrt(f64.max(f64.sqrt(v.squared.get), f64.constant(SHORTEST))))),
        v.first.set(f32x4.splat(v.root.get)),
        v.second.set(f32x4.splat(f64.multiply(v.length.get, v.root.get))),
        alongRow(
          v.d.set(f32x4.multiply(f32x4.multiply(f32x4.load(own(v.gradient)), v.first.get), v.second.get)),
          v.d.set(f32x4.add(f32x4.load(own(v.move)), v.d.get)),
          f32x4.store(own(v.work), v.d.get),
          v.most.set(f32x4.select(f32x4.load(own(v.upper)), f32x4.load(own(v.lower)), f32x4.isLess(zero, v.d.get))),
          v.most.set(f32x4.multiply(v.most.get, v.most.get)),
          f32x4.store(ownMost, v.most.get),
          v.square.set(f32x4.multiply(v.d.get, v.d.get)),
          addTo(v.all, v.square.get),
          addSquares(v.square.get),
        ),
        sumUp,
        v.t.set(f64.constant(1)),
        when(
          f64.isLess(f64.constant(1), f64.add(v.freeSum.get, v.heldSum.get)),
          v.next.set(f64.max(v.next.get, divided(sumOf(v.all)))),
          v.t.set(f64.constant(0)),
          whileTrue(
            f64.isLess(f64.multiply(v.t.get, f64.constant(1 + ROUNDING)), v.next.get),
            v.t.set(f64.min(v.next.get, f64.constant(1))),
            v.first.set(f32x4.splat(v.t.get)),
            v.free.set(zero),
            v.held.set(zero),
            alongRow(
              v.d.set(f32x4.load(own(v.work))),
              v.most.set(f32x4.load(ownMost)),
              v.square.set(f32x4.multiply(v.d.get, v.d.get)),
              addSquares(f32x4.multiply(v.square.get, v.first.get)),
            ),
            sumUp,
          ),
        ),
        v.first.set(f32x4.splat(f64.sqrt(v.t.get))),
        alongRow(
          v.d.set(f32x4.multiply(v.first.get, f32x4.load(own(v.work)))),
          f32x4.store(
            own(v.move),
            f32x4.greater(f32x4.lesser(v.d.get, f32x4.load(own(v.upper))), f32x4.load(own(v.lower))),
          ),
        ),
      ),
      v.squared.get,
    ];
  },
);

const place = wasmFunction(
  "place",
  {
    parameters: { move: "i32", origin: "i32", into: "i32", columns: "i32", budget: "f64" },
    locals: { end: "i32", factor: "f32x4" },
  },
  (v) => [
    v.factor.set(f32x4.splat(v.budget.get)),
    v.end.set(i32.add(v.move.get, v.columns.get)),
    whileTrue(
      i32.isLess(v.move.get, v.end.get),
      f32x4.store(
        v.into.get,
        f32x4.add(f32x4.load(v.origin.get), f32x4.multiply(v.factor.get, f32x4.load(v.move.get))),
      ),
      [v.move, v.origin, v.into].map(advance),
    ),
  ],
);

/** The module of steps, and of the points where moves lead. */
export const stepL2Module = () => wasmModule([squaredLength, step, place]);
