// The report of an audit: one HTML file that asks nothing of the network.

import { attackerName } from "../attacks/attacker.ts";
import { cellAt, normName, strongestCell, targetOf, tellingEpsilon } from "../figures/auditLookup.ts";
import { svgText } from "../figures/markup.ts";
import { heatKey } from "../figures/transferHeatmap.ts";
import { percent } from "../numbers.ts";
import { sourceName } from "../study/audit/attackerRows.ts";
import type { ColumnMoves } from "../study/audit/columnMoves.ts";
import { rateName, reached, targeted } from "../study/goal.ts";
import type { AuditResult, ExampleImage } from "../study/result.ts";
import { asked } from "./asked.ts";
import { entriesFor, occasionsOf } from "./catalogues.ts";
import { columnSection } from "./columns.ts";
import { list, runSection, type Section, wordsSection } from "./contents.ts";
import { exampleCards } from "./exampleImages.ts";
import { type Drawings, drawAll, figure } from "./figures.ts";
import { html, type Markup, type Part, trusted } from "./html.ts";
import { nextSteps, stepsSection } from "./nextSteps.ts";
import { opened, reportPage } from "./page.ts";
import { reasons } from "./reasons.ts";
import { attackerTable, budgetTable, cellTable, modelTable } from "./tables.ts";
import { validityTable } from "./validity.ts";
import { definitions, unbroken } from "./words.ts";

/** What a report is made of. */
export interface ReportInput {
  readonly result: AuditResult;
  readonly exampleImages: readonly ExampleImage[];
  /** The target as it was named; absent where it has no name. */
  readonly name?: string | undefined;
  /** What the attacks do to the columns of a table, by surrogate and budget. */
  readonly columns?: readonly ColumnMoves[];
  /** Seeds, hashes, versions, timings: shown as they are. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The figures, where they have been drawn already. */
  readonly drawings?: Drawings;
  /** A browser's document, or linkedom's. */
  readonly document: Document;
}

/** The report as HTML text; equal inputs give equal text. */
export function renderReport({ name, manifest, ...input }: ReportInput): string {
  const { result } = input;
  const target = name ?? targetOf(result).id;
  const hash = name === undefined ? "" : ` (${result.asked.targetHash.slice(0, 12)})`;
  const { lead, sections } = auditContent(input);
  return reportPage({
    title: `Transfer audit of ${target}`,
    eyebrow: `Carom ${result.carom} · transfer audit of ${target}${hash} · seed ${result.seed}`,
    heading: "Do adversarial points crafted on other models mislead the target?",
    lead,
    sections: [...sections, runSection(manifest)],
    carom: result.carom,
  });
}

/** The report of a run that is opened again, as a part of another page: what stands in a shadow root of it. */
export function renderOpened(result: AuditResult, document: Document): string {
  return opened(auditContent({ result, exampleImages: [], document }));
}

/** What a report of an audit says, whatever page it stands on. */
function auditContent({
  result,
  exampleImages,
  columns = [],
  document,
  drawings = drawAll(result, document),
}: Omit<ReportInput, "name" | "manifest">) {
  const { id } = targetOf(result);
  const epsilon = tellingEpsilon(result);
  const crafter = strongestCell(result, epsilon)?.surrogate;
  const moves = columns.find((each) => each.surrogate === crafter && each.epsilon === epsilon);
  const { warnings } = result.asked;
  const validity = validityTable([result], [id], sourceName);
  const sections: readonly (Section | false | undefined)[] = [
    section("budgets", "Budgets", "How much of the target falls, at each budget", budgets(result)),
    result.standings.tried && section("attackers", "Attackers", "Who attacked, and what it took", attackers(result)),
    stepsSection(nextSteps(result)),
    section("asked", "The question", "What was asked", asked(result)),
    section("matrix", "Matrix", "Who falls to points crafted on whom", matrices(result, drawings, document)),
    section("curves", "Curves", "Error against budget", curves(result, drawings)),
    section("why", "Why", "Why some attacks transfer", reasons(result, drawings)),
    moves &&
      section("columns", "Columns", "Which columns the attack moves", columnSection(moves, normName(result.asked))),
    exampleImages.length > 0 &&
      section("examples", "Examples", "What an attacked point looks like", exampleCards(result, exampleImages)),
    validity && section("rules", "Rules", "Points that break the rules of the table", validity),
    section("numbers", "Numbers", "All numbers", numbers(result)),
    wordsSection(definitions),
    section("catalogues", "Catalogues", "What catalogues of attacks call it", catalogueList(result)),
  ];
  const lead = html`${answer(result, drawings)}
${warnings.length > 0 && html`<div class="caution" role="note" aria-label="Warnings">${warnings.map((warning) => html`<p>${warning}</p>`)}</div>`}`;
  return { lead, sections };
}

const section = (id: string, name: string, title: string, content: Part): Section => ({ id, name, title, content });

/** The answer in sentences, and as a picture on the first screen. */
function answer(result: AuditResult, drawings: Drawings): Markup {
  const [first, ...rest] = result.answer.map((sentence) => html`<p class="answer">${unbroken(sentence)}</p>`);
  const attackers = result.standings.tried ? "attack tried" : "surrogate";
  const what = targeted("Error of the target", result.asked.targetClass);
  const caption = `${what} against ε under the strongest ${attackers} at each budget; the band holds for all that was tried at once.`;
  return html`<div class="first">${first}${figure("The answer", drawings.answer, caption)}${rest}</div>`;
}

function budgets(result: AuditResult): Markup {
  const { points, targetClass } = result.asked;
  return html`<p>The share of ${points} attacked points that end in ${targetClass === undefined ? "a wrong class" : html`class “${targetClass}”, none of which are of it`}. A low number says that this model resisted
these surrogates with this attack and this budget; about other surrogates and stronger attacks it says nothing. The strongest
${result.standings.tried ? "attack and surrogate are" : "surrogate is"} chosen at each budget, on these very points; intervals are such that those of all that was tried hold at once.</p>
${budgetTable(result)}`;
}

function attackers(result: AuditResult): Markup {
  const { attack, objective } = result.asked;
  const raising = objective === undefined ? "" : `, raising the ${objective}`;
  const simplest = `${attack ? `the attack ${attackerName(attack)}` : "the strongest attack there is"}${raising}`;
  return html`<p>The simplest attacker crafts by ${simplest} on one surrogate. Beside it stand those below, each with the surrogate on
which it does most on these points, and the one that R and S would have chosen before any attack. Intervals hold for everything that was
tried at once. Gradients and scores are rows that surrogates were asked for, for each point, mean over budgets; of affine scores the optimum follows
from the weights, without a gradient.</p>
${attackerTable(result)}`;
}

function matrices(result: AuditResult, { matrices }: Drawings, document: Document): Markup {
  const { noGradients } = targetOf(result);
  const norm = normName(result.asked);
  const { targetClass } = result.asked;
  const rate = rateName(targetClass);
  return html`<p>Each row is a model on which points were crafted, each column a model that judged them; the value is the
${targetClass === undefined ? rate : `share ${rate}`} in percent. The first column, set apart, is the target. Framed cells are white-box attacks. The last column is the transfer rate:
the mean over the models judged, the row's own left out.
The interval of a cell shows on hovering; those of the target stand under All numbers.${noGradients && ` The target has no row: ${noGradients}.`}</p>
<div class="key"><span>${rate}</span>${trusted(svgText(heatKey({ document })))}</div>
<div class="${result.models.length <= 8 ? "pairs" : ""}">${matrices.map(([epsilon, svg]) =>
    figure(`${norm} ε = ${epsilon}`, svg, strongest(result, epsilon)),
  )}</div>`;
}

/** One sentence on one matrix: what the best surrogate achieves on the target. */
function strongest(result: AuditResult, epsilon: number): string {
  const best = strongestCell(result, epsilon);
  const white = cellAt(result, targetOf(result).id, targetOf(result).id, epsilon);
  if (!best) return "There is no surrogate.";
  const reference = white ? `; white-box: ${percent(reached(white).estimate)} %` : "";
  return (
    `Strongest on the target: ${best.surrogate}, ${percent(reached(best).estimate)} % of ` +
    `${result.asked.points} points${reference}.`
  );
}

function curves(result: AuditResult, { curves }: Drawings): Markup {
  const target = targetOf(result);
  const white = target.noGradients
    ? `There is no white-box curve: ${target.noGradients}.`
    : result.standings.masked
      ? "Dashed: the white-box attack, which surrogates exceed: the target's gradients are masked."
      : "Dashed: the white-box attack, which no surrogate is expected to exceed.";
  const { targetClass } = result.asked;
  const [rate, without] =
    targetClass === undefined
      ? ["Error of the target", "the clean error"]
      : [`Share of points that the target takes for “${targetClass}”`, "the share without attack"];
  return figure(
    "Security curves",
    curves,
    `${rate} against ε, one panel per surrogate; at 0 stands ${without}. Bands are 95 % intervals. ${white}`,
  );
}

function numbers(result: AuditResult): Markup {
  return html`<h3>Models</h3>${modelTable(result)}
<h3>Every attack on the target</h3>
<p class="note">Shares with 95 % intervals and the number of points they are of. Loss is the mean rise of the cross-entropy.</p>${cellTable(result)}`;
}

function catalogueList(result: AuditResult): Markup {
  const rows = entriesFor(occasionsOf(result)).map(
    ({ name, version, entries }) =>
      html`<dt>${name} ${version}</dt><dd>${list(entries.map((entry) => `${entry.id} ${entry.name}`))}</dd>`,
  );
  return html`<p>Ids are those of the version that is named; names move from one to the next. Adversarial points that transfer are not
what OWASP calls a transfer learning attack (ML07).</p><dl class="facts">${rows}</dl>`;
}
