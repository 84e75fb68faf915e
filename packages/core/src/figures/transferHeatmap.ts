// Who falls to points crafted on whom: the transfer matrix at one budget (paper Fig. 7).

import * as Plot from "@observablehq/plot";
import { percent, percentInterval } from "../numbers.ts";
import { reached, reachedWithout } from "../study/goal.ts";
import type { AuditResult } from "../study/result.ts";
import { cellAt, normName, surrogatesOf, targetOf, transferRate } from "./auditLookup.ts";
import { accent, hairline, ink, muted, onAccent, paper } from "./palette.ts";
import { append, applySvgStyle, clipped, type FigureOptions, textWidth } from "./svgStyle.ts";

const cellWidth = 45;
const cellHeight = 28;
/** The space that sets the target's column and the means apart, in cells. */
const gap = 0.3;

/**
 * The share from which light text reads better than dark on a cell (equal contrast of about 4 to 1), in dark mode the
 * reverse.
 */
const lightFrom = 0.82;

interface Box {
  readonly at: number;
  readonly down: number;
  readonly share: number;
  readonly title: string;
  /** Crafted and judged on the same model. */
  readonly whiteBox: boolean;
  /** A reference or a mean: printed without colour. */
  readonly plain: boolean;
}

/**
 * Error under attack of every model judged (columns, the target first and apart) on the points crafted on every model
 * (rows, the target last), in percent. Beneath: each judged model's white-box and clean error. Right: transfer rates.
 *
 * White-box cells are framed. Intervals are in the titles. Demontis et al., 2019, Fig. 7.
 */
export function transferHeatmap(result: AuditResult, epsilon: number, { document }: FigureOptions): SVGSVGElement {
  const target = targetOf(result);
  const surrogates = surrogatesOf(result);
  const columns = [target, ...surrogates].map(({ id }, i) => ({ id, at: i === 0 ? 0 : i + gap }));
  const rows = [...surrogates, target].map(({ id }, i) => ({ id, down: i }));
  const rateAt = columns.length + 2 * gap;
  const whiteBoxDown = rows.length + gap;
  const cleanDown = whiteBoxDown + 1;

  const [whiteName, cleanRate] =
    result.asked.targetClass === undefined
      ? ["white-box error", "clean error"]
      : ["white-box share", "share without attack"];

  const boxes: Box[] = [];
  for (const { id: surrogate, down } of rows) {
    for (const { id: judged, at } of columns) {
      const cell = cellAt(result, surrogate, judged, epsilon);
      if (!cell) continue;
      const rate = reached(cell);
      const title = `crafted on ${surrogate}, judged on ${judged}: ${percentInterval(rate)} of ${rate.n}`;
      boxes.push({ at, down, share: rate.estimate, title, whiteBox: surrogate === judged, plain: false });
    }
    const rate = transferRate(result, surrogate, epsilon);
    const title = `transfer rate of ${surrogate}`;
    if (rate !== undefined) boxes.push({ at: rateAt, down, share: rate, title, whiteBox: false, plain: true });
  }
  for (const { id, at } of columns) {
    const reference = { at, whiteBox: false, plain: true };
    const own = cellAt(result, id, id, epsilon);
    const model = result.models.find((each) => each.id === id);
    if (own) {
      const whiteBox = reached(own);
      const title = `${whiteName} of ${id}: ${percentInterval(whiteBox)}`;
      boxes.push({ ...reference, down: whiteBoxDown, share: whiteBox.estimate, title });
    }
    if (model) {
      const clean = reachedWithout(model);
      const title = `${cleanRate} of ${id}: ${percentInterval(clean)}`;
      boxes.push({ ...reference, down: cleanDown, share: clean.estimate, title });
    }
  }

  const rowLabels = [
    ...rows.map(({ id, down }) => ({ text: id, down: down + 0.5, own: id === target.id })),
    { text: whiteName, down: whiteBoxDown + 0.5, own: false },
    { text: cleanRate, down: cleanDown + 0.5, own: false },
  ];
  const columnLabels = [
    ...columns.map(({ id, at }) => ({ text: id, at: at + 0.5, own: id === target.id })),
    { text: "transfer rate", at: rateAt + 0.5, own: false },
  ];
  const longest = (labels: readonly { text: string }[]) =>
    Math.max(...labels.map(({ text }) => textWidth(clipped(text), 12)));
  const marginLeft = Math.ceil(longest(rowLabels)) + 26;
  const marginTop = Math.ceil(longest(columnLabels) * 0.64) + 26;
  const marginRight = Math.ceil(longest(columnLabels) * 0.5);
  const across = rateAt + 1;
  const deep = cleanDown + 1;
  const heat = boxes.filter(({ plain }) => !plain);
  const place = {
    x: (box: Box) => box.at + 0.5,
    y: (box: Box) => box.down + 0.5,
    text: (box: Box) => percent(box.share),
  };

  const drawing = Plot.plot({
    document,
    width: Math.ceil(marginLeft + across * cellWidth + marginRight),
    height: Math.ceil(marginTop + deep * cellHeight + 4),
    marginLeft,
    marginTop,
    marginRight,
    marginBottom: 4,
    x: { domain: [0, across], axis: null },
    y: { domain: [0, deep], reverse: true, axis: null },
    opacity: { type: "identity" },
    style: { fontSize: "12px" },
    marks: [
      Plot.rect(heat, {
        ...edges,
        fill: accent,
        fillOpacity: (box: Box) => 0.04 + 0.96 * box.share,
        inset: 1,
        rx: 2,
        title: "title",
      }),
      Plot.rect(
        heat.filter(({ whiteBox }) => whiteBox),
        { ...edges, stroke: ink, strokeWidth: 1.2, inset: 1.5, rx: 2 },
      ),
      Plot.rect(
        boxes.filter(({ plain }) => plain),
        { ...edges, fill: hairline, fillOpacity: 0.35, inset: 1, rx: 2, title: "title" },
      ),
      Plot.text(
        boxes.filter((box) => box.plain || box.share < lightFrom),
        { ...place, fill: ink, fontVariant: "tabular-nums", pointerEvents: "none" },
      ),
      Plot.text(
        boxes.filter((box) => !box.plain && box.share >= lightFrom),
        { ...place, fill: onAccent, fontVariant: "tabular-nums", pointerEvents: "none" },
      ),
      names(rowLabels, { x: 0, y: "down", dx: -8, textAnchor: "end" }),
      names(columnLabels, { x: "at", y: 0, dx: -4, dy: -8, rotate: -40, textAnchor: "start" }),
    ],
  });
  writeAxisNames(drawing, marginLeft, marginTop);
  const label =
    `Transfer matrix at ${normName(result.asked)} epsilon ${epsilon}: ${rows.length} models crafted on, ` +
    `${columns.length} judged; values are in percent and stand in the table of cells too`;
  return applySvgStyle(drawing, `heatmap-${epsilon}`, label);
}

const edges = {
  x1: (box: Box) => box.at,
  x2: (box: Box) => box.at + 1,
  y1: (box: Box) => box.down,
  y2: (box: Box) => box.down + 1,
};

/** Names of rows or columns, the target's in bold. */
function names(
  labels: readonly { readonly text: string; readonly own: boolean }[],
  place: Plot.TextOptions,
): Plot.Markish {
  return [true, false].map((bold) => {
    const some = labels.filter(({ own }) => own === bold);
    const text = some.map((label) => clipped(label.text));
    return Plot.text(some, { ...place, text, title: "text", fontWeight: bold ? 700 : 400, fill: ink });
  });
}

function writeAxisNames(drawing: Element, marginLeft: number, marginTop: number): void {
  const group = append(drawing, "g", {
    fill: muted,
    "font-size": 11,
    "text-anchor": "end",
    "data-mark": "axis names",
  });
  append(group, "text", { x: marginLeft - 8, y: marginTop - 20 }, "judged on");
  append(group, "text", { x: marginLeft - 8, y: marginTop - 6 }, "crafted on");
}

/** The key to the heat map's colours: 0 to 100 % as a row of rectangles. */
export function heatKey({ document }: FigureOptions): SVGSVGElement {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({
    width: 264,
    height: 30,
    viewBox: "0 0 264 30",
    "font-size": 11,
    fill: ink,
  }))
    drawing.setAttribute(name, String(value));
  drawing.setAttribute("shape-rendering", "crispEdges");
  append(drawing, "rect", { x: 16, y: 2, width: 220, height: 10, fill: paper });
  for (let i = 0; i < 44; i++) {
    const share = i / 43;
    append(drawing, "rect", {
      x: 16 + 5 * i,
      y: 2,
      width: 5,
      height: 10,
      fill: accent,
      "fill-opacity": (0.04 + 0.96 * share).toFixed(3),
    });
  }
  for (const share of [0, 0.5, 1])
    append(drawing, "text", { x: 16 + 220 * share, y: 25, "text-anchor": "middle" }, `${100 * share} %`);
  return applySvgStyle(drawing, "heat-key", "Colours from 0 to 100 percent error: the darker the more errors");
}
