// Means over repetitions of what was measured, in the form that explanations need.

import { mean } from "../stats/describe.ts";
import type { Interval } from "../stats/sample.ts";
import { studentInterval } from "../stats/student.ts";
import { type Decomposition, decomposition } from "../transfer/decomposition.ts";
import { budgetOf, cellAt, type Measured, type MeasuredCell, type MeasuredModel } from "./measured.ts";

/** A model, means over repetitions; what some repetition lacks is absent. */
export interface MeanModel extends Omit<MeasuredModel, "cleanError" | "gradientSize" | "displacement"> {
  readonly cleanError?: number;
  /** S. */
  readonly size?: number;
  /** How far poisoning points were moved. */
  readonly displacement?: number;
}

/** One surrogate on one target at one budget, means over repetitions; what some repetition lacks is absent. */
export interface MeanCell {
  readonly surrogate: string;
  readonly target: string;
  readonly budget: number;
  readonly error: number;
  readonly netIncrease: number;
  readonly netInterval: Interval;
  /** Error under attack and net increase of the white-box attack on the target. */
  readonly whiteBoxError?: number;
  readonly whiteBoxIncrease?: number;
  readonly whiteBoxInterval?: Interval;
  readonly ratio?: number;
  /** R. */
  readonly alignment?: number;
  /** rho. */
  readonly perturbationCorrelation?: number;
  /** First-order rise of the target's loss per unit of budget. */
  readonly linearised?: number;
  readonly labelAgreement?: number;
  readonly marginCorrelation?: number;
  readonly decomposition?: Decomposition;
}

/** The mean of values of which none is missing. */
function whole(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? mean(known) : undefined;
}

/** Leaves out what is not known. */
function known<T extends object>(values: { readonly [name in keyof T]: T[name] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The models over repetitions. */
export function meanModels(repetitions: readonly Measured[]): MeanModel[] {
  return repetitions[0].models.map((first): MeanModel => {
    const same = repetitions.map(({ models }) => models.find(({ id }) => id === first.id)!);
    const { id, role, name, share, learner, complexity, options, noGradients } = first;
    return {
      id,
      role,
      ...known({
        ...{ name, share, learner, complexity, options, noGradients },
        cleanError: whole(same.map(({ cleanError }) => cleanError?.estimate)),
        size: whole(same.map(({ gradientSize }) => gradientSize?.estimate)),
        displacement: whole(same.map(({ displacement }) => displacement?.estimate)),
      }),
    };
  });
}

/** The cells over repetitions, white-box ones included, each with what is known of its pair. */
export function meanCells(repetitions: readonly Measured[]): MeanCell[] {
  const sizes = new Map(meanModels(repetitions).map(({ id, size }) => [id, size]));
  return repetitions[0].cells.map((first): MeanCell => {
    const { surrogate, target } = first;
    const budget = budgetOf(first);
    const own = repetitions.map(({ cells }) => cellAt(cells, surrogate, target, budget)!);
    const white = repetitions.map(({ cells }) => cellAt(cells, target, target, budget));
    const isPair = (pair: { readonly surrogate: string; readonly target: string }) =>
      pair.surrogate === surrogate && pair.target === target;
    const outputs = repetitions.map((each) => each.outputs?.find(isPair));
    const linearised = whole(own.map((cell) => cell.linearisedIncrease));
    const firstOrder = whole(own.map((cell) => cell.predictedIncrease));
    const increase = whole(own.map(({ lossIncrease }) => lossIncrease));
    const size = sizes.get(target);
    return {
      surrogate,
      target,
      budget,
      error: mean(own.map(({ errorUnderAttack }) => errorUnderAttack.estimate))!,
      netIncrease: mean(own.map(({ netIncrease }) => netIncrease.estimate))!,
      netInterval: increaseOver(own),
      ...known({
        whiteBoxError: whole(white.map((cell) => cell?.errorUnderAttack.estimate)),
        whiteBoxIncrease: whole(white.map((cell) => cell?.netIncrease.estimate)),
        whiteBoxInterval: white.every((cell) => cell !== undefined) ? increaseOver(white) : undefined,
        ratio: whole(own.map(({ ratio }) => ratio)),
        alignment: whole(repetitions.map(({ pairs }) => pairs.find(isPair)?.alignment.estimate)),
        perturbationCorrelation: whole(own.map((cell) => cell.perturbationCorrelation)),
        linearised: linearised === undefined ? undefined : linearised / budget,
        labelAgreement: whole(outputs.map((pair) => pair?.labelAgreement.estimate)),
        marginCorrelation: whole(outputs.map((pair) => pair?.marginCorrelation)),
        decomposition:
          firstOrder === undefined || size === undefined || increase === undefined
            ? undefined
            : decomposition(increase, firstOrder, budget * size),
      }),
    };
  });
}

const increaseOver = (cells: readonly MeasuredCell[]): Interval =>
  overRepetitions(
    cells.map(({ netIncrease }) => netIncrease),
    { least: -1 },
  );

/**
 * The mean over repetitions with Student's interval, cut to [least, most]; one repetition has its own interval over
 * points.
 */
export function overRepetitions(
  each: readonly Interval[],
  { least = 0, most = 1 }: { readonly least?: number; readonly most?: number } = {},
): Interval {
  if (each.length === 1) {
    const [{ estimate, low, high }] = each;
    return { estimate, low, high };
  }
  const { estimate, low, high } = studentInterval(each.map((one) => one.estimate));
  return { estimate, low: Math.max(least, low), high: Math.min(most, high) };
}

/** What becomes of a cell over repetitions: rates with intervals, and its ratio where all repetitions have one. */
export function pooledCell(repetitions: readonly Measured[], cell: MeasuredCell) {
  const same = repetitions.map(
    ({ cells }) => cellAt(cells, cell.surrogate, cell.target, budgetOf(cell), cell.attacker)!,
  );
  const ratio = whole(same.map((each) => each.ratio));
  const targeted = same.flatMap((each) => each.targeted ?? []);
  return {
    errorUnderAttack: overRepetitions(same.map(({ errorUnderAttack }) => errorUnderAttack)),
    ...(targeted.length === same.length && { targeted: overRepetitions(targeted) }),
    ...(ratio !== undefined && { ratio }),
  };
}
