// The figures of a study that show single models and pairs, and its numbers beside the paper's.

import { labelledScatter } from "../figures/labelledScatter.ts";
import { svgText } from "../figures/markup.ts";
import { valueMap } from "../figures/valueMap.ts";
import { whiteBoxCurves } from "../figures/whiteBoxCurves.ts";
import { short } from "../numbers.ts";
import type { StudyResult } from "../study/evasion/result.ts";
import type { Found } from "../study/evidence.ts";
import { isWhole, nameIn, rateOf } from "../study/measured.ts";
import { referenceBudget } from "../study/names.ts";
import { agreement, printedCurve } from "../study/paper/compareWithPaper.ts";
import type { Comparison } from "../study/paper/paperNumbers.ts";
import { type MeanCell, type MeanModel, meanCells, meanModels } from "../study/repetitionMeans.ts";
import type { Section } from "./contents.ts";
import { csvField, csvPieces } from "./csv.ts";
import { figure } from "./figures.ts";
import { html } from "./html.ts";
import { headerOf } from "./outputs.ts";
import { budgetAxis, budgetText } from "./words.ts";

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

/** The drawings for which the study has the numbers; correlations stand apart. */
export function studyDrawings(result: StudyResult, document: Document): StudyDrawing[] {
  const { curves, study, repetitions } = result;
  const { epsilons } = study.attack;
  const epsilon = referenceBudget(epsilons);
  const name = nameIn(repetitions[0]);
  const targets = new Set(repetitions[0].models.filter(({ role }) => role === "target").map(({ id }) => id));
  const cells = meanCells(repetitions).filter(({ surrogate }) => !targets.has(surrogate));
  const at = (budget: number) => cells.filter((cell) => cell.budget === budget);
  const models = meanModels(repetitions);
  const curveModel = (target: string) => ({
    ...familyOf(models.find(({ id }) => id === target)!),
    printed: study.printed === undefined ? undefined : printedCurve(name(target)),
  });
  const matrices = epsilons.flatMap((each) =>
    mapDrawing(
      { file: `transfer-matrix-epsilon-${each}`, title: "Transfer matrix", caption: "", asTable: true },
      `error at ${budgetText(each, study)}`,
      ...([at(each), ({ error }: MeanCell) => error, name, document] as const),
    ),
  );
  const largest = Math.max(...epsilons);
  return [
    ...(curves.length > 0
      ? [
          {
            file: "white-box-curves",
            title: "White-box curves",
            caption:
              "Error of each target under the attack crafted on itself; bands are two standard errors over " +
              "repetitions.",
            svg: svgText(whiteBoxCurves(curves, curveModel, { document }, { name: budgetAxis(study), top: 1 })),
            wide: true,
          },
        ]
      : []),
    ...sizeDrawing(
      result,
      epsilon,
      "input-gradient size S",
      `White-box error at ${budgetText(epsilon, study)} against S. S may be compared along a line, not across.`,
      document,
    ),
    ...variabilityDrawing(
      result,
      study.variability.definition,
      epsilon,
      `Mean error of the targets at ${budgetText(epsilon, study)} against V of the surrogate.`,
      document,
    ),
    ...matrices,
    ...mapDrawing(
      {
        file: "alignment-map",
        title: "Gradient alignment R",
        caption: "Mean cosine of the gradients of surrogate (row) and target (column), on clean points.",
      },
      ...(["R", at(epsilon), ({ alignment }: MeanCell) => alignment, name, document] as const),
    ),
    ...mapDrawing(
      {
        file: "perturbation-map",
        title: "Perturbation correlation rho",
        caption:
          "Mean correlation of the perturbations crafted on surrogate and target, at " +
          `${budgetText(largest, study)}.`,
      },
      ...(["rho", at(largest), (cell: MeanCell) => cell.perturbationCorrelation, name, document] as const),
    ),
  ];
}

/** A quantity of surrogates (rows) by targets (columns); nothing where no cell has it. */
export function mapDrawing(
  about: Omit<StudyDrawing, "svg">,
  symbol: string,
  cells: readonly MeanCell[],
  quantity: (cell: MeanCell) => number | undefined,
  name: (id: string) => string,
  document: Document,
): StudyDrawing[] {
  const values = cells.flatMap((cell) => {
    const value = quantity(cell);
    return value === undefined ? [] : [{ row: name(cell.surrogate), column: name(cell.target), value }];
  });
  return values.length === 0 ? [] : [{ ...about, svg: svgText(valueMap(symbol, values, [0, 1], { document })) }];
}

/** The white-box error of each target at a budget against its S, where there are at least two. */
export function sizeDrawing(
  { repetitions }: Pick<Found, "repetitions">,
  budget: number,
  x: string,
  caption: string,
  document: Document,
): StudyDrawing[] {
  const cells = meanCells(repetitions);
  const points = meanModels(repetitions).flatMap((model) => {
    const { id, role, size } = model;
    const white = cells.find((cell) => cell.surrogate === id && cell.target === id && cell.budget === budget);
    return role !== "target" || size === undefined || !white ? [] : [labelled(model, size, white.error)];
  });
  if (points.length < 2) return [];
  const svg = svgText(labelledScatter(points, { x, y: "white-box error" }, { document }));
  return [{ file: "size-and-error", title: "Gradient size and white-box error", caption, svg }];
}

/** The transfer rate of each surrogate at a budget against its V, where there are at least two. */
export function variabilityDrawing(
  { repetitions, transferRates, variability }: Found,
  definition: "perPoint" | "ofMean",
  budget: number,
  caption: string,
  document: Document,
): StudyDrawing[] {
  const models = meanModels(repetitions);
  const points = variability.flatMap((each) => {
    const rate = rateOf({ transferRates }, each.surrogate, budget);
    const model = models.find(({ id }) => id === each.surrogate)!;
    return rate !== undefined && isWhole(model) ? [labelled(model, each[definition], rate)] : [];
  });
  if (points.length < 2) return [];
  const svg = svgText(labelledScatter(points, { x: "loss variability V", y: "transfer rate" }, { document }));
  return [{ file: "variability-and-transfer", title: "Variability and transfer rate", caption, svg }];
}

/** The drawings in the report. */
export function studyFigures(drawings: readonly StudyDrawing[]): Section | false {
  const show = (some: readonly StudyDrawing[]) => some.map(({ title, svg, caption }) => figure(title, svg, caption));
  const shown = drawings.filter(({ asTable }) => !asTable);
  const content = html`${show(shown.filter(({ wide }) => wide))}
<div class="pairs">${show(shown.filter(({ wide }) => !wide))}</div>`;
  return shown.length > 0 && { id: "figures", name: "Figures", title: "The figures", content };
}

/** Ours beside the paper's numbers. */
export function printedSection(comparison: readonly Comparison[] | undefined): Section | false {
  if (comparison === undefined || comparison.length === 0) return false;
  const content = html`<p>Numbers that Demontis et al. 2019 print of this experiment, or that were read off its figures.</p>
<ul>${agreement(comparison).map(
    ({ metric, within, of, meanDifference }) =>
      html`<li>${metric}: ${within} of ${of} within the tolerance, mean difference ${short(meanDifference)}.</li>`,
  )}</ul>
<details class="long"><summary>Every number</summary><div class="scroll"><table><thead><tr><th scope="col">quantity</th><th scope="col">of</th>
<th scope="col">ours</th><th scope="col">printed</th><th scope="col">tolerance</th><th scope="col">within</th></tr></thead><tbody>${comparison.map(
    ({ quantity, of, ours, printed, tolerance, within }) => html`<tr><th scope="row">${quantity}</th><td>${of}</td>
<td>${short(ours)}</td><td>${short(printed)}</td><td>${tolerance === undefined ? "–" : short(tolerance)}</td>
<td>${within === undefined ? "–" : within ? "yes" : "no"}</td></tr>`,
  )}</tbody></table></div></details>`;
  return { id: "printed", name: "Printed", title: "Beside the paper's printed numbers", content };
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
  return csvPieces(headerOf("printed"), rows);
}

/** Models of one learner that differ in complexity are a family; any other model is one by itself. */
export function familyOf({ id, name = id, learner = name, complexity }: MeasuredFamily) {
  return { family: complexity === undefined ? name : learner, low: complexity === "low" };
}
type MeasuredFamily = Pick<MeanModel, "id" | "name" | "learner" | "complexity">;

const labelled = (model: MeanModel, x: number, y: number) => ({
  name: model.name ?? model.id,
  ...familyOf(model),
  x,
  y,
});
