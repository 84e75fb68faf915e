// A picture of a point with what stands beneath it, as one of a strip of three.

import { html, type Markup } from "./html.ts";

/** The picture in a source of data; its description is for those who do not see it. */
export function picture(
  source: string,
  [height, width]: readonly [number, number],
  description: string,
  caption: string,
): Markup {
  return html`<div><img src="${source}" alt="${description}" width="${width}" height="${height}"><span>${caption}</span></div>`;
}
