// Values of the Gaussian kernel for many distances at once, the same to the last bit on every host.

import { assembledAs } from "../../assembledAs.ts";
import { f64x2, i32, wasmFunction, wasmModule, whileTrue } from "../../assembler.ts";
import { lentLoops } from "../../hostedLoops.ts";
import { exponential, exponentialCode } from "./exponential.ts";

/** Fewer numbers are done by plain loops before they are copied to compiled ones. */
const WORTH_LENDING = 8;

/** The squared norms of the vectors whose inner products stand in the rows and the columns of a matrix. */
interface Norms {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
}

/** exp(-gamma (rows_i + columns_j - 2 products_ij)) in place of the products; 1 where a distance is not above 0. */
export function gaussian(products: Float64Array, { rows, columns }: Norms, gamma: number): void {
  const n = columns.length;
  const area = 16 * Math.ceil(n / 2);
  const lent = n < WORTH_LENDING ? undefined : lend(2 * area);
  if (!lent) {
    for (let i = 0, at = 0; i < rows.length; i++) {
      for (let j = 0; j < n; j++, at++) {
        const squared = rows[i] + columns[j] - 2 * products[at];
        products[at] = squared > 0 ? exponential(-gamma * squared) : 1;
      }
    }
    return;
  }
  const numbers = new Float64Array(lent.memory.buffer, 0, area / 4);
  const row = numbers.subarray(0, n);
  numbers.set(columns, area / 8);
  for (let i = 0; i < rows.length; i++) {
    const place = products.subarray(i * n, (i + 1) * n);
    row.set(place);
    lent.loops.gaussian(area, rows[i], gamma);
    place.set(row);
  }
}

const loop = wasmFunction(
  "gaussian",
  {
    parameters: { end: "i32", norm: "f64", gamma: "f64" },
    locals: { at: "i32", squared: "f64x2", x: "f64x2", shifted: "f64x2", k: "f64x2", value: "f64x2" },
  },
  (v) =>
    whileTrue(
      i32.isLess(v.at.get, v.end.get),
      v.squared.set(
        f64x2.subtract(
          f64x2.add(f64x2.splat(v.norm.get), f64x2.load(i32.add(v.at.get, v.end.get))),
          f64x2.multiply(f64x2.constant(2), f64x2.load(v.at.get)),
        ),
      ),
      v.x.set(f64x2.multiply(f64x2.negate(f64x2.splat(v.gamma.get)), v.squared.get)),
      exponentialCode(v),
      f64x2.store(
        v.at.get,
        f64x2.select(v.value.get, f64x2.constant(1), f64x2.isLess(f64x2.constant(0), v.squared.get)),
      ),
      v.at.set(i32.add(v.at.get, i32.constant(16))),
    ),
);

export const gaussianLoop = (): Uint8Array<ArrayBuffer> => wasmModule([loop]);

const lend = lentLoops<"gaussian">(assembledAs("gaussian", gaussianLoop));
