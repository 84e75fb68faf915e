// Labels beside points without covering each other or another point.

import { paper } from "./palette.ts";
import { append, textWidth } from "./svgStyle.ts";

/** A point in pixels and what is to be written beside it. */
export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly colour: string;
}

interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Writes each label at the first free of eight places around its point, in order of preference; where none is free,
 * nothing is written (the point's title still tells). Greedy, so earlier labels matter more. A halo keeps
 * them legible over lesser marks.
 */
export function placeLabels(
  drawing: Element,
  labels: readonly Label[],
  obstacles: readonly { readonly x: number; readonly y: number }[],
  frame: Rectangle,
  size = 11,
): void {
  const taken: Rectangle[] = obstacles.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  const halo = { stroke: paper, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" };
  const group = append(drawing, "g", { "font-size": size, ...halo, "data-mark": "label" });
  for (const { x, y, text, colour } of labels) {
    const width = textWidth(text, size);
    for (const [dx, dy, anchor] of places) {
      const left = x + dx - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0);
      const box = { left, right: left + width, top: y + dy - size / 2, bottom: y + dy + size / 2 };
      const inside =
        box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
      if (!inside || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      append(group, "text", { x: x + dx, y: y + dy + size * 0.35, "text-anchor": anchor, fill: colour }, text);
      break;
    }
  }
}

const places: readonly (readonly [number, number, "start" | "middle" | "end"])[] = [
  [8, 0, "start"],
  [-8, 0, "end"],
  [0, -12, "middle"],
  [0, 12, "middle"],
  [7, -10, "start"],
  [7, 10, "start"],
  [-7, -10, "end"],
  [-7, 10, "end"],
];

const overlap = (a: Rectangle, b: Rectangle) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
