import { denseRows, fit, learnerByName, openModel } from "@carom/core";
import { expect, test } from "vitest";
import { packed } from "../../digits.ts";
import { digitsFrom } from "../digits.ts";
import { kernelRuntime } from "../kernels/runtime.ts";
import { planeAt } from "./plane.ts";

test("of a linear model the loss depends on the way along its gradient alone, and points of the plane are on the way", async () => {
  const data = digitsFrom(packed());
  const runtime = kernelRuntime();
  const { model } = await fit(learnerByName("ridge"), data, { runtime, seed: 0, stream: "plane" });
  const opened = await openModel(runtime, model);
  const x = Float32Array.from(denseRows(data, 0, 1).data);
  const { differentiable } = opened;
  const rows = { type: "float32", shape: [1, 784], data: x } as const;
  const { gradient } = await differentiable!.inputGradient("crossEntropy", rows, data.labels.subarray(0, 1));
  const other = Float64Array.from(x, (_, i) => Math.sin(i));
  const length = Math.hypot(...gradient.data);
  const moved = x.map((value, i) => value + (2 * gradient.data[i]) / length);
  const { side, up, surrogate, path } = await planeAt([opened, opened], [gradient.data, other], 0, [x, moved]);
  expect(up).toBe("gradient");
  expect(path[0]).toEqual([0, 0]);
  expect(path[1][0]).toBeCloseTo(2, 4);
  expect(path[1][1]).toBeCloseTo(0, 4);
  for (let k = 0; k < side; k++) {
    const column = Array.from({ length: side }, (_, row) => surrogate[row * side + k]);
    expect(Math.max(...column) - Math.min(...column)).toBeLessThan(1e-4);
    if (k > 0) expect(surrogate[k]).toBeGreaterThan(surrogate[k - 1]);
  }

  // Where the target has no gradient the whole of the largest change lies in the plane.
  const last = x.map((value, i) => value + Math.cos(i) / 10);
  const without = await planeAt([opened, opened], [gradient.data, undefined], 0, [x, moved, last]);
  expect(without.up).toBe("change");
  expect(without.path[1][0]).toBeCloseTo(2, 4);
  expect(Math.hypot(...without.path[2])).toBeCloseTo(Math.hypot(...last.map((value, i) => value - x[i])), 4);
});
