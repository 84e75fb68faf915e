// The figures of a study of poisoning: curves, maps and scatter plots (paper Fig. 14 to 21).

import { svgText } from "../figures/markup.ts";
import { whiteBoxCurves } from "../figures/whiteBoxCurves.ts";
import { mean, standardError } from "../stats/describe.ts";
import { cellAt, nameIn } from "../study/measured.ts";
import type { PoisoningResult } from "../study/poisoning/result.ts";
import { meanCells } from "../study/repetitionMeans.ts";
import { familyOf, mapDrawing, type StudyDrawing, sizeDrawing, variabilityDrawing } from "./studyFigures.ts";

/** The drawings for which the study has the numbers; correlations stand apart. */
export function poisoningDrawings(result: PoisoningResult, document: Document): StudyDrawing[] {
  const { repetitions } = result;
  const fractions = [...result.study.fractions].sort((a, b) => a - b);
  const [smallest, largest] = [fractions[0], fractions[fractions.length - 1]];
  const [first] = repetitions;
  const name = nameIn(first);
  const targets = first.models.filter(({ role }) => role === "target");
  const whiteBox = targets.filter(({ id }) => first.cells.some(({ surrogate }) => surrogate === id));
  const cleanErrors = (id: string) =>
    repetitions.map(({ models }) => models.find((model) => model.id === id)!.cleanError!.estimate);
  const errors = (crafted: string, target: string, fraction: number) =>
    repetitions.map(({ cells }) => cellAt(cells, crafted, target, fraction)!.errorUnderAttack.estimate);
  const curves = (file: string, title: string, caption: string, points: readonly ReturnType<typeof point>[]) => {
    const modelOf = (id: string) => familyOf(first.models.find((model) => model.id === id)!);
    const most = Math.max(...points.map(({ error }) => error));
    const scale = { name: "share of poisoning points", top: most > 0.5 ? 1 : most > 0.2 ? 0.5 : 0.2 };
    const svg = svgText(whiteBoxCurves(points, modelOf, { document }, scale));
    return { file, title, caption, svg, wide: true };
  };
  const own = whiteBox.flatMap(({ id }) => [
    point(id, 0, cleanErrors(id)),
    ...fractions.map((fraction) => point(id, fraction, errors(id, id, fraction))),
  ]);
  const surrogates = first.models.filter(({ role }) => role === "surrogate");
  const meanOver = (values: readonly (readonly number[])[]) =>
    repetitions.map((_, i) => mean(values.map((each) => each[i]))!);
  const clean = meanOver(targets.map(({ id }) => cleanErrors(id)));
  const transferred = surrogates.flatMap((surrogate) => [
    point(surrogate.id, 0, clean),
    ...fractions.map((fraction) =>
      point(surrogate.id, fraction, meanOver(targets.map(({ id }) => errors(surrogate.id, id, fraction)))),
    ),
  ]);
  const cells = meanCells(repetitions).filter(
    ({ budget, surrogate, target }) => budget === largest && surrogate !== target,
  );
  const map = (
    file: string,
    title: string,
    caption: string,
    symbol: string,
    of: "alignment" | "perturbationCorrelation",
  ) => mapDrawing({ file, title, caption }, symbol, cells, (cell) => cell[of], name, document);
  return [
    ...(own.length > 0
      ? [
          curves(
            "white-box-curves",
            "White-box curves",
            "Test error of each target that was poisoned with points crafted on itself; bands are two standard " +
              "errors over repetitions.",
            own,
          ),
        ]
      : []),
    curves(
      "black-box-curves",
      "Transferred poisoning",
      "Mean test error of all targets when the points were crafted on the surrogate; bands are two standard " +
        "errors over repetitions.",
      transferred,
    ),
    ...sizeDrawing(
      result,
      smallest,
      "poisoning-gradient size S",
      `White-box error with ${percent(smallest)} of poisoning points against S, the mean length of the gradient ` +
        "of the summed validation loss. S may be compared along a line, not across: each learner has a loss of " +
        "its own.",
      document,
    ),
    ...variabilityDrawing(
      result,
      "perPoint",
      smallest,
      `Mean error of the targets with ${percent(smallest)} of poisoning points against V of the surrogate.`,
      document,
    ),
    ...map(
      "alignment-map",
      "Gradient alignment R",
      "Mean cosine of the poisoning gradients of surrogate (row) and target (column), at the points' starts.",
      "R",
      "alignment",
    ),
    ...map(
      "perturbation-map",
      "Displacement correlation rho",
      `Mean correlation of how points were moved on surrogate and target, ${percent(largest)} of poisoning points.`,
      "rho",
      "perturbationCorrelation",
    ),
  ];
}

/** A point of a curve with the standard error of its mean. */
function point(target: string, epsilon: number, errors: readonly number[]) {
  const error = standardError(errors);
  return { target, epsilon, error: mean(errors)!, errors, ...(error !== undefined && { standardError: error }) };
}

const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(3))} %`;
