// What the files of every run are written with: an empty page to draw on, and JSON.

import { parseHTML } from "linkedom";

/** A document for figures. */
export function emptyDocument(): Document {
  return parseHTML("<!doctype html><html><body></body></html>").document as unknown as Document;
}

/** A value as the text of a file. */
export const jsonText = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
