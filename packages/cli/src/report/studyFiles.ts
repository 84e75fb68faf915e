// The files of a study's run folder.

import type { StudyResult } from "@carom/core";
import { standaloneSvg } from "@carom/core/figures";
import { parseHTML } from "linkedom";
import { correlationFiles, explanationSections } from "./explanation.ts";
import { html, type Markup } from "./html.ts";
import { manifestOf, type RunFacts } from "./manifest.ts";
import { transferMatrix } from "./matrix.ts";
import { reportPage } from "./page.ts";
import { comparisonCsv, printedSection, type StudyDrawing, studyDrawings, studyFigures } from "./studyFigures.ts";

/** File names and contents. `metrics.json` has no times in it: equal studies give equal bytes. */
export function studyFiles(result: StudyResult, facts: RunFacts): Record<string, string> {
  const manifest = manifestOf(result.study.seed, { data: result.data }, facts);
  const document = parseHTML("<!doctype html><html><body></body></html>").document as unknown as Document;
  const json = (document: unknown) => `${JSON.stringify(document, undefined, 2)}\n`;
  // Paths are of this machine and decide nothing: data are known by their hashes.
  const { train: _, test: __, ...data } = result.study.data;
  const drawings = studyDrawings(result, document);
  return {
    "metrics.json": json({ ...result, study: { ...result.study, data } }),
    "study.json": json(result.study),
    "manifest.json": json(manifest),
    "cells.csv": cellsCsv(result),
    ...(result.comparison && { "printed.csv": comparisonCsv(result.comparison) }),
    ...Object.fromEntries(drawings.map(({ file, svg }) => [`figures/${file}.svg`, standaloneSvg(svg)])),
    ...correlationFiles(result, document),
    "report.html": page(result, drawings, document),
  };
}

function cellsCsv({ repetitions }: StudyResult): string {
  const lines = [
    "repetition,surrogate,target,epsilon,n,error_under_attack,error_low,error_high,net_increase,loss_increase,predicted_increase,linearised_increase,ratio,alignment,perturbation_correlation",
  ];
  repetitions.forEach(({ cells, pairs }, repetition) => {
    for (const cell of cells) {
      const { surrogate, target, epsilon, errorUnderAttack: error } = cell;
      const pair = pairs.find((each) => each.surrogate === surrogate && each.target === target);
      lines.push(
        [
          ...[repetition, surrogate, target, epsilon, error.n, error.estimate, error.low, error.high],
          ...[
            cell.netIncrease.estimate,
            cell.lossIncrease ?? "",
            cell.predictedIncrease ?? "",
            cell.linearisedIncrease ?? "",
            cell.ratio ?? "",
          ],
          ...[pair?.alignment.estimate ?? "", cell.perturbationCorrelation ?? ""],
        ].join(","),
      );
    }
  });
  return `${lines.join("\n")}\n`;
}

function page(result: StudyResult, drawings: readonly StudyDrawing[], document: Document): string {
  const { study, repetitions } = result;
  const title = study.title ?? study.name;
  const { points } = { points: repetitions[0].models[0].cleanError.n };
  return reportPage({
    title,
    eyebrow: `Carom ${result.carom} · study ${study.name} · seed ${study.seed}`,
    lead: html`<p>${study.repetitions} ${study.repetitions === 1 ? "repetition" : "repetitions"}, each on another random split;
${points} attacked points; norm ${study.attack.norm}. Cells are the share of points that the target classifies wrong
under the attack, mean over repetitions, with the 95 % interval on hover.</p>`,
    main: html`${study.attack.epsilons.map((epsilon) => matrix(result, epsilon))}
${studyFigures(drawings)}
${printedSection(result.comparison)}
${explanationSections(result, document)}`,
  });
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
