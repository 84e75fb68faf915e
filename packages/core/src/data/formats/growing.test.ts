// Arrays that grow: whatever is pushed, and whenever it is asked for, they are what was pushed.

import fc from "fast-check";
import { expect, test } from "vitest";
import { growingArray } from "./growing.ts";

test("an array that grows is what was pushed, asked for once or in between", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lengths, fc.nat(20_000), (parts, expected) => {
      const grown = growingArray(Int32Array, expected);
      let pushed = 0;
      for (const part of parts) {
        for (let i = 0; i < part; i++) grown.push(3 * pushed++);
        expect(grown.length()).toBe(pushed);
        expect(grown.array()).toEqual(Int32Array.from({ length: pushed }, (_, i) => 3 * i));
      }
    }),
    { numRuns: 50 },
  );
});

test("more than a block of the largest size is joined in order", () => {
  const grown = growingArray(Float32Array);
  const count = 2 ** 21 + 12_345;
  for (let i = 0; i < count; i++) grown.push(i % 1000);
  const all = grown.array();
  expect(all.length).toBe(count);
  expect(all.every((value, i) => value === i % 1000)).toBe(true);
});

test("what is expected takes no memory before it is there, and as much as no machine has is no fault", () => {
  const before = process.memoryUsage().rss;
  const grown = growingArray(Float32Array, 2 ** 28);
  for (let i = 0; i < 1000; i++) grown.push(i);
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
  expect(grown.array()).toEqual(Float32Array.from({ length: 1000 }, (_, i) => i));
  const endless = growingArray(Float32Array, 2 ** 50);
  for (let i = 0; i < 3000; i++) endless.push(i);
  expect(endless.array()).toEqual(Float32Array.from({ length: 3000 }, (_, i) => i));
});
