import { describeDataset } from "@carom/core/data";
import { expect, it } from "vitest";
import { loadDigits } from "./digits.ts";

it("the demonstration's digits: 944 eights and 978 nines of 784 bytes over 255", async () => {
  const { dataset } = await loadDigits();
  const found = describeDataset(dataset);
  expect(found.classes).toEqual([
    { name: "8", rows: 944 },
    { name: "9", rows: 978 },
  ]);
  expect([found.featureShape, found.box, found.range]).toEqual([[784], [0, 1], [0, 1]]);
  // Every value is a byte over 255, rounded to float32 once, and bytes of all sizes occur.
  const { data } = dataset.features as { data: Float32Array };
  const bytes = new Set(data.map((value) => Math.round(value * 255)));
  expect(data.every((value) => value === Math.fround(Math.round(value * 255) / 255))).toBe(true);
  expect(bytes.size).toBeGreaterThan(250);
});
