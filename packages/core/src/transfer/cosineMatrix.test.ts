// The runtime's cosines against those of the definitions, row by row.

import { describe, expect, it } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import { stream } from "../random.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { cosineMatrix } from "./cosineMatrix.ts";
import { gradientAlignments } from "./gradients.ts";
import { perturbationCorrelations } from "./perturbationCorrelation.ts";

const [n, d] = [120, 11];

function rows(seed: number, scale: (i: number) => number = () => 1): Tensor<"float32"> {
  const random = stream(seed, "rows");
  const value = (k: number) => scale(Math.floor(k / d)) * (random.normal() + 0.3);
  return tensor(
    "float32",
    [n, d],
    Float32Array.from({ length: n * d }, (_, k) => value(k)),
  );
}

describe("the matrix of cosines", () => {
  it("has the alignment of every pair at every point, gradients of 1e-25 included, and NaN for zeros", async () => {
    const tiny = rows(1, (i) => (i === 7 ? 0 : i % 3 === 0 ? 1e-25 : 1));
    const [first, second, third] = [rows(2), rows(3), rows(4)];
    const matrix = await cosineMatrix(runtime, [tiny, first], [second, third, first]);
    const expected = [tiny, first].map((a) => [second, third, first].map((b) => gradientAlignments(a, b)));
    matrix.forEach((row, i) => {
      row.forEach((values, j) => {
        for (const [k, value] of values.entries()) {
          if (i === 0 && k === 7) expect(value).toBeNaN();
          else expect(value).toBeCloseTo(expected[i][j][k], 5);
        }
      });
    });
    for (const value of matrix[1][2]) expect(value).toBeCloseTo(1, 6);
  });

  it("of perturbations has their correlation, NaN where one is constant", async () => {
    const clean = rows(5);
    const [a, b] = [rows(6), rows(7)];
    for (let j = 0; j < d; j++) a.data[3 * d + j] = clean.data[3 * d + j] + 0.1;
    const [[values]] = await cosineMatrix(runtime, [a], [b], clean);
    const expected = perturbationCorrelations(clean, a, b);
    for (const [k, value] of values.entries()) {
      if (k === 3) expect(value).toBeNaN();
      else expect(value).toBeCloseTo(expected[k], 5);
    }
  });

  it("of nobody is empty", async () => {
    expect(await cosineMatrix(runtime, [rows(1)], [])).toEqual([[]]);
    expect(await cosineMatrix(runtime, [], [rows(1)])).toEqual([]);
  });
});
