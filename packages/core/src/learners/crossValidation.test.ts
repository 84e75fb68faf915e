import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { type Dataset, dataset } from "../data/dataset.ts";
import { runtimeFrom } from "../models/runtime.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { crossValidate, gridOf } from "./crossValidation.ts";
import { forest } from "./forest.ts";

const runtime = runtimeFrom(ort);

/** Class 1 inside a checkerboard of the first two of three features: one split is not enough, four are. */
function checkerboard(n: number): Dataset {
  const random = stream(5, "checkerboard");
  const data = Float32Array.from({ length: 3 * n }, () => random.uniform());
  const labels = Array.from({ length: n }, (_, i) => Number(data[3 * i] < 0.5 !== data[3 * i + 1] < 0.5));
  return dataset({ features: tensor("float32", [n, 3], data), labels, domain: [0, 1] });
}

describe("crossValidate", () => {
  const data = checkerboard(300);
  const grid = gridOf({ trees: [20], depth: [1, 6] });

  test("every row is judged once, and the setting that can express the data wins", async () => {
    const done: number[] = [];
    const { settings, best } = await crossValidate(forest, data, grid, 5, {
      runtime,
      seed: 1,
      onProgress: (share) => done.push(share),
    });
    for (const { folds, error } of settings) {
      expect(folds.reduce((sum, { rows }) => sum + rows, 0)).toBe(300);
      expect(error).toBeCloseTo(folds.reduce((sum, { wrong }) => sum + wrong, 0) / 300, 12);
    }
    expect(best.options).toMatchObject({ trees: 20, depth: 6 });
    expect(settings[1].error).toBeLessThan(0.15);
    expect(settings[0].error).toBeGreaterThan(0.3);
    expect(done).toEqual(Array.from({ length: 10 }, (_, i) => (i + 1) / 10));
  });

  test("the same for a seed, whatever else is in the grid", async () => {
    const context = { runtime, seed: 2 };
    const both = await crossValidate(forest, data, grid, 3, context);
    const alone = await crossValidate(forest, data, [grid[1]], 3, context);
    expect(alone.settings[0]).toEqual(both.settings[1]);
  });

  test("one fold, no settings and unknown options are told", async () => {
    const context = { runtime, seed: 2 };
    await expect(crossValidate(forest, data, grid, 1, context)).rejects.toThrow("at least 2 folds");
    await expect(crossValidate(forest, data, [], 5, context)).rejects.toThrow("0 settings");
    await expect(crossValidate(forest, data, [{ deph: 3 }], 5, context)).rejects.toThrow('did you mean "depth"?');
  });
});

test("gridOf: every combination, the last option fastest", () => {
  expect(gridOf({ C: [1, 2], gamma: [3, 4] })).toEqual([
    { C: 1, gamma: 3 },
    { C: 1, gamma: 4 },
    { C: 2, gamma: 3 },
    { C: 2, gamma: 4 },
  ]);
});
