// The files of a table over studies.

import type { SignificanceEntry } from "../study/paper/significance.ts";
import type { TableResult } from "../study/paper/tableStudy.ts";
import type { Content } from "./content.ts";
import { runSection } from "./contents.ts";
import { csvPieces } from "./csv.ts";
import { html, type Markup } from "./html.ts";
import { jsonText } from "./json.ts";
import { manifestOf, type RunFacts } from "./manifest.ts";
import { headerOf } from "./outputs.ts";
import { studyPage } from "./page.ts";

/** File names and contents; equal tables give equal bytes, the manifest aside. */
export function tableFiles(result: TableResult, facts: RunFacts): Record<string, Content> {
  const { study, entries, warnings } = result;
  const rows = entries.map(({ study, learner, what, at, agreeing, of, repetitions, p }) => [
    study,
    learner,
    what,
    at,
    agreeing,
    of,
    repetitions,
    p ?? "",
  ]);
  const manifest = manifestOf(study.seed, { data: result.data }, facts);
  return {
    "metrics.json": jsonText(result),
    "manifest.json": jsonText(manifest),
    "table.csv": csvPieces(headerOf("table"), rows),
    "report.html": studyPage(result, {
      lead: html`<p>Two-sided sign tests over repetitions. White-box: the model of high complexity errs more. Transfer: points
crafted on the model of low complexity make the targets err more. Small p in a cell says that this holds, or fails, beyond
chance; the count says which.</p>
${warnings.map((warning) => html`<p class="caution">${warning}</p>`)}`,
      sections: [
        {
          ...{ id: "table", name: "Table", title: "High against low complexity" },
          content: table(entries),
        },
        runSection(manifest),
      ],
    }),
  };
}

function table(entries: readonly SignificanceEntry[]): Markup {
  const columns = [
    ...new Map(entries.map(({ study, what, at }) => [`${study} ${what}`, { study, what, at }])).values(),
  ];
  const learners = [...new Set(entries.map(({ learner }) => learner))];
  const cell = (learner: string, column: (typeof columns)[number]): Markup => {
    const found = entries.find(
      (each) => each.learner === learner && each.study === column.study && each.what === column.what,
    );
    if (!found) return html`<td>–</td>`;
    const { p, agreeing, of } = found;
    return html`<td>${p === undefined ? "–" : p.toPrecision(2)}<span class="interval">${agreeing} of ${of}</span></td>`;
  };
  return html`<div class="scroll"><table><thead><tr><th scope="col">learner</th>${columns.map(
    ({ study, what, at }) => html`<th scope="col">${study}, ${what}, at ${at}</th>`,
  )}</tr></thead><tbody>${learners.map(
    (learner) => html`<tr><th scope="row">${learner}</th>${columns.map((column) => cell(learner, column))}</tr>`,
  )}</tbody></table></div>`;
}
