// Markup by template, in which every interpolated text is escaped: names of classes and models come from strangers.

import { escapeMarkup } from "../figures/markup.ts";

/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template: texts and numbers are escaped, markup is not, lists are joined, nothing is nothing. */
export type Part = Markup | string | number | undefined | false | readonly Part[];

/** A template of markup. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: literals.map((literal, i) => (i === 0 ? literal : write(parts[i - 1]) + literal)).join("") };
}

/** Declares a text of ours to be markup. */
export function trusted(markup: string): Markup {
  return { markup };
}

function write(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string" || typeof part === "number") return escapeMarkup(String(part));
  return "markup" in part ? part.markup : part.map(write).join("");
}
