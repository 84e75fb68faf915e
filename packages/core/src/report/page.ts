// The frame of every report: one HTML file that asks nothing of the network.

import { contentsOf, type Section, sectionsMarkup } from "./contents.ts";
import { html, type Markup, trusted } from "./html.ts";
import { style } from "./style.ts";

interface ReportPage {
  /** Of the window. */
  readonly title: string;
  /** What the page answers; its title where absent. */
  readonly heading?: string;
  /** Above the title, small. */
  readonly eyebrow: string;
  /** Below the title: what the numbers are. */
  readonly lead: Markup;
  /** What is suspicious of the data. */
  readonly warnings?: readonly string[] | undefined;
  /** Its parts, without those that are false or undefined. */
  readonly sections: readonly (Section | false | undefined)[];
  readonly carom: string;
}

/** The page as text. */
export function reportPage({
  title,
  heading = title,
  eyebrow,
  lead,
  warnings = [],
  carom,
  ...page
}: ReportPage): string {
  const sections = present(page.sections);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<p class="eyebrow">${eyebrow}</p>
<h1>${heading}</h1>
${lead}
${warnings.map((warning) => html`<p class="caution">${warning}</p>`)}
${sections.length > 1 && contentsOf(sections)}
</header>
<main>
${sectionsMarkup(sections)}</main>
<footer>Figures and numbers come from one run of Carom ${carom}; equal inputs and seed give equal numbers.</footer>
</body>
</html>
`.markup;
}

/** What a page says, for the shadow root of an element of another page: with its style, without a list of contents. */
export function opened({ lead, sections }: Pick<ReportPage, "lead" | "sections">): string {
  return html`<style>${trusted(style)}</style>
${lead}
${sectionsMarkup(present(sections))}`.markup;
}

const present = (sections: ReportPage["sections"]) =>
  sections.filter((section) => section !== false && section !== undefined);

/** The page of a study, under its title. */
export function studyPage(
  { carom, study }: { readonly carom: string; readonly study: StudyNamed },
  content: Pick<ReportPage, "lead" | "warnings" | "sections">,
): string {
  const eyebrow = `Carom ${carom} · study ${study.name} · seed ${study.seed}`;
  return reportPage({ title: study.title ?? study.name, eyebrow, carom, ...content });
}

/** What a study is called, and its seed. */
interface StudyNamed {
  readonly name: string;
  readonly title?: string | undefined;
  readonly seed: number;
}
