// What every figure gets after Plot has drawn it: a name for screen readers, our type, stable ids.

import { hairline, ink, muted } from "./palette.ts";

/** What a figure needs from outside. */
export interface FigureOptions {
  /** A browser's document, or linkedom's under Node. */
  readonly document: Document;
}

/**
 * Names the drawing, drops Plot's own style sheet and renumbers ids, so that equal results give equal text. A picture
 * is one thing to a screen reader: what Plot calls its groups becomes `data-mark`.
 */
export function applySvgStyle(drawing: Element, name: string, label: string): SVGSVGElement {
  for (const style of [...drawing.querySelectorAll("style")]) style.remove();
  drawing.removeAttribute("class");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", label);
  drawing.setAttribute("font-family", "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif");
  const elements = [...drawing.querySelectorAll("*")];
  const renamed = new Map(elements.filter(({ id }) => id).map(({ id }, i) => [id, `${name}-${i + 1}`]));
  for (const element of elements) {
    const mark = element.getAttribute("aria-label");
    if (mark !== null) element.setAttribute("data-mark", mark);
    element.removeAttribute("aria-label");
    for (const attribute of [...element.attributes]) {
      if (attribute.name === "id") element.setAttribute("id", renamed.get(attribute.value) ?? attribute.value);
      const reference = /^url\(#(.+)\)$/.exec(attribute.value)?.[1];
      if (reference && renamed.has(reference)) element.setAttribute(attribute.name, `url(#${renamed.get(reference)})`);
    }
  }
  return drawing as SVGSVGElement;
}

/** Appends an SVG element. */
export function append(
  parent: Element,
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  text?: string,
): Element {
  const element = parent.ownerDocument.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) element.textContent = text;
  parent.appendChild(element);
  return element;
}

/** One entry of a key: a sample of the mark and its meaning. */
export interface KeyEntry {
  readonly mark: "line" | "dashed" | "dot" | "ring";
  readonly colour: string;
  readonly text: string;
}

/** Writes a key in one row along the top of a drawing, from `x` on. */
export function writeKey(drawing: Element, entries: readonly KeyEntry[], x: number, y = 12): void {
  const group = append(drawing, "g", { "font-size": 12, "text-anchor": "start", "data-mark": "key" });
  let at = x;
  for (const { mark, colour, text } of entries) {
    if (mark === "dot" || mark === "ring") {
      const paint = mark === "dot" ? { fill: colour, stroke: "none" } : { fill: "none", stroke: colour };
      append(group, "circle", { cx: at + 6, cy: y, r: 4, "stroke-width": 1.5, ...paint });
      at += 16;
    } else {
      const dash: Record<string, string> = mark === "dashed" ? { "stroke-dasharray": "5 3" } : {};
      append(group, "path", { d: `M${at},${y}h22`, stroke: colour, "stroke-width": 2, fill: "none", ...dash });
      at += 28;
    }
    append(group, "text", { x: at, y: y + 4, fill: ink }, text);
    at += textWidth(text, 12) + 18;
  }
}

/** A name cut to a length that a figure can hold; the whole name goes into a title. */
export function clipped(name: string, length = 22): string {
  const characters = [...name];
  return characters.length <= length ? name : `${characters.slice(0, length - 1).join("")}…`;
}

/** About how wide a text is, in pixels: without a browser nobody knows exactly. */
export function textWidth(text: string, size: number): number {
  return [...text].length * size * 0.56;
}

/** Grid and axes' looks that all figures share. */
export const gridStyle = { stroke: hairline, strokeOpacity: 1 } as const;
export const axisStyle = { color: muted, fontSize: 12, tickSize: 0, labelArrow: "none" } as const;
