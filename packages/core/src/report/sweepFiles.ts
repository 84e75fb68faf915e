// The files of a sweep's run folder.

import { standaloneSvg, svgText } from "../figures/markup.ts";
import { sweepErrors, sweepMetrics } from "../figures/sweep.ts";
import { percent, short } from "../numbers.ts";
import type { SweepStudyResult } from "../study/sweep/plan.ts";
import type { SweepResult } from "../study/sweep/sweep.ts";
import type { Content } from "./content.ts";
import { runSection, wordsSection } from "./contents.ts";
import { csvPieces } from "./csv.ts";
import { figure } from "./figures.ts";
import { html, type Markup } from "./html.ts";
import { jsonText } from "./json.ts";
import { manifestOf, type RunFacts } from "./manifest.ts";
import { stepsSection } from "./nextSteps.ts";
import { headerOf } from "./outputs.ts";
import { studyPage } from "./page.ts";
import { claimsSection } from "./sections.ts";
import { comparisonCsv, printedSection } from "./studyFigures.ts";
import { studyJsonFiles, studyManifest } from "./studyJsonFiles.ts";
import { leadOf } from "./studyLead.ts";
import { sweepSteps } from "./studySteps.ts";
import { sweepDefinitions } from "./studyWords.ts";
import { normText, repetitionsText } from "./words.ts";

/** File names and contents; equal sweeps give equal bytes, the manifest aside. */
export function sweepFiles(result: SweepResult, facts: RunFacts, document: Document): Record<string, Content> {
  return {
    "metrics.json": jsonText(result),
    "manifest.json": jsonText(manifestOf(result.asked.seed, { data: result.asked.dataHash }, facts)),
    "sweep.csv": sweepCsv(result),
    ...sweepDrawings(result, document),
  };
}

/** The files of a sweep that is a study, its report among them. */
export function sweepStudyFiles(
  result: SweepStudyResult,
  facts: RunFacts,
  document: Document,
): Record<string, Content> {
  const { study, mean, claims, comparison } = result;
  const drawings = sweepDrawings(mean, document);
  return {
    ...studyJsonFiles(result, facts),
    "sweep.csv": sweepCsv(mean),
    ...drawings,
    ...(comparison && { "printed.csv": comparisonCsv(comparison) }),
    "report.html": studyPage(result, {
      warnings: facts.warnings,
      lead: html`${leadOf([answerOf(mean)], { ...pictured, svg: drawings[ERRORS].trim() })}
<p>${study.learner}, ${study.option} over ${study.values.length} values; ${repetitionsText(study.repetitions)}; ${mean.points} attacked points; norm ${normText({ ...study.attack, ...(study.features && { units: "costs" }) })}, ε = ${study.attack.epsilon}.</p>`,
      sections: [
        stepsSection(sweepSteps(result)),
        {
          id: "figures",
          name: "Figures",
          title: `Error against ${study.option}`,
          content: html`<p>S is the size of the loss gradient with respect to the input: to first order, what the loss rises by at most per unit of budget. V is how
much the loss depends on the training set that the model happened to get.</p>
<div class="pairs">${Object.entries(drawings)
            .filter(([name]) => name !== ERRORS)
            .map(([name, svg]) =>
              figure(titles[name], svg.trim(), "Means over repetitions; bands are intervals over them."),
            )}</div>`,
        },
        { id: "numbers", name: "Numbers", title: "All numbers", content: table(mean) },
        printedSection(comparison),
        claimsSection(claims),
        wordsSection(sweepDefinitions),
        runSection(studyManifest(result, facts)),
      ],
    }),
  };
}

/** What the sweep found, in a sentence. */
function answerOf({ knee, asked, models }: SweepResult): string {
  if (knee) return knee.sentence;
  const [first, last] = [models[0], models[models.length - 1]].map(
    ({ value, errorUnderAttack }) => [value, percent(errorUnderAttack.estimate)] as const,
  );
  return `From ${asked.option} ${first[0]} to ${last[0]} the error under attack goes from ${first[1]} to ${last[1]} %.`;
}

const ERRORS = "figures/sweep-errors.svg";
const pictured = {
  title: "Clean error and error under attack",
  caption: "Means over repetitions; bands are intervals over them.",
};

const titles: Readonly<Record<string, string>> = {
  "figures/sweep-metrics.svg": "Gradient size S and variability V",
};

function table({ models, asked }: SweepResult): Markup {
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  return html`<div class="scroll"><table><thead><tr><th scope="col">${asked.option}</th><th scope="col">clean error</th>
<th scope="col">under attack</th><th scope="col">S</th><th scope="col">V per point</th></tr></thead><tbody>${models.map(
    ({ value, cleanError, errorUnderAttack, size, variability }) => html`<tr><th scope="row">${value}</th>
<td>${share(cleanError.estimate)}</td><td>${share(errorUnderAttack.estimate)}</td><td>${size ? short(size.estimate) : "–"}</td>
<td>${variability ? short(variability.perPoint) : "–"}</td></tr>`,
  )}</tbody></table></div>`;
}

function sweepCsv({ models, asked }: SweepResult): Iterable<string> {
  const rows = models.map(({ value, cleanError, errorUnderAttack, size, variability: V }) => [
    ...[value, cleanError.estimate, cleanError.low, cleanError.high, cleanError.n],
    ...[errorUnderAttack.estimate, errorUnderAttack.low, errorUnderAttack.high],
    ...[size?.estimate ?? "", size?.low ?? "", size?.high ?? "", V?.perPoint ?? "", V?.ofMean ?? ""],
  ]);
  return csvPieces(headerOf("sweep").replace(/^option/, asked.option), rows);
}

function sweepDrawings(result: SweepResult, document: Document): Record<string, string> {
  return {
    "figures/sweep-errors.svg": standaloneSvg(svgText(sweepErrors(result, { document }))),
    "figures/sweep-metrics.svg": standaloneSvg(svgText(sweepMetrics(result, { document }))),
  };
}
