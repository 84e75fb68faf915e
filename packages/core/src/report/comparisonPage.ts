// The report of a comparison of two versions of a model: one HTML file that asks nothing of the network.

import { normName } from "../figures/auditLookup.ts";
import { percentInterval, short } from "../numbers.ts";
import { sourceName } from "../study/audit/attackerRows.ts";
import type { ComparisonOutput } from "../study/audit/compared.ts";
import type { AuditComparison, ComparedCell } from "../study/audit/comparison.ts";
import { gateLines } from "../study/audit/gate.ts";
import type { PairedErrors } from "../study/audit/pairedErrors.ts";
import { TARGET } from "../study/names.ts";
import { runSection } from "./contents.ts";
import { figure } from "./figures.ts";
import { html, type Markup } from "./html.ts";
import { reportPage } from "./page.ts";
import { unbroken } from "./words.ts";

/** The page as text; equal inputs give equal text. */
export function comparisonPage(
  { comparison, answer, findings }: ComparisonOutput,
  drawings: readonly { readonly epsilon: number; readonly svg: string }[],
  manifest: Readonly<Record<string, unknown>>,
): string {
  const { asked, versions, seed, carom, warnings } = comparison;
  const norm = normName(asked);
  const { targetClass } = asked;
  const goal = targetClass === undefined ? "a wrong class" : `class “${targetClass}”, none of which are of it`;
  return reportPage({
    title: "Is version B misled more often than version A?",
    eyebrow: `Carom ${carom} · comparison on ${asked.points} points · seed ${seed}`,
    warnings,
    lead: html`${[...answer, ...gateLines(findings)].map((sentence) => html`<p class="answer">${unbroken(sentence)}</p>`)}
<dl class="facts">${versions.map(({ name, targetHash }, i) => html`<dt>${"AB"[i]}</dt><dd>${name}, hash ${targetHash.slice(0, 12)}</dd>`)}</dl>`,
    carom,
    sections: [
      {
        id: "budgets",
        name: "Budgets",
        title: "Errors of both versions, at each budget",
        content: html`<p>Shares of the same ${asked.points} points that end in ${goal}. An attacker crafts points on a surrogate, a stand-in for the
model; a point counts under <i>some attacker</i> where at least one of those below, on whatever surrogate, misleads the version.
Budgets ε are measured in ${norm}.</p>
${totals(comparison)}`,
      },
      {
        id: "attackers",
        name: "Attackers",
        title: "Attacker by attacker",
        content: html`<p>How many more points B gets wrong than A under each attacker, in percentage points; filled dots are beyond chance. Right of the line
B is the more fragile version.</p>
<div class="pairs">${drawings.map(({ epsilon, svg }) =>
          figure(`${norm} ε = ${epsilon}`, svg, "Error of B less error of A on the same points, with intervals."),
        )}</div>
<details><summary>All numbers</summary>${attackers(comparison)}</details>
${leftOut(comparison)}`,
      },
      { id: "words", name: "Definitions", title: "What the numbers mean", content: definitions(comparison) },
      runSection(manifest),
    ],
  });
}

function totals({ clean, any, asked }: AuditComparison): Markup {
  return table(asked, "points", [
    { name: "no attack", errors: clean },
    ...any.map((each) => ({ name: `some attacker, ε = ${each.epsilon}`, errors: each })),
  ]);
}

function attackers({ cells, asked }: AuditComparison): Markup {
  const name = ({ surrogate, ...cell }: ComparedCell) =>
    surrogate === TARGET ? "its own points (white-box)" : sourceName({ surrogate, ...cell });
  return table(
    asked,
    "crafted on",
    cells.map((cell) => ({ name: `${name(cell)}, ε = ${cell.epsilon}`, errors: cell })),
  );
}

function table(
  asked: AuditComparison["asked"],
  head: string,
  rows: readonly { readonly name: string; readonly errors: PairedErrors }[],
): Markup {
  const does = asked.targetClass === undefined ? "errs" : "falls";
  const heads = [`A ${does}`, `B ${does}`, "B less A", "only A", "only B", "p", "p, adjusted", `B ${does}`];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${head}"><table>
<thead><tr><th scope="col">${head}</th>${heads.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead><tbody>${rows.map(
    ({ name, errors: { first, second, difference, counts, p, holmP, verdict } }) =>
      html`<tr><th scope="row" title="${name}">${name}</th><td>${percent(first)}</td><td>${percent(second)}</td><td class="strong">${percentInterval(difference)}</td>
<td>${counts.onlyFirst}</td><td>${counts.onlySecond}</td><td>${short(p)}</td><td>${short(holmP)}</td><td>${verdict === "not told apart" ? "alike" : html`<b>${verdict}</b>`}</td></tr>`,
  )}</tbody></table></div>`;
}

function leftOut({ leftOut }: AuditComparison): Markup | false {
  return leftOut.length > 0 && html`<p class="note">Only one of the audits has: ${leftOut.join("; ")}.</p>`;
}

function definitions({ comparisons }: AuditComparison): Markup {
  const terms: readonly (readonly [string, string])[] = [
    ["surrogate", "A stand-in trained by the attacker, on which adversarial points are crafted."],
    [
      "_H, _L",
      "A learner with options that give a model of high or of low complexity: weakly or strongly regularised.",
    ],
    ["white-box", "Points crafted on the version itself, by an attacker who knows it; each version has its own."],
    ["ε, the budget", "How far a point may be moved; under L0 how many features may change."],
    ["only A, only B", "Points that end in a wrong class in this version alone; changed.csv lists them one by one."],
    [
      "intervals",
      `95 %, for all ${comparisons} comparisons at once: Newcombe's of a difference of paired shares, each at ` +
        `level 1 − 0.05 / ${comparisons}. They are a little wider than the tests need.`,
    ],
    [
      "p",
      "Of McNemar's exact test: how probable it is that points change sides so unevenly by chance; adjusted by " +
        "Holm over all comparisons. More or less is said where the adjusted one is at most .05.",
    ],
    [
      "what is not in them",
      "Intervals and tests see the choice of points. Another training of the surrogates, another split or " +
        "another seed may give other numbers.",
    ],
  ];
  return html`<dl class="facts">${terms.map(([term, meaning]) => html`<dt>${term}</dt><dd>${meaning}</dd>`)}</dl>`;
}
