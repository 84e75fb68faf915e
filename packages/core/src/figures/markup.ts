// From elements to text: the same characters from every DOM implementation, whatever names the data bring.

import { inkOnPaper } from "./palette.ts";

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text made safe for element content and for quoted attributes, in HTML and XML. Control characters are dropped. */
export function escapeMarkup(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML 1.0 forbids
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "").replace(/[&<>"']/g, (found) => entities[found]);
}

const geometry = new Set(["transform", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"]);

/** An SVG element as text for use inside HTML: well-formed XML, coordinates rounded to hundredths. */
export function svgText(element: Element): string {
  // Not tagName, which linkedom writes in capitals.
  const name = element.localName;
  const attributes = [...element.attributes]
    .filter((attribute) => attribute.name !== "xmlns")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      (attribute) =>
        " " +
        `${attribute.name}="${escapeMarkup(geometry.has(attribute.name) ? rounded(attribute.value) : attribute.value)}"`,
    )
    .join("");
  const children = [...element.childNodes]
    .map((child) =>
      child.nodeType === 1
        ? svgText(child as Element)
        : child.nodeType === 3
          ? escapeMarkup(child.textContent ?? "")
          : "",
    )
    .join("");
  const namespace = name === "svg" ? ' xmlns="http://www.w3.org/2000/svg"' : "";
  return children === ""
    ? `<${name}${namespace}${attributes}/>`
    : `<${name}${namespace}${attributes}>${children}</${name}>`;
}

/**
 * The text of a figure as a file of its own: a white page behind it, and colours in place of CSS variables,
 * which many SVG programs do not know.
 */
export function standaloneSvg(text: string): string {
  const plain = text.replace(/var\(--carom-[a-z-]+, (#[0-9a-f]{6})\)/g, "$1").replaceAll("currentColor", inkOnPaper);
  return plain
    .replace(/^<svg[^>]*>/, (open) => `${open}<rect width="100%" height="100%" fill="#ffffff"/>`)
    .concat("\n");
}

const rounded = (value: string) =>
  value.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (digits) => String(Math.round(Number(digits) * 100) / 100 || 0));
