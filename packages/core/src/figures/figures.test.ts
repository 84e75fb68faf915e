// Figures say what the result says: every value at its place, by coordinates.

import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { madeUpAudit } from "../../test/auditResult.ts";
import {
  alignmentAndTransfer,
  cellAt,
  gradientSizes,
  percent,
  predictedLoss,
  securityCurves,
  standaloneSvg,
  svgText,
  tellingEpsilon,
  transferHeatmap,
  transferRate,
} from "./index.ts";

const { document } = parseHTML("<html><body></body></html>");
const audit = madeUpAudit();
const epsilon = tellingEpsilon(audit);
const drawAll = (result = audit) => [
  transferHeatmap(result, epsilon, { document }),
  securityCurves(result, { document }),
  gradientSizes(result, epsilon, { document }),
  alignmentAndTransfer(result, epsilon, { document }),
  predictedLoss(result, { document }),
];

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly element: Element;
}

const number = (element: Element, name: string) => Number(element.getAttribute(name));
const titleOf = (element: Element) => element.querySelector("title")?.textContent ?? "";

/** Texts that Plot placed, with their pixels (the title that may stand inside left out). */
function texts(svg: Element): Mark[] {
  return [...svg.querySelectorAll("text")].flatMap((element) => {
    const place = /translate\(([^,]+),([^)]+)\)/.exec(element.getAttribute("transform") ?? "");
    const text = [...element.childNodes]
      .filter(({ nodeType }) => nodeType === 3)
      .map((node) => node.textContent)
      .join("");
    return place ? [{ x: Number(place[1]), y: Number(place[2]), text, element }] : [];
  });
}

const dots = (svg: Element): Mark[] =>
  [...svg.querySelectorAll('g[data-mark="dot"] circle')].map((element) => {
    return { x: number(element, "cx"), y: number(element, "cy"), text: titleOf(element), element };
  });

/** The ends of the line y = x in pixels: the frame in which dots must lie. */
function diagonal(svg: Element): { x: [number, number]; y: [number, number] } {
  const path = svg.querySelector('g[data-mark="line"] path')?.getAttribute("d") ?? "";
  const [x0, y0, x1, y1] = (path.match(/-?[\d.]+/g) ?? []).map(Number);
  return { x: [x0, x1], y: [y0, y1] };
}

const between = ([from, to]: [number, number], share: number) => from + (to - from) * share;

/** Two lists that rank alike. */
function expectSameOrder(pixels: readonly number[], values: readonly number[]) {
  for (let i = 0; i < values.length; i++)
    for (let j = 0; j < i; j++) {
      if (Math.abs(values[i] - values[j]) < 1e-9) expect(pixels[i]).toBeCloseTo(pixels[j], 6);
      else expect(Math.sign(pixels[i] - pixels[j])).toBe(Math.sign(values[i] - values[j]));
    }
}

describe("transfer heat map", () => {
  for (const surrogates of [6, 12]) {
    const result = madeUpAudit({ surrogates });
    const svg = transferHeatmap(result, epsilon, { document });
    const placed = texts(svg);
    const ids = result.models.map(({ id }) => id);
    // A model's name stands twice: left of its row, and rotated above its column.
    const rowOf = (name: string) =>
      placed.find(({ text, element }) => text === name && !/rotate/.test(element.getAttribute("transform") ?? ""));
    const columnOf = (name: string) =>
      placed.find(({ text, element }) => text === name && /rotate/.test(element.getAttribute("transform") ?? ""));
    const valueAt = (row: string, column: string) =>
      placed
        .filter(
          ({ x, y }) => Math.abs(x - (columnOf(column)?.x ?? 0)) < 1e-6 && Math.abs(y - (rowOf(row)?.y ?? 0)) < 1e-6,
        )
        .map(({ text }) => text);

    test(`${ids.length} models: each value stands where its row and column cross`, () => {
      for (const cell of result.cells.filter((some) => some.epsilon === epsilon))
        expect(valueAt(cell.surrogate, cell.target)).toEqual([percent(cell.errorUnderAttack.estimate)]);
      for (const id of ids) {
        expect(valueAt(id, "transfer rate")).toEqual([percent(transferRate(result, id, epsilon) ?? Number.NaN)]);
        expect(valueAt("white-box error", id)).toEqual([
          percent(cellAt(result, id, id, epsilon)?.errorUnderAttack.estimate ?? Number.NaN),
        ]);
        expect(valueAt("clean error", id)).toEqual([
          percent(result.models.find((model) => model.id === id)?.cleanError.estimate ?? Number.NaN),
        ]);
      }
    });

    test(`${ids.length} models: the target is the first column, apart, and the last row; surrogates keep their order`, () => {
      const xs = [...ids, "transfer rate"].map((id) => columnOf(id)?.x ?? Number.NaN);
      const ys = [...ids.slice(1), ids[0], "white-box error", "clean error"].map((id) => rowOf(id)?.y ?? Number.NaN);
      expect(xs).toEqual([...xs].sort((a, b) => a - b));
      expect(ys).toEqual([...ys].sort((a, b) => a - b));
      expect(xs[1] - xs[0]).toBeGreaterThan(1.2 * (xs[2] - xs[1]));
    });
  }

  test("colour deepens with the value, and only white-box cells are framed", () => {
    const svg = transferHeatmap(audit, epsilon, { document });
    const [heat, frames] = [...svg.querySelectorAll('g[data-mark="rect"]')].map((group) => [
      ...group.querySelectorAll("rect"),
    ]);
    const shares = heat.map((rect) => Number(/: ([\d.]+) %/.exec(titleOf(rect))?.[1]));
    expect(shares).toHaveLength(49);
    expectSameOrder(
      heat.map((rect) => number(rect, "fill-opacity")),
      shares,
    );
    const middle = (rect: Element) =>
      [number(rect, "x") + number(rect, "width") / 2, number(rect, "y") + number(rect, "height") / 2]
        .map((pixel) => pixel.toFixed(2))
        .join(" ");
    const whiteBox = heat.filter((rect) => {
      const [, from, on] = /crafted on (.*), judged on (.*):/.exec(titleOf(rect)) ?? [];
      return from === on;
    });
    expect(frames.map(middle).sort()).toEqual(whiteBox.map(middle).sort());
  });
});

test("security curves: one panel per surrogate, in each the dots rise with the error", () => {
  const svg = securityCurves(audit, { document });
  const byPanel = new Map<Element | null, Mark[]>();
  for (const dot of dots(svg)) {
    const panel = dot.element.parentElement;
    byPanel.set(panel, [...(byPanel.get(panel) ?? []), dot]);
  }
  const share = ({ text }: Mark) => Number(/: ([\d.]+) %/.exec(text)?.[1]);
  expect(byPanel.size).toBe(12); // six panels, each with a white-box and a transferred curve
  for (const panel of byPanel.values()) {
    expect(panel).toHaveLength(1 + audit.asked.epsilons.length);
    expectSameOrder(
      panel.map(({ y }) => -y),
      panel.map(share),
    );
    expectSameOrder(
      panel.map(({ x }) => x),
      [0, ...audit.asked.epsilons],
    );
    expect(panel[0].text).toMatch(/^clean/);
  }
  const target = audit.models[0].id;
  const shown = dots(svg).map(share);
  for (const cell of audit.cells.filter(({ target: judged }) => judged === target))
    expect(shown).toContain(Number((100 * cell.errorUnderAttack.estimate).toFixed(1)));
});

test("gradient sizes: position is log S and the white-box error", () => {
  const marks = dots(gradientSizes(audit, epsilon, { document }));
  expect(marks).toHaveLength(7);
  const place = (id: string) => marks.find(({ text }) => text.startsWith(`${id}:`)) ?? { x: Number.NaN, y: Number.NaN };
  const [first, second] = audit.models;
  const S = (i: number) => Math.log(audit.models[i].gradientSize?.estimate ?? Number.NaN);
  const error = (i: number) =>
    cellAt(audit, audit.models[i].id, audit.models[i].id, epsilon)?.errorUnderAttack.estimate ?? Number.NaN;
  const perLog = (place(second.id).x - place(first.id).x) / (S(1) - S(0));
  const perError = (place(second.id).y - place(first.id).y) / (error(1) - error(0));
  expect(perLog).toBeGreaterThan(0);
  expect(perError).toBeLessThan(0);
  for (const [i, { id }] of audit.models.entries()) {
    expect(place(id).x).toBeCloseTo(place(first.id).x + perLog * (S(i) - S(0)), 6);
    expect(place(id).y).toBeCloseTo(place(first.id).y + perError * (error(i) - error(0)), 6);
  }
});

test("alignment: position is R and ratio in the frame that y = x spans, the target's pairs filled", () => {
  const svg = alignmentAndTransfer(audit, epsilon, { document });
  const frame = diagonal(svg);
  const marks = dots(svg);
  expect(marks).toHaveLength(42);
  for (const { surrogate, target, alignment } of audit.pairs) {
    const mark = marks.find(({ text }) => text.startsWith(`crafted on ${surrogate}, judged on ${target}:`));
    expect(mark?.x).toBeCloseTo(between(frame.x, alignment.estimate), 2);
    expect(mark?.y).toBeCloseTo(between(frame.y, cellAt(audit, surrogate, target, epsilon)?.ratio ?? Number.NaN), 2);
    const filled = /accent/.test(mark?.element.parentElement?.getAttribute("fill") ?? "");
    expect(filled).toBe(target === audit.models[0].id);
  }
});

test("predicted loss: both axes span the same powers, and what did not rise is counted, not drawn", () => {
  const [odd, ...rest] = audit.cells;
  const result = { ...audit, cells: [{ ...odd, lossIncrease: -0.1 }, ...rest] };
  const svg = predictedLoss(result, { document });
  const frame = diagonal(svg);
  const marks = dots(svg);
  expect(marks).toHaveLength(rest.length);
  expect(svg.getAttribute("aria-label")).toMatch(/; 1 without a rise/);
  const all = rest.flatMap((cell) => [cell.predictedIncrease ?? 0, cell.lossIncrease!]);
  const [low, high] = [Math.log(Math.min(...all) / 1.6), Math.log(Math.max(...all) * 1.6)];
  const share = (value: number) => (Math.log(value) - low) / (high - low);
  for (const cell of rest) {
    const start = `crafted on ${cell.surrogate}, judged on ${cell.target}, ε = ${cell.epsilon}:`;
    const mark = marks.find(({ text }) => text.startsWith(start));
    expect(mark?.x).toBeCloseTo(between(frame.x, share(cell.predictedIncrease ?? 0)), 1);
    expect(mark?.y).toBeCloseTo(between(frame.y, share(cell.lossIncrease!)), 1);
  }
});

describe("every figure", () => {
  test("is the same text for the same result and another for another", () => {
    const once = drawAll().map(svgText);
    expect(drawAll().map(svgText)).toEqual(once);
    const other = drawAll(madeUpAudit({ surrogates: 5 })).map(svgText);
    for (const [i, text] of other.entries()) expect(text).not.toBe(once[i]);
  });

  test("shows hostile names as text", () => {
    const hostile = `"><img src=x onerror='alert(1)'>&`;
    for (const svg of drawAll(madeUpAudit({ targetId: hostile }))) {
      const text = svgText(svg);
      expect(text).not.toContain("<img");
      const { document: read } = parseHTML(`<html><body>${text}</body></html>`);
      expect(read.querySelectorAll("img, script")).toHaveLength(0);
      expect(read.querySelectorAll("svg")).toHaveLength(1);
    }
    expect(svgText(securityCurves(madeUpAudit({ targetId: hostile }), { document }))).toContain("&lt;img src=x");
  });

  test("has a name for screen readers, and as a file needs no style sheet", () => {
    for (const text of drawAll().map(svgText)) {
      expect(text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]* aria-label="[^"]{20,}"[^>]* role="img"/);
      expect(text).not.toMatch(/<[A-Z]/);
      expect(text).toContain("var(--carom-");
      expect(standaloneSvg(text)).not.toMatch(/var\(|currentColor|<style|url\(/);
    }
  });

  test("draws a target without gradients and an audit without surrogates", () => {
    const blind = madeUpAudit({ targetGradients: false });
    const [heat, curves, sizes] = drawAll(blind);
    expect(dots(curves).filter(({ text }) => text.includes("crafted on target"))).toHaveLength(0);
    expect(dots(sizes)).toHaveLength(6);
    expect([...heat.querySelectorAll('g[data-mark="rect"]')][0].querySelectorAll("rect")).toHaveLength(42);
    const alone = {
      ...audit,
      models: audit.models.slice(0, 1),
      cells: audit.cells.filter((cell) => cell.surrogate === "target" && cell.target === "target"),
      pairs: [],
    };
    const drawn = drawAll(alone);
    expect(dots(drawn[1])).toHaveLength(5);
    expect(dots(drawn[3])).toHaveLength(0);
  });
});
