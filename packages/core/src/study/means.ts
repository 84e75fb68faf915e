// Means over repetitions of what a matrix measured, in the form that explanations need.

import { mean, standardError } from "../stats/describe.ts";
import type { Interval } from "../stats/sample.ts";
import { studentCritical } from "../stats/student.ts";
import { type Decomposition, decomposition } from "../transfer/decomposition.ts";
import type { AuditCell, AuditModel, Transfer } from "./result.ts";

/** A model, means over repetitions; what some repetition lacks is absent. */
export interface MeanModel
  extends Pick<AuditModel, "id" | "role" | "learner" | "complexity" | "options" | "noGradients"> {
  readonly cleanError: number;
  /** S. */
  readonly size?: number;
}

/** One surrogate on one target at one budget, means over repetitions; what some repetition lacks is absent. */
export interface MeanCell {
  readonly surrogate: string;
  readonly target: string;
  readonly epsilon: number;
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
  return values.every((value) => value !== undefined) ? mean(values as readonly number[]) : undefined;
}

/** Leaves out what is not known. */
function known<T extends object>(values: { readonly [name in keyof T]: T[name] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The models of a study or audit over repetitions. */
export function meanModels(repetitions: readonly Transfer[]): MeanModel[] {
  return repetitions[0].models.map((first): MeanModel => {
    const same = repetitions.map(({ models }) => models.find(({ id }) => id === first.id)!);
    const { id, role, learner, complexity, options, noGradients } = first;
    return {
      id,
      role,
      cleanError: mean(same.map(({ cleanError }) => cleanError.estimate))!,
      ...known({
        learner,
        complexity,
        options,
        noGradients,
        size: whole(same.map((each) => each.gradientSize?.estimate)),
      }),
    };
  });
}

/** The cells over repetitions, white-box ones included, each with what is known of its pair. */
export function meanCells(repetitions: readonly Transfer[]): MeanCell[] {
  const sizes = new Map(meanModels(repetitions).map(({ id, size }) => [id, size]));
  return repetitions[0].cells.map(({ surrogate, target, epsilon }): MeanCell => {
    const find = ({ cells }: Transfer, from: string): AuditCell | undefined =>
      cells.find((cell) => cell.surrogate === from && cell.target === target && cell.epsilon === epsilon);
    const own = repetitions.map((each) => find(each, surrogate)!);
    const white = repetitions.map((each) => find(each, target));
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
      epsilon,
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
        linearised: linearised === undefined ? undefined : linearised / epsilon,
        labelAgreement: whole(outputs.map((pair) => pair?.labelAgreement.estimate)),
        marginCorrelation: whole(outputs.map((pair) => pair?.marginCorrelation)),
        decomposition:
          firstOrder === undefined || size === undefined || increase === undefined
            ? undefined
            : decomposition(increase, firstOrder, epsilon * size),
      }),
    };
  });
}

const increaseOver = (cells: readonly AuditCell[]): Interval =>
  overRepetitions(
    cells.map(({ netIncrease }) => netIncrease),
    { least: -1 },
  );

/** The mean over repetitions with Student's interval, cut to [least, most]; one repetition has its own interval over points. */
export function overRepetitions(
  each: readonly Interval[],
  { least = 0, most = 1 }: { readonly least?: number; readonly most?: number } = {},
): Interval {
  if (each.length === 1) {
    const [{ estimate, low, high }] = each;
    return { estimate, low, high };
  }
  const values = each.map(({ estimate }) => estimate);
  const centre = mean(values)!;
  const half = studentCritical(0.05, values.length - 1) * standardError(values)!;
  return { estimate: centre, low: Math.max(least, centre - half), high: Math.min(most, centre + half) };
}
