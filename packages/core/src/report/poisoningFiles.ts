// The files of the run folder of a study of poisoning.

import type { Dataset } from "../data/dataset.ts";
import { standaloneSvg } from "../figures/markup.ts";
import { greyImage, largestChange, perturbationImage } from "../figures/pixels.ts";
import { short } from "../numbers.ts";
import { imageShapeOf } from "../study/audit/exampleImages.ts";
import { readRef, type Store } from "../study/engine/store.ts";
import { nameIn } from "../study/measured.ts";
import type { PoisoningMatrix } from "../study/poisoning/plan.ts";
import type { PoisoningResult } from "../study/poisoning/result.ts";
import { cellsCsv } from "./cells.ts";
import type { Content } from "./content.ts";
import { runSection, type Section, wordsSection } from "./contents.ts";
import { correlationDrawings } from "./explanation.ts";
import { html, type Markup } from "./html.ts";
import type { RunFacts } from "./manifest.ts";
import { transferMatrix } from "./matrix.ts";
import { stepsSection } from "./nextSteps.ts";
import { studyPage } from "./page.ts";
import { picture } from "./picture.ts";
import { poisoningDrawings } from "./poisoningFigures.ts";
import { claimsSection, correlationSection, variabilitySection } from "./sections.ts";
import { type StudyDrawing, studyFigures } from "./studyFigures.ts";
import { studyJsonFiles, studyManifest } from "./studyJsonFiles.ts";
import { answerOfStudy, leadOf } from "./studyLead.ts";
import { type StudyFacts, studySteps } from "./studySteps.ts";
import { bestAndWorst, claimsHeld, ratesAt } from "./studySummary.ts";
import { poisoningDefinitions } from "./studyWords.ts";
import { repetitionsText } from "./words.ts";

/** A poisoning point to look at: not a metric, only shown in the report. */
interface PoisonedImage {
  readonly model: string;
  readonly imageShape: readonly [number, number];
  readonly box: readonly [number, number];
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** The class that it was cloned from and the one that it is labelled with. */
  readonly from: string;
  readonly label: string;
}

/** The first point of each model of the first repetition, white-box ones where there are any; of images only. */
export async function poisonedExamples(
  store: Store,
  { blocks }: PoisoningMatrix,
  data: Dataset,
): Promise<PoisonedImage[]> {
  const imageShape = imageShapeOf(data.featureShape);
  if (!imageShape) return [];
  const { surrogate, target } = blocks;
  const box = [Math.min(...data.domain.lower), Math.max(...data.domain.upper)] as const;
  const poisonedImages: PoisonedImage[] = [];
  for (const [model, [first]] of target.size > 0 ? target : surrogate) {
    const { points } = await readRef(store, first);
    const width = imageShape[0] * imageShape[1];
    const label = points.labels[0];
    // With more than two classes the clone's own is not known from its label.
    const other = data.classNames.length === 2 ? data.classNames[1 - label] : "another class";
    poisonedImages.push({
      ...{ model, imageShape, box, from: other, label: data.classNames[label] },
      start: points.start.data.slice(0, width),
      end: points.x.data.slice(0, width),
    });
  }
  return poisonedImages;
}

/** File names and contents. `metrics.json` has no times in it: equal studies give equal bytes. */
export function poisoningFiles(
  result: PoisoningResult,
  poisonedImages: readonly PoisonedImage[],
  facts: RunFacts,
  document: Document,
): Record<string, Content> {
  const drawings = poisoningDrawings(result, document);
  const drawnAnswer = answerDrawing(result, document);
  const correlations = correlationDrawings(result.explanation.correlations, result.repetitions, document);
  const svg = ({ file, svg }: StudyDrawing) => [`figures/${file}.svg`, standaloneSvg(svg)];
  return {
    ...studyJsonFiles(result, facts),
    "cells.csv": cellsCsv(result.repetitions),
    ...Object.fromEntries([drawnAnswer, ...drawings, ...correlations].map(svg)),
    "report.html": page(result, drawnAnswer, drawings, correlations, poisonedImages, facts),
  };
}

function page(
  result: PoisoningResult,
  drawnAnswer: StudyDrawing,
  drawings: readonly StudyDrawing[],
  correlations: readonly StudyDrawing[],
  poisonedImages: readonly PoisonedImage[],
  facts: RunFacts,
): string {
  const { study, explanation, repetitions, variability } = result;
  const { undefinedFor } = explanation;
  const rows = repetitions[0].models.find(({ cleanError }) => cleanError)!.cleanError!.n;
  const again = study.retune ? " Targets tune their regularisation by cross-validation on what they are given." : "";
  return studyPage(result, {
    warnings: facts.warnings,
    lead: html`${leadOf(answer(result), drawnAnswer)}
<p>${repetitionsText(study.repetitions)} into
training data of surrogates, training data of targets, validation data and ${rows} test rows, no row in two of them. Poisoning points are crafted
by the attack ${study.attack} to raise a surrogate's loss on the validation data; targets learn from their own rows and those points.${again}</p>`,
    sections: [
      stepsSection(studySteps(factsOf(result))),
      {
        id: "matrix",
        name: "Matrix",
        title: "Who errs after learning points crafted on whom",
        content: matrices(result),
      },
      studyFigures(drawings),
      claimsSection(explanation.claims),
      correlationSection(explanation.correlations, correlations),
      variabilitySection(variability),
      modelSection(result),
      poisonedImageSection(poisonedImages),
      undefinedFor.length > 0 && {
        ...{ id: "undefined", name: "Left open", title: "What could not be computed" },
        content: html`<p>${undefinedFor.join(". ")}.</p>`,
      },
      wordsSection(poisoningDefinitions),
      runSection(studyManifest(result, facts)),
    ],
  });
}

/** A share of poisoning points in words. */
const shareText = (fraction: number) => `${Number((100 * fraction).toPrecision(3))} % of poisoning`;

/** What advice is given by. */
function factsOf({ study, explanation, transferRates, repetitions }: PoisoningResult): StudyFacts {
  const budget = Math.max(...study.fractions);
  return {
    ...{ transferRates, repetitions, budget, budgetText: shareText(budget) },
    ...{ claims: explanation.claims, targetFindings: [], hasAttackers: true },
  };
}

/** The picture of the answer. */
function answerDrawing({ study, transferRates, repetitions }: PoisoningResult, document: Document): StudyDrawing {
  const at = Math.max(...study.fractions);
  const about = { budgets: study.fractions, at, axis: "share of poisoning points", what: "Mean error of the targets" };
  const told = { who: "", at: shareText(at) };
  return answerOfStudy({ transferRates, repetitions, ...about, name: nameIn(repetitions[0]) }, told, document);
}

/** What the study found at its largest budget: the best and the worst surrogate, and how the paper's claims fared. */
function answer(result: PoisoningResult): string[] {
  const { study, repetitions, explanation } = result;
  const largest = Math.max(...study.fractions);
  const clean = mean(
    repetitions.flatMap(({ models }) => models.flatMap(({ cleanError }) => (cleanError ? [cleanError.estimate] : []))),
  );
  return [
    `At ${shareText(largest)}, ${bestAndWorst(ratesAt(result, largest))} ` +
      `Without any they err on ${(100 * clean).toFixed(1)} %.`,
    ...claimsHeld(explanation.claims, repetitions.length),
  ];
}

function matrices(result: PoisoningResult): Markup {
  const { study, repetitions } = result;
  const all = [...study.fractions]
    .sort((a, b) => a - b)
    .map((fraction) => {
      const { points } = repetitions[0].cells.find((cell) => cell.fraction === fraction)!;
      const title = `${Number((100 * fraction).toPrecision(3))} % of poisoning points, ${points} in number`;
      return transferMatrix(result, fraction, title);
    });
  return html`<p>Each row is a surrogate, a model on which poisoning points were crafted; each column a target, which learned from them and from data of its
own. Numbers are the share of test rows that the target then classifies wrong, in percent, mean over repetitions; the 95 % interval shows on
hovering. <i>White-box</i> points were crafted on the target itself, <i>no attack</i> is its error without poison, and the <i>transfer rate</i> is the mean of the
row. Names that end in _H are of high complexity, weakly regularised; those in _L of low.</p>
${all}`;
}

/** What was measured of each model: S, how far points were moved, what crafting took. */
function modelSection({ repetitions }: PoisoningResult): Section {
  const rows = repetitions[0].models.flatMap(({ id }) => {
    const same = repetitions.map(({ models }) => models.find((model) => model.id === id)!);
    const over = (value: (model: (typeof same)[number]) => number | undefined) => {
      const values = same.map(value);
      return values.every((each) => each !== undefined) ? mean(values as number[]) : undefined;
    };
    const numbers = [
      over(({ gradientSize }) => gradientSize?.estimate),
      over(({ displacement }) => displacement?.estimate),
      over(({ moved }) => moved),
      over(({ effort }) => effort?.gradients),
      over(({ effort }) => effort?.fits),
    ];
    if (numbers.every((value) => value === undefined)) return [];
    return [
      html`<tr><th scope="row">${id}</th>${numbers.map((value) => html`<td>${value === undefined ? "–" : short(value)}</td>`)}</tr>`,
    ];
  });
  const content = html`<p>S is the length of the gradient of the validation loss by a point, through the training. Points crafted on a target are the white-box ones. Means over repetitions.</p>
<div class="scroll"><table><thead><tr><th scope="col">model</th><th scope="col">S</th><th scope="col">distance moved</th><th scope="col">share moved</th>
<th scope="col">gradients</th><th scope="col">fits</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return { id: "models", name: "Models", title: "What points did on the models they were crafted on", content };
}

function poisonedImageSection(poisonedImages: readonly PoisonedImage[]): Section | false {
  const content = html`<div class="cards">${poisonedImages.map(
    ({ model, imageShape, box, start, end, from, label }) => {
      const change = end.map((value, i) => value - start[i]);
      return html`<article class="card"><div class="strip">
${picture(greyImage(start, imageShape, box), imageShape, `clone of ${from}, as it begins`, `${from}, labelled ${label}`)}
${picture(perturbationImage(change, imageShape), imageShape, "what the attack changed: orange more, blue less", `change ±${largestChange(change).toPrecision(2)}`)}
${picture(greyImage(end, imageShape, box), imageShape, "the point as it joins the training data", "as it joins")}</div>
<p>The first point crafted on ${model}.</p></article>`;
    },
  )}</div>`;
  return (
    poisonedImages.length > 0 && {
      id: "examples",
      name: "Examples",
      title: "Poisoning points before and after",
      content,
    }
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
