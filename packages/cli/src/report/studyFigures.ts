// The figures of a study that show single models and pairs, and its numbers beside the paper's.

import {
  agreement,
  type Comparison,
  meanCells,
  meanModels,
  printedCurve,
  referenceBudget,
  type StudyResult,
  shortId,
} from "@carom/core";
import { labelledScatter, type MappedValue, short, svgText, valueMap, whiteBoxCurves } from "@carom/core/figures";
import { csvField, csvPieces } from "./csv.ts";
import { figure } from "./figures.ts";
import { html, type Markup } from "./html.ts";

/** A drawing with its name as a file and what stands beneath it in the report. */
export interface StudyDrawing {
  readonly file: string;
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
  /** Takes the whole width of the page. */
  readonly wide?: boolean;
  /** Stands in the report as a table, and so is a file only. */
  readonly asTable?: boolean;
}

/** The drawings for which the study has the numbers. */
export function studyDrawings(result: StudyResult, document: Document): StudyDrawing[] {
  const { curves, study, repetitions, transferRates, variability } = result;
  const { epsilons } = study.attack;
  const epsilon = referenceBudget(epsilons);
  const models = meanModels(repetitions);
  const cells = meanCells(repetitions);
  const options = { document };
  const drawings: StudyDrawing[] = [];
  const draw = (file: string, title: string, caption: string, svg: SVGSVGElement, wide = false) =>
    drawings.push({ file, title, caption, svg: svgText(svg), wide });
  if (curves.length > 0) {
    const printed = (target: string) => (study.printed === undefined ? undefined : printedCurve(shortId(target)));
    draw(
      "white-box-curves",
      "White-box curves",
      "Error of each target under the attack crafted on itself; bands are two standard errors over repetitions.",
      whiteBoxCurves(curves, printed, options),
      true,
    );
  }
  const sizes = models.flatMap(({ id, size }) => {
    const error = cells.find((cell) => cell.surrogate === id && cell.target === id && cell.epsilon === epsilon)?.error;
    return size === undefined || error === undefined || !id.startsWith("target/") ? [] : [named(id, size, error)];
  });
  if (sizes.length > 1) {
    draw(
      "size-and-error",
      "Gradient size and white-box error",
      `White-box error at ε = ${epsilon} against S. S may be compared along a line, not across.`,
      labelledScatter(sizes, { x: "input-gradient size S", y: "white-box error" }, options),
    );
  }
  const varied = variability.flatMap((each) => {
    const rate = transferRates.find((row) => row.surrogate === each.surrogate && row.epsilon === epsilon);
    const whole = !each.surrogate.includes("@");
    return rate && whole ? [named(each.surrogate, each[study.variability.definition], rate.rate)] : [];
  });
  if (varied.length > 1) {
    draw(
      "variability-and-transfer",
      "Variability and transfer rate",
      `Mean error of the targets at ε = ${epsilon} against V of the surrogate.`,
      labelledScatter(varied, { x: "loss variability V", y: "transfer rate" }, options),
    );
  }
  const mapped = (value: (cell: (typeof cells)[number]) => number | undefined, at: number): MappedValue[] =>
    cells.flatMap((cell) => {
      const v = cell.epsilon === at && cell.surrogate.startsWith("surrogate/") ? value(cell) : undefined;
      return v === undefined ? [] : [{ row: shortId(cell.surrogate), column: shortId(cell.target), value: v }];
    });
  for (const at of epsilons) {
    const drawing = valueMap(
      `error at ε = ${at}`,
      mapped((cell) => cell.error, at),
      [0, 1],
      options,
    );
    drawings.push({
      file: `transfer-matrix-epsilon-${at}`,
      ...{ title: "Transfer matrix", caption: "", svg: svgText(drawing), asTable: true },
    });
  }
  const alignment = mapped((cell) => cell.alignment, epsilon);
  if (alignment.length > 0) {
    const caption = "Mean cosine of the gradients of surrogate (row) and target (column), on clean points.";
    draw("alignment-map", "Gradient alignment R", caption, valueMap("R", alignment, [0, 1], options));
  }
  const largest = Math.max(...epsilons);
  const rho = mapped((cell) => cell.perturbationCorrelation, largest);
  if (rho.length > 0) {
    const caption = `Mean correlation of the perturbations crafted on surrogate and target, at ε = ${largest}.`;
    draw("perturbation-map", "Perturbation correlation rho", caption, valueMap("rho", rho, [0, 1], options));
  }
  return drawings;
}

/** The drawings in the report. */
export function studyFigures(drawings: readonly StudyDrawing[]): Markup | false {
  const show = (some: readonly StudyDrawing[]) => some.map(({ title, svg, caption }) => figure(title, svg, caption));
  const shown = drawings.filter(({ asTable }) => !asTable);
  return (
    shown.length > 0 &&
    html`<section><h2>The figures</h2>${show(shown.filter(({ wide }) => wide))}
<div class="pairs">${show(shown.filter(({ wide }) => !wide))}</div></section>`
  );
}

/** Ours beside the paper's numbers. */
export function printedSection(comparison: readonly Comparison[] | undefined): Markup | false {
  if (comparison === undefined || comparison.length === 0) return false;
  return html`<section><h2>Beside the paper's printed numbers</h2>
<ul>${agreement(comparison).map(
    ({ quantity, within, of, meanDifference }) =>
      html`<li>${quantity}: ${within} of ${of} within the tolerance, mean difference ${short(meanDifference)}.</li>`,
  )}</ul>
<details><summary>Every number</summary><div class="scroll"><table><thead><tr><th scope="col">quantity</th><th scope="col">of</th>
<th scope="col">ours</th><th scope="col">printed</th><th scope="col">tolerance</th><th scope="col">within</th></tr></thead><tbody>${comparison.map(
    ({ quantity, of, ours, printed, tolerance, within }) => html`<tr><th scope="row">${quantity}</th><td>${of}</td>
<td>${short(ours)}</td><td>${short(printed)}</td><td>${tolerance === undefined ? "–" : short(tolerance)}</td>
<td>${within === undefined ? "–" : within ? "yes" : "no"}</td></tr>`,
  )}</tbody></table></div></details></section>`;
}

/** The comparison as rows of text. */
export function comparisonCsv(comparison: readonly Comparison[]): Iterable<string> {
  const rows = comparison.map(({ quantity, of, ours, printed, tolerance, within }) => [
    csvField(quantity),
    csvField(of),
    ours,
    printed,
    tolerance ?? "",
    within ?? "",
  ]);
  return csvPieces("quantity,of,ours,printed,tolerance,within", rows);
}

const named = (id: string, x: number, y: number) => {
  const name = shortId(id);
  return { name, family: name.replace(/_[HL]$/, ""), low: name.endsWith("_L"), x, y };
};
