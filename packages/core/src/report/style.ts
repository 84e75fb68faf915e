// How the report looks: a page to read, in light, dark and print, or a part of another page in a shadow root.

/** The report's style sheet. */
export const style = `
:root, :host {
  color-scheme: light dark;
  --ink: #1f1e1b; --carom-paper: #ffffff; --carom-muted: #6b6a66; --carom-line: #dddbd5;
  --carom-accent: #b3431b; --carom-on-accent: #ffffff; --wash: #f7f5f1;
  --sans: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
  --serif: Charter, "Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif Pro", Georgia, serif;
}
@media screen and (prefers-color-scheme: dark) {
  :root, :host {
    --ink: #e9e6e0; --carom-paper: #171614; --carom-muted: #a09d96; --carom-line: #3a3833;
    --carom-accent: #dd6b40; --carom-on-accent: #171614; --wash: #211f1c;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body, :host { display: block; margin: 0; background: var(--carom-paper); color: var(--ink); font: 17px/1.6 var(--serif); }
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 56px; }
p, ul, ol, .facts { max-width: 42rem; }
p { margin: 0 0 1em; }
a { color: inherit; text-decoration-color: var(--carom-accent); text-underline-offset: 3px; }
:focus-visible { outline: 2px solid var(--carom-accent); outline-offset: 3px; }
.eyebrow, nav, table, figcaption, .facts, .card, .note, summary, pre, footer { font-family: var(--sans); }
.eyebrow { margin: 0 0 6px; color: var(--carom-muted); font-size: 13px; letter-spacing: .02em; overflow-wrap: anywhere; }
h1 { margin: 0 0 28px; max-width: 48rem; font: 600 17px/1.4 var(--sans); overflow-wrap: anywhere; }
.answer { max-width: 52rem; margin: 0 0 .55em; font-size: clamp(22px, 3.4vw, 33px); line-height: 1.3; letter-spacing: -.01em; text-wrap: pretty; overflow-wrap: anywhere; }
.first > .answer { font-size: clamp(21px, 2.4vw, 28px); }
.first > figure { margin: 18px 0 20px; max-width: 440px; }
@media (min-width: 1000px), print {
  .first { display: grid; grid-template-columns: minmax(0, 1fr) 400px; column-gap: 40px; }
  .first > .answer { grid-column: 1; }
  .first > figure { grid-column: 2; grid-row: 1 / span 12; margin-top: 0; }
}
.answer ~ .answer { color: var(--carom-muted); }
.caution { margin: 24px 0 0; padding-left: 14px; border-left: 3px solid var(--carom-accent); font-size: 16px; }
nav { margin: 36px 0 0; padding: 10px 0; border-block: 1px solid var(--carom-line); font-size: 14px; display: flex; flex-wrap: wrap; gap: 4px 22px; }
nav a { text-decoration: none; color: var(--carom-muted); }
nav a:hover { color: var(--carom-accent); }
section { margin: 60px 0 0; }
h2 { margin: 0 0 12px; font-size: 25px; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; }
h3 { margin: 32px 0 8px; font: 600 15px/1.4 var(--sans); }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 7px 22px; margin: 16px 0 0; font-size: 14.5px; line-height: 1.5; max-width: 52rem; }
.facts dt { color: var(--carom-muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.facts ul { margin: 0; padding-left: 1.1em; }
figure { margin: 28px 0 0; min-width: 0; }
figure + p, .pairs + p { margin-top: 24px; }
figcaption { margin-top: 8px; max-width: 42rem; color: var(--carom-muted); font-size: 13.5px; line-height: 1.5; }
figcaption b { color: var(--ink); font-weight: 600; }
figure svg { display: block; max-width: 100%; height: auto; overflow: visible; }
svg text { white-space: pre; }
.pairs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 12px 48px; }
.key { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; margin-top: 22px; color: var(--carom-muted); font: 13.5px/1.5 var(--sans); }
.scroll {
  overflow-x: auto; overflow-y: hidden; max-width: 100%; padding-bottom: 2px;
  background:
    linear-gradient(to left, var(--carom-paper) 30%, transparent) right / 36px 100% no-repeat local,
    linear-gradient(to left, var(--carom-line), transparent) right / 14px 100% no-repeat scroll;
}
.scroll > table { margin-top: 14px; }
table { border-collapse: collapse; font-size: 13.5px; line-height: 1.35; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 14px 7px 0; text-align: right; vertical-align: top; border-bottom: 1px solid var(--carom-line); }
th:last-child, td:last-child { padding-right: 4px; }
thead th { vertical-align: bottom; color: var(--carom-muted); font-weight: 500; border-bottom-color: var(--carom-muted); }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--carom-paper); padding-right: 18px; min-width: 5em; }
tbody th { font-weight: 500; }
tbody th[scope=row] { white-space: nowrap; max-width: 15em; overflow: hidden; text-overflow: ellipsis; }
tbody th .note { display: block; }
.name { text-align: left; min-width: 8em; }
.group { padding-top: 22px; font-weight: 600; }
.strong { font-weight: 600; }
.interval { display: block; color: var(--carom-muted); font-size: 12px; font-weight: 400; white-space: nowrap; }
.note { color: var(--carom-muted); font-size: 12px; font-weight: 400; }
.pair { white-space: nowrap; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 312px), 1fr)); gap: 28px 40px; margin-top: 22px; }
.card { font-size: 13.5px; line-height: 1.5; }
.card p { margin: 8px 0 0; color: var(--carom-muted); overflow-wrap: anywhere; }
.card b { color: var(--ink); }
.strip { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 8px; max-width: 360px; }
.strip img { display: block; width: 100%; height: auto; image-rendering: pixelated; border: 1px solid var(--carom-line); }
.strip span { display: block; margin-top: 3px; font-size: 13px; overflow-wrap: anywhere; }
summary { cursor: pointer; font-size: 14.5px; }
pre { margin: 12px 0 0; padding: 16px; background: var(--wash); font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-x: auto; }
footer { margin-top: 72px; padding-block: 20px 48px; color: var(--carom-muted); font-size: 13px; }
@media (max-width: 600px) {
  body { font-size: 16px; }
  main, header, footer { padding-inline: 18px; }
  header { padding-top: 32px; }
  section { margin-top: 48px; }
  tbody th[scope=row] { max-width: 9em; }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dt { margin-top: 10px; }
}
@media print {
  @page { margin: 16mm 14mm; }
  body { font-size: 10.5pt; }
  main, header, footer { max-width: none; padding: 0; }
  header { padding-top: 0; }
  .answer, .first > .answer { font-size: 15pt; max-width: none; }
  p, ul, ol, .facts, figcaption { max-width: none; }
  nav { display: none; }
  section { margin-top: 24px; }
  h2, h3, .key { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  figure { margin-top: 14px; }
  figure, .card, tr { break-inside: avoid; }
  .pairs { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 4px 28px; }
  .cards { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 14px 24px; margin-top: 12px; }
  .scroll { overflow: visible; background: none; }
  .scroll > div { min-width: 0 !important; }
  /* A short table stands on one page. */
  .scroll:has(> table > tbody:only-of-type > tr:nth-child(-n + 8):last-child) { break-inside: avoid; }
  table { font-size: 7.5pt; }
  th, td { padding-right: 6px; }
  th:first-child { position: static; }
  .interval, .note { font-size: 6.5pt; white-space: normal; }
  details::details-content { content-visibility: visible; height: auto; }
  tr:has(> .group) { break-after: avoid; }
  /* Files beside the report hold what is long. */
  details.long { display: none; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 7pt; }
  footer { margin-top: 24px; padding-block: 10px 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
