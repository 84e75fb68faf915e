// What the scatter plots share: their size, and the way from values to pixels and to ticks.

import type * as Plot from "@observablehq/plot";
import { muted } from "./palette.ts";
import { append } from "./svgStyle.ts";

/** Room for the axes around the frame, with the key and the name of the y axis above it. */
export const scatterSize = {
  width: 480,
  height: 392,
  marginLeft: 52,
  marginRight: 16,
  marginTop: 56,
  marginBottom: 44,
  style: { fontSize: "12px" },
} as const;

/** Where marks may be, in pixels. */
export const scatterFrame = {
  left: scatterSize.marginLeft,
  right: scatterSize.width - scatterSize.marginRight,
  top: scatterSize.marginTop - 6,
  bottom: scatterSize.height - scatterSize.marginBottom,
} as const;

/** Where a value lands in a drawing of Plot's. */
export function toPixels(drawing: ReturnType<typeof Plot.plot>, x: number, y: number): { x: number; y: number } {
  return { x: drawing.scale("x")?.apply(x), y: drawing.scale("y")?.apply(y) };
}

/** Places along an interval's bar, which labels should keep clear of. */
export function alongBar(drawing: ReturnType<typeof Plot.plot>, low: number, high: number, y: number) {
  const from = toPixels(drawing, low, y);
  const to = toPixels(drawing, high, y);
  const steps = Math.max(1, Math.ceil((to.x - from.x) / 8));
  return Array.from({ length: steps + 1 }, (_, i) => ({ x: from.x + ((to.x - from.x) * i) / steps, y: from.y }));
}

/** Writes the name of the y axis above it (Plot would write it where the key is). */
export function nameY(drawing: Element, name: string): void {
  append(
    drawing,
    "text",
    { x: 8, y: scatterSize.marginTop - 16, fill: muted, "font-size": 12, "text-anchor": "start" },
    name,
  );
}

/** A range with room on both sides, for a log scale. */
export function spread(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0.1, 10];
  return [Math.min(...values) / 1.6, Math.max(...values) * 1.6];
}

/** Round ticks for a log scale: powers of ten, with 2 and 5 between them where there are fewer than three. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const within = (steps: readonly number[]) => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
      ticks.push(...steps.map((step) => Number(`${step}e${power}`)).filter((tick) => tick >= low && tick <= high));
    return ticks;
  };
  const decades = within([1]);
  return decades.length >= 3 ? decades : within([1, 2, 5]);
}
