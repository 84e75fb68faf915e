// The files of a study's run folder.

import { standaloneSvg } from "../figures/markup.ts";
import { greyImage, perturbationImage } from "../figures/pixels.ts";
import { byAttacker } from "../study/evasion/read.ts";
import type { StudyResult } from "../study/evasion/result.ts";
import type { SmallestBudget } from "../study/evasion/smallestBudgets.ts";
import { targeted } from "../study/goal.ts";
import { nameIn } from "../study/measured.ts";
import { referenceBudget } from "../study/names.ts";
import { norms } from "../threat/norm.ts";
import { attackerSection, gainSentences } from "./attackers.ts";
import { cellsCsv } from "./cells.ts";
import type { Content } from "./content.ts";
import { runSection, type Section, wordsSection } from "./contents.ts";
import { correlationDrawings, explanationSections } from "./explanation.ts";
import { html, type Markup } from "./html.ts";
import type { RunFacts } from "./manifest.ts";
import { transferMatrix } from "./matrix.ts";
import { stepsSection } from "./nextSteps.ts";
import { studyPage } from "./page.ts";
import { picture } from "./picture.ts";
import { comparisonCsv, printedSection, type StudyDrawing, studyDrawings, studyFigures } from "./studyFigures.ts";
import { studyJsonFiles, studyManifest } from "./studyJsonFiles.ts";
import { answerOfStudy, leadOf } from "./studyLead.ts";
import { type StudyFacts, studySteps } from "./studySteps.ts";
import { bestAndWorst, claimsHeld, ratesAt } from "./studySummary.ts";
import { evasionDefinitions } from "./studyWords.ts";
import { validityTable } from "./validity.ts";
import { budgetAxis, budgetText, normText, repetitionsText } from "./words.ts";

/** File names and contents. `metrics.json` has no times in it: equal studies give equal bytes. */
export function studyFiles(
  result: StudyResult,
  smallest: readonly SmallestBudget[],
  facts: RunFacts,
  document: Document,
): Record<string, Content> {
  // Figures are of the first attacker, as claims are.
  const first = byAttacker(result, result.attackers?.[0].name);
  const drawings = studyDrawings(first, document);
  const drawnAnswer = answerDrawing(result, document);
  const scatters = correlationDrawings(result.explanation.correlations, first.repetitions, document);
  return {
    ...studyJsonFiles(result, facts),
    "cells.csv": cellsCsv(result.repetitions),
    ...(result.comparison && { "printed.csv": comparisonCsv(result.comparison) }),
    ...Object.fromEntries(
      [drawnAnswer, ...drawings, ...scatters].map(({ file, svg }) => [`figures/${file}.svg`, standaloneSvg(svg)]),
    ),
    "report.html": page(result, drawnAnswer, drawings, scatters, smallest, facts),
  };
}

function page(
  result: StudyResult,
  drawnAnswer: StudyDrawing,
  drawings: readonly StudyDrawing[],
  scatters: readonly StudyDrawing[],
  smallest: readonly SmallestBudget[],
  facts: RunFacts,
): string {
  const { study, repetitions } = result;
  const points = repetitions[0].models[0].cleanError.n;
  return studyPage(result, {
    warnings: facts.warnings,
    lead: html`${leadOf(answer(result), drawnAnswer)}
<p>${repetitionsText(study.repetitions)};
${points} attacked points; norm ${normText({ ...study.attack, ...(study.features && { units: "costs" }) })}.</p>`,
    sections: [
      stepsSection(studySteps(factsOf(result))),
      { id: "matrix", name: "Matrix", title: "Who falls to points crafted on whom", content: matrices(result) },
      attackerSection(result),
      printedSection(result.comparison),
      studyFigures(drawings),
      ...explanationSections(result, scatters),
      smallestBudgetSection(smallest, nameIn(repetitions[0])),
      validitySection(result),
      wordsSection(evasionDefinitions),
      runSection(studyManifest(result, facts)),
    ],
  });
}

/** A matrix for each budget and attacker. */
function matrices(result: StudyResult): Markup {
  const { attackers = [undefined], study } = result;
  const { targetClass, norm } = study.attack;
  const counted = norms[norm].counts;
  const wrong = targetClass === undefined ? "classifies wrong" : `takes for class “${targetClass}”`;
  return html`<p>Each row is a surrogate, a model on which points were crafted; each column a target, a model that judged them and had no part in it.
Numbers are the share of the attacked points that the target then ${wrong}, in percent, mean over repetitions; the 95 % interval shows on
hovering. The budget ε is ${counted ? "how many features of a point may change" : "how far a point may be moved"}. <i>White-box</i> points were crafted on the target itself, <i>no attack</i> is its error on the points as they are, and
the <i>transfer rate</i> is the mean of the row. Names that end in _H are of high complexity, weakly regularised; those in _L of low.</p>
${study.attack.epsilons.map((epsilon) =>
  attackers.map((attacker) => {
    const title = attacker
      ? `Budget ${budgetText(epsilon, study)}, ${attacker.name}`
      : `Budget ${budgetText(epsilon, study)}`;
    return transferMatrix(byAttacker(result, attacker?.name), epsilon, title);
  }),
)}`;
}

/** What became of the rules of a features file; nothing where there is none. */
function validitySection({ repetitions }: StudyResult): Section | false {
  const targets = repetitions[0].models.filter(({ role }) => role === "target").map(({ id }) => id);
  const nameOf = nameIn(repetitions[0]);
  const table = validityTable(repetitions, targets, ({ surrogate, attacker }) => {
    const by = attacker === undefined ? "" : ` by ${attacker}`;
    return `${nameOf(surrogate)}${by}${targets.includes(surrogate) ? ", white-box" : ""}`;
  });
  return table && { id: "rules", name: "Rules", title: "Points that break the rules of the table", content: table };
}

/** What the first attacker found on single surrogates: several together are none. */
function foundAlone(result: StudyResult): Pick<StudyResult, "transferRates" | "repetitions"> {
  const { transferRates, repetitions } = byAttacker(result, result.attackers?.[0].name);
  const together = new Set(result.ensembles?.map(({ id }) => id));
  return { repetitions, transferRates: transferRates.filter(({ surrogate }) => !together.has(surrogate)) };
}

/** What advice is given by. */
function factsOf(result: StudyResult): StudyFacts {
  const { study, explanation, attackers } = result;
  const budget = referenceBudget(study.attack.epsilons);
  const name = nameIn(result.repetitions[0]);
  const broken = result.repetitions.flatMap(({ cells }) =>
    cells.flatMap(({ brokeRules }) => brokeRules?.estimate ?? []),
  );
  return {
    ...{ ...foundAlone(result), budget, budgetText: budgetText(budget, study), claims: explanation.claims },
    targetFindings: explanation.targetFindings
      .filter(({ epsilon }) => epsilon === budget)
      .map(({ target, factor }) => ({ target: name(target), factor })),
    hasAttackers: attackers !== undefined,
    ...(broken.length > 0 && { broken: Math.max(...broken) }),
  };
}

/** The picture of the answer. */
function answerDrawing(result: StudyResult, document: Document): StudyDrawing {
  const { study, attackers } = result;
  const what = targeted("Mean error of the targets", study.attack.targetClass);
  const at = referenceBudget(study.attack.epsilons);
  const about = {
    budgets: study.attack.epsilons,
    at,
    axis: budgetAxis(study),
    what,
    name: nameIn(result.repetitions[0]),
  };
  const told = { who: attackers ? ` by ${attackers[0].name}` : "", at: budgetText(at, study) };
  return answerOfStudy({ ...foundAlone(result), ...about }, told, document);
}

/** What the study found: the best and the worst surrogate, and how the paper's claims fared. */
function answer(result: StudyResult): string[] {
  const { study, explanation, repetitions } = result;
  const epsilon = referenceBudget(study.attack.epsilons);
  return [
    ...targetedSentence(result),
    `At ${budgetText(epsilon, study)}, ${bestAndWorst(ratesAt(foundAlone(result), epsilon), study.attack.targetClass)}`,
    ...gainSentences(result, epsilon),
    ...claimsHeld(explanation.claims, repetitions.length),
  ];
}

/** Where points are sent to one class: that its own are not among them, and what counts. */
function targetedSentence({ study }: StudyResult): string[] {
  const { targetClass } = study.attack;
  if (targetClass === undefined) return [];
  return [
    `Points of other classes are to end in class "${targetClass}"; its own are left out. Rates are of those that get ` +
      "there; errors of any kind stand in cells.csv.",
  ];
}

/** A point under the weakest attack on each target that misleads it (paper, Fig. 9). */
function smallestBudgetSection(smallest: readonly SmallestBudget[], name: (id: string) => string): Section | false {
  if (smallest.length === 0) return false;
  const card = ({ target, epsilon, imageShape, box, label, original, attacked }: SmallestBudget) => {
    const change = attacked.map((value, i) => value - original[i]);
    const image = (source: string, caption: string) => picture(source, imageShape, caption, caption);
    return html`<article class="card"><div class="strip">${image(greyImage(original, imageShape, box), `a ${label}`)}
${image(perturbationImage(change, imageShape), "the change")}
${image(greyImage(attacked, imageShape, box), `ε = ${epsilon}`)}</div><p>${name(target)} errs from ε = ${epsilon} on.</p></article>`;
  };
  const content = html`<p>One point that all of them get right, and the weakest white-box attack of the curve that each of them falls for.</p>
<div class="cards">${smallest.map(card)}</div>`;
  return { id: "smallest", name: "Examples", title: "The smallest budget that misleads each target", content };
}
