// The figures of a study of poisoning: curves, maps and scatter plots (paper Fig. 14 to 21).

import { atFraction, type PoisoningResult, shortId } from "@carom/core";
import {
  correlationScatter,
  labelledScatter,
  type MappedValue,
  short,
  svgText,
  valueMap,
  whiteBoxCurves,
} from "@carom/core/figures";
import type { StudyDrawing } from "./studyFigures.ts";

type Cell = PoisoningResult["repetitions"][number]["cells"][number];

/** The drawings for which the study has the numbers; correlations stand apart. */
export function poisoningDrawings(result: PoisoningResult, document: Document): StudyDrawing[] {
  const { repetitions, transferRates, variability } = result;
  const fractions = [...result.study.fractions].sort((a, b) => a - b);
  const [smallest, largest] = [fractions[0], fractions[fractions.length - 1]];
  const [first] = repetitions;
  const options = { document };
  const drawings: StudyDrawing[] = [];
  const draw = (file: string, title: string, caption: string, svg: SVGSVGElement, wide = false) =>
    drawings.push({ file, title, caption, svg: svgText(svg), wide });
  const targets = first.models.filter(({ role }) => role === "target");
  const whiteBox = targets
    .filter(({ id }) => first.cells.some(({ surrogate }) => surrogate === id))
    .map(({ id }) => id);
  const cleanErrors = (id: string) =>
    repetitions.map(({ models }) => models.find((model) => model.id === id)!.cleanError!.estimate);
  const errors = (crafted: string, target: string, fraction: number) =>
    repetitions.map((each) => cellAt(each.cells, crafted, target, fraction)!.errorUnderAttack.estimate);
  const scale = (curves: readonly { readonly error: number }[]) => {
    const most = Math.max(...curves.map(({ error }) => error));
    return { name: "share of poisoning points", top: most > 0.5 ? 1 : most > 0.2 ? 0.5 : 0.2 };
  };
  if (whiteBox.length > 0) {
    const curves = whiteBox.flatMap((target) => [
      point(target, 0, cleanErrors(target)),
      ...fractions.map((fraction) => point(target, fraction, errors(target, target, fraction))),
    ]);
    draw(
      "white-box-curves",
      "White-box curves",
      "Test error of each target that was poisoned with points crafted on itself; bands are two standard errors over repetitions.",
      whiteBoxCurves(curves, () => undefined, options, scale(curves)),
      true,
    );
  }
  const surrogates = first.models.filter(({ role }) => role === "surrogate").map(({ id }) => id);
  const meanOver = (values: readonly (readonly number[])[]) =>
    repetitions.map((_, i) => mean(values.map((each) => each[i])));
  const clean = meanOver(targets.map(({ id }) => cleanErrors(id)));
  const transferred = surrogates.flatMap((surrogate) => [
    point(shortId(surrogate), 0, clean),
    ...fractions.map((fraction) =>
      point(shortId(surrogate), fraction, meanOver(targets.map(({ id }) => errors(surrogate, id, fraction)))),
    ),
  ]);
  draw(
    "black-box-curves",
    "Transferred poisoning",
    "Mean test error of all targets when the points were crafted on the surrogate; bands are two standard errors over repetitions.",
    whiteBoxCurves(transferred, () => undefined, options, scale(transferred)),
    true,
  );
  const sizes = whiteBox.flatMap((id) => {
    const S = repetitions.map(({ models }) => models.find((model) => model.id === id)!.gradientSize?.estimate);
    return S.every((size) => size !== undefined)
      ? [named(id, mean(S as number[]), mean(errors(id, id, smallest)))]
      : [];
  });
  if (sizes.length > 1) {
    draw(
      "size-and-error",
      "Gradient size and white-box error",
      `White-box error with ${percent(smallest)} of poisoning points against S, the mean length of the gradient of the summed validation loss. S may be compared along a line, not across: each learner has a loss of its own.`,
      labelledScatter(sizes, { x: "poisoning-gradient size S", y: "white-box error" }, options),
    );
  }
  const varied = variability.flatMap(({ surrogate, perPoint }) => {
    const rate = transferRates.find((row) => row.surrogate === surrogate && row.fraction === smallest);
    return rate ? [named(surrogate, perPoint, rate.rate)] : [];
  });
  if (varied.length > 1) {
    draw(
      "variability-and-transfer",
      "Variability and transfer rate",
      `Mean error of the targets with ${percent(smallest)} of poisoning points against V of the surrogate.`,
      labelledScatter(varied, { x: "loss variability V", y: "transfer rate" }, options),
    );
  }
  const mapped = (pairs: readonly Pair[]): MappedValue[] =>
    pairs.map(({ surrogate, target, y }) => ({ row: shortId(surrogate), column: shortId(target), value: y }));
  const alignment = pairsOf(result, largest, (_, R) => R);
  if (alignment.length > 0) {
    const caption =
      "Mean cosine of the poisoning gradients of surrogate (row) and target (column), at the points' starts.";
    draw("alignment-map", "Gradient alignment R", caption, valueMap("R", mapped(alignment), [0, 1], options));
  }
  const rho = pairsOf(result, largest, ({ perturbationCorrelation }) => perturbationCorrelation);
  if (rho.length > 0) {
    const caption = `Mean correlation of how points were moved on surrogate and target, ${percent(largest)} of poisoning points.`;
    draw("perturbation-map", "Displacement correlation rho", caption, valueMap("rho", mapped(rho), [0, 1], options));
  }
  return drawings;
}

/** The scatter plots against R. */
export function poisoningCorrelations(result: PoisoningResult, document: Document): StudyDrawing[] {
  const { correlations, lines } = result.explanation.correlations;
  const names = [...new Set(correlations.map(({ y }) => y))];
  return names.map((y) => {
    const fraction = result.study.fractions.find((each) => y.endsWith(` ${atFraction(each)}`))!;
    const value = (cell: Cell) => (y.startsWith("rho") ? cell.perturbationCorrelation : cell.ratio);
    const points = pairsOf(result, fraction, value).flatMap(({ surrogate, target, R, y: at }) =>
      R === undefined
        ? []
        : [{ x: R, y: at, title: `crafted on ${surrogate}, judged on ${target}: R ${short(R)}, ${short(at)}` }],
    );
    const own = correlations.filter((each) => each.y === y);
    const line = lines.find((each) => each.y === y)?.line;
    const svg = svgText(correlationScatter(points, { x: "gradient alignment R", y }, line, own, { document }));
    const file = `R-${y}`.replace(/[^\w.]+/g, "-").toLowerCase();
    return { file, title: `${y} against R`, caption: "", svg };
  });
}

interface Pair {
  readonly surrogate: string;
  readonly target: string;
  readonly R?: number | undefined;
  readonly y: number;
}

/** A quantity of each surrogate with each target at one fraction, mean over repetitions, with R; where known in all. */
function pairsOf(
  { repetitions }: PoisoningResult,
  fraction: number,
  value: (cell: Cell, R: number | undefined) => number | undefined,
): Pair[] {
  return repetitions[0].cells.flatMap(({ surrogate, target, fraction: at }): Pair[] => {
    if (at !== fraction || surrogate === target) return [];
    const R = repetitions.map(
      ({ pairs }) => pairs.find((each) => each.surrogate === surrogate && each.target === target)?.alignment.estimate,
    );
    const y = repetitions.map(({ cells }, i) => value(cellAt(cells, surrogate, target, fraction)!, R[i]));
    const known = (values: readonly (number | undefined)[]) => values.every((each) => each !== undefined);
    return known(y) ? [{ surrogate, target, ...(known(R) && { R: mean(R as number[]) }), y: mean(y as number[]) }] : [];
  });
}

function cellAt(cells: readonly Cell[], surrogate: string, target: string, fraction: number): Cell | undefined {
  return cells.find((cell) => cell.surrogate === surrogate && cell.target === target && cell.fraction === fraction);
}

/** A point of a curve with the standard error of its mean. */
function point(target: string, epsilon: number, errors: readonly number[]) {
  const centre = mean(errors);
  const n = errors.length;
  const squares = errors.reduce((sum, error) => sum + (error - centre) ** 2, 0);
  return { target, epsilon, error: centre, errors, ...(n > 1 && { standardError: Math.sqrt(squares / (n - 1) / n) }) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(3))} %`;
const named = (id: string, x: number, y: number) => {
  const name = shortId(id);
  return { name, family: name.replace(/_[HL]$/, ""), low: name.endsWith("_L"), x, y };
};
