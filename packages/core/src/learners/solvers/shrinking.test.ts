// Shrinking against the same problem solved over all rows at once.

import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import type { DualState } from "./dualState.ts";
import { rbfKernel } from "./kernel.ts";
import { solveShrinking } from "./shrinking.ts";
import { solveWorkingSets } from "./workingSets.ts";

const runtime = runtimeFrom(ort);

/** Two rings, a tenth of the labels wrong: many rows beyond the margin, some on its wrong side. */
async function rings(n: number, C: number): Promise<DualState & { sizes: number[] }> {
  const random = stream(3, "rings");
  const y = new Float64Array(n);
  const x = Array.from({ length: n }, (_, i) => {
    const radius = 0.15 + 0.2 * (i % 2) + 0.03 * random.normal();
    const angle = 2 * Math.PI * random.uniform();
    y[i] = (i % 2 === 1) !== random.uniform() < 0.05 ? 1 : -1;
    return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
  }).flat();
  const kernel = await rbfKernel(tensor("float64", [n, 2], x), 30, 2 ** 24, runtime);
  const sizes: number[] = [];
  const over = (rows: Int32Array) => {
    sizes.push(rows.length);
    return kernel.over(rows);
  };
  return {
    kernel: { ...kernel, over },
    sizes,
    y,
    lower: y.map((sign) => (sign > 0 ? 0 : -C)),
    upper: y.map((sign) => (sign > 0 ? C : 0)),
    beta: new Float64Array(n),
    f: new Float64Array(n),
    tolerance: 1e-9,
    maxIterations: 1e7,
  };
}

describe("solveShrinking", () => {
  it.each([0.5, 50])("finds the solution over all rows, C = %d", async (C) => {
    const [shrunk, whole] = [await rings(600, C), await rings(600, C)];
    expect(await solveShrinking(shrunk)).toBeGreaterThan(0);
    await solveWorkingSets(whole);
    for (let i = 0; i < 600; i++) expect(Math.abs(shrunk.f[i] - whole.f[i])).toBeLessThan(1e-6 * C);
    expect(Math.abs(shrunk.beta.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-9);
    expect(shrunk.sizes.length).toBeGreaterThan(1);
    expect(Math.max(...shrunk.sizes)).toBeLessThan(600);
  });

  it("keeps f = K beta up to date", async () => {
    const state = await rings(200, 5);
    await solveShrinking(state);
    const rows = Int32Array.from(state.beta.keys());
    const product = await state.kernel.combine(rows, state.beta);
    for (let i = 0; i < 200; i++) expect(Math.abs(product[i] - state.f[i])).toBeLessThan(1e-10);
  });
});
