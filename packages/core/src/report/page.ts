// The frame of a study's report: one HTML file that asks nothing of the network.

import { html, type Markup, trusted } from "./html.ts";
import { style } from "./style.ts";

export interface ReportPage {
  readonly title: string;
  /** Above the title, small. */
  readonly eyebrow: string;
  /** Below the title: what the numbers are. */
  readonly lead: Markup;
  /** What is suspicious of the data. */
  readonly warnings?: readonly string[] | undefined;
  readonly main: Markup;
}

/** The page as text. */
export function reportPage({ title, eyebrow, lead, warnings = [], main }: ReportPage): string {
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
<h1>${title}</h1>
${lead}
${warnings.map((warning) => html`<p class="caution">${warning}</p>`)}
</header>
<main>
${main}
</main>
</body>
</html>
`.markup;
}
