// The files of a study's run folder.

import { referenceBudget, type SmallestBudget, type StudyResult, shortId } from "@carom/core";
import { greyImage, perturbationImage, standaloneSvg } from "@carom/core/figures";
import type { Content } from "../host/output.ts";
import { bestAndWorst, claimsHeld, meanError } from "./answer.ts";
import { csvPieces } from "./csv.ts";
import { emptyDocument, jsonText } from "./documents.ts";
import { correlationFiles, explanationSections } from "./explanation.ts";
import { html, type Markup } from "./html.ts";
import { manifestOf, type RunFacts } from "./manifest.ts";
import { transferMatrix } from "./matrix.ts";
import { reportPage } from "./page.ts";
import { picture } from "./picture.ts";
import { comparisonCsv, printedSection, type StudyDrawing, studyDrawings, studyFigures } from "./studyFigures.ts";
import { normText, repetitionsText } from "./words.ts";

/** File names and contents. `metrics.json` has no times in it: equal studies give equal bytes. */
export function studyFiles(
  result: StudyResult,
  examples: readonly SmallestBudget[],
  facts: RunFacts,
): Record<string, Content> {
  const manifest = manifestOf(result.study.seed, { data: result.data }, facts);
  const document = emptyDocument();
  // Paths are of this machine and decide nothing: data are known by their hashes.
  const { train: _, test: __, ...data } = result.study.data;
  const drawings = studyDrawings(result, document);
  return {
    "metrics.json": jsonText({ ...result, study: { ...result.study, data } }),
    "study.json": jsonText(result.study),
    "manifest.json": jsonText(manifest),
    "cells.csv": cellsCsv(result),
    ...(result.comparison && { "printed.csv": comparisonCsv(result.comparison) }),
    ...Object.fromEntries(drawings.map(({ file, svg }) => [`figures/${file}.svg`, standaloneSvg(svg)])),
    ...correlationFiles(result, document),
    "report.html": page(result, drawings, examples, document, facts),
  };
}

function cellsCsv({ repetitions }: StudyResult): Iterable<string> {
  const header =
    "repetition,surrogate,target,epsilon,n,error_under_attack,error_low,error_high,net_increase,loss_increase,predicted_increase,linearised_increase,ratio,alignment,perturbation_correlation";
  const rows = repetitions.flatMap(({ cells, pairs }, repetition) =>
    cells.map((cell) => {
      const { surrogate, target, epsilon, errorUnderAttack: error } = cell;
      const pair = pairs.find((each) => each.surrogate === surrogate && each.target === target);
      return [
        ...[repetition, surrogate, target, epsilon, error.n, error.estimate, error.low, error.high],
        ...[cell.netIncrease.estimate, cell.lossIncrease ?? "", cell.predictedIncrease ?? ""],
        ...[cell.linearisedIncrease ?? "", cell.ratio ?? ""],
        ...[pair?.alignment.estimate ?? "", cell.perturbationCorrelation ?? ""],
      ];
    }),
  );
  return csvPieces(header, rows);
}

function page(
  result: StudyResult,
  drawings: readonly StudyDrawing[],
  examples: readonly SmallestBudget[],
  document: Document,
  { warnings }: RunFacts,
): string {
  const { study, repetitions } = result;
  const title = study.title ?? study.name;
  const { points } = { points: repetitions[0].models[0].cleanError.n };
  return reportPage({
    warnings,
    title,
    eyebrow: `Carom ${result.carom} · study ${study.name} · seed ${study.seed}`,
    lead: html`${answer(result).map((sentence) => html`<p class="answer">${sentence}</p>`)}
<p>${repetitionsText(study.repetitions)};
${points} attacked points; norm ${normText(study.attack)}. Cells are the share of points that the target classifies wrong
under the attack, mean over repetitions, with the 95 % interval on hover.</p>`,
    main: html`${study.attack.epsilons.map((epsilon) => matrix(result, epsilon))}
${studyFigures(drawings)}
${smallestBudgetSection(examples)}
${printedSection(result.comparison)}
${explanationSections(result, document)}`,
  });
}

/** What the study found: the best and the worst surrogate, and how the paper's claims fared. */
function answer({ transferRates, study, explanation, repetitions }: StudyResult): string[] {
  const epsilon = referenceBudget(study.attack.epsilons);
  const rates = transferRates
    .filter((each) => each.epsilon === epsilon)
    .map(({ surrogate, rate }) => ({
      surrogate,
      rate,
      rates: repetitions.map(({ cells }) =>
        meanError(
          cells.filter((cell) => cell.epsilon === epsilon),
          surrogate,
        ),
      ),
    }));
  return [`At ε = ${epsilon}, ${bestAndWorst(rates)}`, ...claimsHeld(explanation.claims, repetitions.length)];
}

/** A point under the weakest attack on each target that misleads it (paper, Fig. 9). */
function smallestBudgetSection(examples: readonly SmallestBudget[]): Markup | false {
  if (examples.length === 0) return false;
  const card = ({ target, epsilon, imageShape, box, label, original, attacked }: SmallestBudget) => {
    const change = attacked.map((value, i) => value - original[i]);
    const image = (source: string, caption: string) => picture(source, imageShape, caption, caption);
    return html`<article class="card"><div class="strip">${image(greyImage(original, imageShape, box), `a ${label}`)}
${image(perturbationImage(change, imageShape), "the change")}
${image(greyImage(attacked, imageShape, box), `ε = ${epsilon}`)}</div><p>${shortId(target)} errs from ε = ${epsilon} on.</p></article>`;
  };
  return html`<section><h2>The smallest budget that misleads each target</h2>
<p>One point that all of them get right, and the weakest white-box attack of the curve that each of them falls for.</p>
<div class="cards">${examples.map(card)}</div></section>`;
}

/** The matrix of one budget: rows surrogates, columns targets, then the mean of the row. */
function matrix({ cells, transferRates, repetitions }: StudyResult, epsilon: number): Markup {
  const here = cells.filter((cell) => cell.epsilon === epsilon);
  const targets = repetitions[0].models.filter(({ role }) => role === "target").map(({ id }) => id);
  const surrogates = repetitions[0].models.filter(({ role }) => role === "surrogate").map(({ id }) => id);
  const at = (surrogate: string, target: string) =>
    here.find((cell) => cell.surrogate === surrogate && cell.target === target)?.errorUnderAttack;
  const clean = targets.map((id) => {
    const errors = repetitions.map(({ models }) => models.find((model) => model.id === id)!.cleanError.estimate);
    return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  });
  return transferMatrix({
    title: `Budget ${epsilon}`,
    ...{ surrogates, targets, at, clean },
    rate: (surrogate) => transferRates.find((rate) => rate.surrogate === surrogate && rate.epsilon === epsilon)!.rate,
  });
}
