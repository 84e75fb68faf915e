// The Gram matrix by either way, and the blocked factor, against plain sums.

import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { sparseFromDense } from "../../data/sparse.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { cholesky, choleskyByBlocks, choleskySolve, choleskyWith } from "./cholesky.ts";
import { weightedGram } from "./gram.ts";

const runtime = runtimeFrom(ort);

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
  it("is the factor by plain loops, and solves", async () => {
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
    const b = Float64Array.from({ length: size }, (_, i) => Math.sin(i));
    const solution = choleskySolve(blocked, b);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += a[i * size + j] * solution[j];
      expect(Math.abs(sum - b[i])).toBeLessThan(1e-9);
    }
  });
});

describe("choleskyWith", () => {
  const size = 9;
  const { x } = rows(size, size, 0.9);
  const a = Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    let sum = i === j ? 0.1 : 0;
    for (let k = 0; k < size; k++) sum += x[i * size + k] * x[j * size + k];
    return sum;
  });
  /** The factor of the first `many` rows and columns. */
  const corner = (many: number) =>
    cholesky(
      Float64Array.from({ length: many * many }, (_, at) => a[Math.floor(at / many) * size + (at % many)]),
      many,
    );

  it("is the factor of the whole matrix, row by row", () => {
    let factor = corner(4);
    for (let n = 4; n < size; n++) factor = choleskyWith(factor, a.slice(n * size, n * size + n), a[n * size + n]);
    const whole = corner(size);
    expect(factor.size).toBe(size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) expect(factor.lower[i * size + j]).toBeCloseTo(whole.lower[i * size + j], 12);
    }
  });

  it("still solves where the added row is one that was there", () => {
    const first = corner(4);
    const again = choleskyWith(
      first,
      Float64Array.from([0, 1, 2, 3], (j) => a[2 * size + j]),
      a[2 * size + 2],
    );
    expect([...choleskySolve(again, new Float64Array(5).fill(1))].every(Number.isFinite)).toBe(true);
  });
});
