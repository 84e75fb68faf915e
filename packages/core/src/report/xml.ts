// Text inside XML.

/** What XML 1.0 cannot hold at all: control characters, two places that are no characters, halves of pairs. */
const forbidden = /[\p{Cc}\ufffe\uffff\p{Cs}]/gu;
const kept = new Set(["\t", "\n", "\r"]);
const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text as content or as an attribute's value in double quotes. */
export const xmlText = (text: string): string =>
  text
    .replaceAll(forbidden, (character) => (kept.has(character) ? character : "\ufffd"))
    .replaceAll(/[&<>"]/g, (character) => names[character]);
