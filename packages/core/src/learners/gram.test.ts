// The Gram matrix by either way, and the blocked factor, against plain sums.

import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { sparseFromDense } from "../data/sparse.ts";
import { type Ort, runtimeFrom } from "../models/runtime.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { cholesky, choleskyByBlocks, choleskySolve, choleskyWith } from "./cholesky.ts";
import { weightedGram } from "./gram.ts";

const runtime = runtimeFrom(ort as unknown as Ort);

function rows(n: number, d: number, share: number) {
  const random = stream(5, "gram", n, d);
  const x = Float64Array.from({ length: n * d }, () => (random.uniform() < share ? random.normal() : 0));
  return { x, weights: Float64Array.from({ length: n }, () => random.uniform()) };
}

describe("weightedGram", () => {
  it.each([
    [1100, 13, 0.6, 1e-5],
    [40, 61, 0.03, 1e-13],
  ])("%d rows of %d columns", async (n, d, share, tolerance) => {
    const { x, weights } = rows(n, d, share);
    const gram = await weightedGram(sparseFromDense(tensor("float64", [n, d], x)), weights, runtime);
    const at = (i: number, j: number) => (j === d ? 1 : x[i * d + j]);
    for (let a = 0; a <= d; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += weights[i] * at(i, a) * at(i, b);
        expect(Math.abs(gram[a * (d + 1) + b] - sum)).toBeLessThan(tolerance * n);
      }
    }
  });
});

describe("choleskyByBlocks", () => {
  it("is the factor by plain loops, also where the last row is added to that of the others, and solves", async () => {
    const size = 333;
    const { x } = rows(size, size, 0.5);
    const a = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        for (let k = 0; k < size; k++) a[i * size + j] += x[i * size + k] * x[j * size + k];
        a[j * size + i] = a[i * size + j];
      }
      a[i * size + i] += 1;
    }
    const [plain, blocked] = [cholesky(a.slice(), size), await choleskyByBlocks(a.slice(), size, runtime)];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        expect(Math.abs(plain.lower[i * size + j] - blocked.lower[i * size + j])).toBeLessThan(1e-9);
      }
    }
    const most = size - 1;
    const corner = Float64Array.from({ length: most * most }, (_, at) => a[Math.floor(at / most) * size + (at % most)]);
    const bordered = choleskyWith(cholesky(corner, most), a.slice(most * size, -1), a[a.length - 1]);
    for (let j = 0; j < size; j++) {
      expect(Math.abs(plain.lower[most * size + j] - bordered.lower[most * size + j])).toBeLessThan(1e-9);
    }
    expect(bordered.lower[(most - 1) * size]).toBe(plain.lower[(most - 1) * size]);
    const b = Float64Array.from({ length: size }, (_, i) => Math.sin(i));
    const solution = choleskySolve(blocked, b);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += a[i * size + j] * solution[j];
      expect(Math.abs(sum - b[i])).toBeLessThan(1e-9);
    }
  });
});
