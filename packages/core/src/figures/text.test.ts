// Numbers, markup, labels and pictures: the small parts that figures and reports share.

import fc from "fast-check";
import { decode } from "fast-png";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { madeUpAudit } from "../../test/auditResult.ts";
import {
  escapeMarkup,
  greyImage,
  percent,
  percentInterval,
  perturbationImage,
  short,
  tellingEpsilon,
  transferRate,
} from "./index.ts";
import { placeLabels } from "./placeLabels.ts";
import { logTicks } from "./scatter.ts";

test("percent never rounds to none or all what is neither", () => {
  expect([0, 1, 0.424, 0.004, 0.998, -0.03, -0.0004].map((share) => percent(share))).toEqual([
    "0",
    "100",
    "42",
    "0.4",
    "99.8",
    "−3",
    "−0.04",
  ]);
  fc.assert(
    fc.property(fc.double({ min: 0.0006, max: 0.9994, noNaN: true }), (share) => {
      const value = Number(percent(share));
      return value > 0 && value < 100 && Math.abs(value - 100 * share) <= 0.5 + 1e-9;
    }),
  );
});

test("short keeps three digits", () => {
  expect([0, 0.0001234, 0.05678, 1.2345, 123.4, -2.5, 1234567].map(short)).toEqual([
    "0",
    "1.2e-4",
    "0.0568",
    "1.23",
    "123",
    "−2.5",
    "1.2e+6",
  ]);
  expect(percentInterval({ estimate: 0.424, low: 0.3811, high: 0.4678 })).toBe("42.4 % (38.1 to 46.8)");
});

test("escaped text reads back as itself and never as markup", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "a", "é", " ", ";", "#") }), (text) => {
      const { document } = parseHTML(
        `<html><body><p title="${escapeMarkup(text)}">${escapeMarkup(text)}</p></body></html>`,
      );
      const paragraph = document.querySelector("p");
      expect(paragraph?.textContent).toBe(text);
      expect(paragraph?.getAttribute("title")).toBe(text);
      expect(paragraph?.children).toHaveLength(0);
    }),
  );
  expect(escapeMarkup("a\u0000b\u001bc\td")).toBe("abc\td");
});

test("transfer rate is the mean over the other models; the telling budget is where half fall", () => {
  const audit = madeUpAudit();
  const [, surrogate] = audit.models;
  const errors = audit.cells.filter(
    (cell) => cell.surrogate === surrogate.id && cell.epsilon === 1 && cell.target !== surrogate.id,
  );
  expect(errors).toHaveLength(6);
  expect(transferRate(audit, surrogate.id, 1)).toBeCloseTo(
    errors.reduce((sum, cell) => sum + cell.errorUnderAttack.count, 0) / 3000,
    12,
  );
  expect(transferRate(audit, "nobody", 1)).toBeUndefined();
  expect(tellingEpsilon(audit)).toBe(2);
});

test("log ticks are round and inside", () => {
  expect(logTicks([0.02, 30])).toEqual([0.1, 1, 10]);
  expect(logTicks([0.3, 6])).toEqual([0.5, 1, 2, 5]);
});

test("labels cover neither each other nor the points, and the first get their place", () => {
  const { document } = parseHTML("<html><body></body></html>");
  const frame = { left: 0, right: 300, top: 0, bottom: 300 };
  const point = fc.record({ x: fc.integer({ min: 60, max: 240 }), y: fc.integer({ min: 30, max: 270 }) });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (points) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      placeLabels(
        svg,
        points.map((at, i) => ({ ...at, text: `model ${i}`, colour: "red" })),
        points,
        frame,
      );
      const boxes = [...svg.querySelectorAll("text")].map((element) => {
        const anchor = element.getAttribute("text-anchor");
        const width = (element.textContent ?? "").length * 11 * 0.56;
        const x = Number(element.getAttribute("x")) - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0);
        return { x, right: x + width, y: Number(element.getAttribute("y")) - 11 * 0.35 };
      });
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(0, i))
          expect(a.x >= b.right || b.x >= a.right || Math.abs(a.y - b.y) >= 11).toBe(true);
        for (const { x, y } of points) expect(x > a.x && x < a.right && Math.abs(y - a.y) < 5.5).toBe(false);
      }
      if (points.length === 1) expect(boxes).toHaveLength(1);
    }),
    { numRuns: 40 },
  );
});

describe("pictures", () => {
  const read = (uri: string) =>
    decode(Uint8Array.from(atob(uri.replace("data:image/png;base64,", "")), (byte) => byte.charCodeAt(0)));

  test("grey levels span the box, and what lies beyond is clipped", () => {
    const { width, height, data } = read(greyImage([-2, -1, 0, 0.5, 1, 3], [2, 3], [-1, 1]));
    expect([width, height, ...data]).toEqual([3, 2, 0, 0, 128, 191, 255, 255]);
  });

  test("a perturbation is white at 0 and as far from white as the change is large, orange up and blue down", () => {
    const { data } = read(perturbationImage([0, 0.1, 0.2, -0.2], [2, 2]));
    const pixels = [0, 1, 2, 3].map((i) => [...data.slice(3 * i, 3 * i + 3)]);
    expect(pixels[0]).toEqual([255, 255, 255]);
    for (let c = 0; c < 3; c++)
      expect(Math.abs(255 - pixels[1][c] - (255 - pixels[2][c]) / 2)).toBeLessThanOrEqual(0.5);
    expect(pixels[2][0]).toBeGreaterThan(pixels[2][2]);
    expect(pixels[3][0]).toBeLessThan(pixels[3][2]);
    expect([...read(perturbationImage([0, 0], [1, 2])).data]).toEqual([255, 255, 255, 255, 255, 255]);
  });
});
