// The sections of a report, and the list of them on top of the page.

import { html, type Markup, type Part } from "./html.ts";

/** A part of a report. */
export interface Section {
  /** Its place on the page. */
  readonly id: string;
  /** In the list of contents. */
  readonly name: string;
  readonly title: string;
  readonly content: Part;
}

/** The list of contents. */
export function contentsOf(sections: readonly Section[]): Markup {
  return html`<nav aria-label="Contents">${sections.map(({ id, name }) => html`<a href="#${id}">${name}</a>`)}</nav>`;
}

/** The sections under their headings. */
export function sectionsMarkup(sections: readonly Section[]): Markup {
  return html`${sections.map(
    ({
      id,
      title,
      content,
    }) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}</section>
`,
  )}`;
}

/** Terms with their meanings, as the last sections of reports have them. */
export function facts(rows: readonly (readonly [term: Part, fact: Part])[]): Markup {
  return html`<dl class="facts">${rows.map(([term, fact]) => html`<dt>${term}</dt><dd>${fact}</dd>`)}</dl>`;
}

/** Items under each other. */
export function list(items: readonly string[]): Markup {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/** The words of a report. */
export function wordsSection(definitions: readonly (readonly [term: string, meaning: string])[]): Section {
  return { id: "words", name: "Definitions", title: "What the words mean", content: facts(definitions) };
}

/** What a run says of itself. */
export function runSection(manifest: Readonly<Record<string, unknown>>): Section {
  const text = JSON.stringify(manifest, null, 2);
  const content = html`<details><summary>Manifest: seeds, hashes, versions, timings</summary><pre tabindex="0">${text}</pre></details>`;
  return { id: "run", name: "Run", title: "The run", content };
}
