// The projection of `projectL2.ts` as WebAssembly, two numbers at a time: the same operations in the same order, sums
// one number after the other, so that points are the same to the last bit.

import { type Code, f64, f64x2, i32, type Variable, wasmFunction, wasmModule, when, whileTrue } from "../assembler.ts";
import { ROUNDING } from "./projectL2.ts";

const zero = f64.constant(0);
const [none, one] = [f64x2.constant(0), f64x2.constant(1)];

/** Of rows of `width` bytes that lie side by side: point, center, lower, upper; moves and their bounds come behind. */
const project = wasmFunction(
  "project",
  {
    parameters: { width: "i32", epsilon: "f64" },
    locals: {
      ...{ point: "i32", center: "i32", lower: "i32", upper: "i32", moves: "i32", bounds: "i32" },
      ...{ at: "i32", goesOn: "i32", length: "f64", free: "f64", held: "f64", radius: "f64", s: "f64", next: "f64" },
      ...{
        c: "f64x2",
        move: "f64x2",
        bound: "f64x2",
        square: "f64x2",
        most: "f64x2",
        isFree: "f64x2",
        isHeld: "f64x2",
        steps: "f64x2",
      },
    },
  },
  (v) => {
    const own = (row: Variable) => i32.add(row.get, v.at.get);
    const along = (...body: Code[]) => [
      v.at.set(i32.constant(0)),
      whileTrue(i32.isLess(v.at.get, v.width.get), body, v.at.set(i32.add(v.at.get, i32.constant(16)))),
    ];
    const addTo = (sum: Variable, value: Variable) =>
      ([0, 1] as const).map((place) => sum.set(f64.add(sum.get, f64x2.lane(value.get, place))));
    const flag = (condition: Code) => f64x2.select(one, none, condition);
    const placeAndSum = [
      v.square.set(f64x2.multiply(v.move.get, v.move.get)),
      v.most.set(f64x2.multiply(v.bound.get, v.bound.get)),
      v.isFree.set(flag(f64x2.isLess(v.square.get, v.most.get))),
      v.isHeld.set(f64x2.subtract(one, v.isFree.get)),
      f64x2.store(
        own(v.point),
        f64x2.add(
          f64x2.add(v.c.get, f64x2.multiply(v.isFree.get, v.move.get)),
          f64x2.multiply(v.isHeld.get, v.bound.get),
        ),
      ),
    ];
    const sums = [
      v.bound.set(f64x2.multiply(v.isFree.get, v.square.get)),
      addTo(v.free, v.bound),
      v.bound.set(f64x2.multiply(v.isHeld.get, v.most.get)),
      addTo(v.held, v.bound),
    ];
    const root = (value: Code) => f64.sqrt(f64.divide(value, v.free.get));
    const left = f64.max(zero, f64.subtract(v.radius.get, v.held.get));
    const rows = [v.point, v.center, v.lower, v.upper, v.moves, v.bounds];
    return [
      rows.slice(1).map((row, k) => row.set(i32.add(rows[k].get, v.width.get))),
      along(
        v.c.set(f64x2.load(own(v.center))),
        v.move.set(f64x2.subtract(f64x2.load(own(v.point)), v.c.get)),
        v.bound.set(
          f64x2.add(
            f64x2.subtract(f64x2.load(own(v.lower)), v.c.get),
            f64x2.multiply(
              flag(f64x2.isLess(none, v.move.get)),
              f64x2.subtract(f64x2.load(own(v.upper)), f64x2.load(own(v.lower))),
            ),
          ),
        ),
        f64x2.store(own(v.moves), v.move.get),
        f64x2.store(own(v.bounds), v.bound.get),
        placeAndSum,
        addTo(v.length, v.square),
        sums,
      ),
      v.radius.set(f64.multiply(v.epsilon.get, v.epsilon.get)),
      when(
        f64.isLess(v.radius.get, f64.add(v.held.get, v.free.get)),
        v.s.set(f64.sqrt(f64.divide(v.radius.get, v.length.get))),
        when(f64.isLess(zero, v.free.get), v.s.set(f64.max(v.s.get, root(left)))),
        v.goesOn.set(i32.constant(1)),
        whileTrue(
          v.goesOn.get,
          v.goesOn.set(i32.constant(0)),
          v.steps.set(f64x2.splat(v.s.get)),
          v.free.set(zero),
          v.held.set(zero),
          along(
            v.c.set(f64x2.load(own(v.center))),
            v.move.set(f64x2.multiply(v.steps.get, f64x2.load(own(v.moves)))),
            v.bound.set(f64x2.load(own(v.bounds))),
            placeAndSum,
            sums,
          ),
          v.next.set(f64.multiply(v.s.get, root(left))),
          v.goesOn.set(
            i32.and(
              i32.and(f64.isNot(v.s.get, f64.constant(1)), f64.isNot(v.free.get, zero)),
              f64.isLess(f64.multiply(v.s.get, f64.constant(1 + ROUNDING)), v.next.get),
            ),
          ),
          v.s.set(v.next.get),
        ),
      ),
    ];
  },
);

/** The module of the projection. */
export const projectL2Module = (): Uint8Array<ArrayBuffer> => wasmModule([project]);
