import fc from "fast-check";
import { expect, test } from "vitest";
import { centred, PAD } from "./drawing.ts";

const nothing = () => new Float64Array(PAD * PAD);

/** A filled rectangle on the pad. */
function rectangle(left: number, top: number, width: number, height: number): Float64Array {
  return nothing().map((_, i) => {
    const [x, y] = [i % PAD, Math.floor(i / PAD)];
    return Number(x >= left && x < left + width && y >= top && y < top + height);
  });
}

test("wherever and however large it was drawn, a digit is 20 or 21 pixels long with its mass in the middle", () => {
  const size = fc.integer({ min: 30, max: 130 });
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), size, size, (left, top, width, height) => {
      const pixels = centred(rectangle(left, top, width, height))!;
      const inked = Array.from(pixels.keys()).filter((i) => pixels[i] > 0);
      const [columns, rows] = [new Set(inked.map((i) => i % 28)), new Set(inked.map((i) => Math.floor(i / 28)))];
      expect(Math.max(columns.size, rows.size)).toBeGreaterThanOrEqual(20);
      expect(Math.max(columns.size, rows.size)).toBeLessThanOrEqual(21);
      const mass = pixels.reduce((sum, value) => sum + value, 0);
      for (const of of [(i: number) => i % 28, (i: number) => Math.floor(i / 28)]) {
        const centre = pixels.reduce((sum, value, i) => sum + value * of(i), 0) / mass;
        expect(Math.abs(centre - 13.5)).toBeLessThan(1.1);
      }
    }),
    { numRuns: 20 },
  );
});

test("an empty pad is no digit", () => {
  expect(centred(nothing())).toBeUndefined();
});
