// What is measured of models against each other, at budgets of either kind: epsilons of evasion, fractions of
// poisoning.

import { mean } from "../stats/describe.ts";
import type { Interval } from "../stats/sample.ts";
import type { Rate } from "../transfer/rates.ts";
import { reached } from "./goal.ts";

/** A budget under the name that its kind of attack has for it. */
export type Budgeted = { readonly epsilon: number } | { readonly fraction: number };

/** What cells of every kind have. */
export type MeasuredCell = Budgeted & {
  /** The model that points were crafted on. */
  readonly surrogate: string;
  /** The model that they are judged on. */
  readonly target: string;
  /** Who crafted them, where that is not the attacker that is meant where none is named. */
  readonly attacker?: string;
  readonly errorUnderAttack: Rate;
  /** Where points are sent to one class, the share that ends there. */
  readonly targeted?: Rate;
  readonly netIncrease: Interval;
  readonly lossIncrease?: number;
  readonly predictedIncrease?: number;
  readonly attackAlignment?: number;
  readonly linearisedIncrease?: number;
  readonly ratio?: number;
  readonly perturbationCorrelation?: number;
};

/** What models of every kind of study have. */
export interface MeasuredModel {
  readonly id: string;
  readonly role: "target" | "surrogate";
  /** What the study calls it, on whichever side; absent where nobody named it. */
  readonly name?: string;
  /** The share of its rows that it was trained on, where the study says so for this model. */
  readonly share?: number;
  readonly learner?: string;
  readonly complexity?: "high" | "low";
  readonly options?: Readonly<Record<string, unknown>>;
  readonly cleanError?: Rate;
  /** Where points are sent to one class, the share that is taken for it without attack. */
  readonly cleanTargeted?: Rate;
  /** S. */
  readonly gradientSize?: Interval;
  readonly displacement?: Interval;
  readonly noGradients?: string;
}

/** One repetition. */
export interface Measured<C extends MeasuredCell = MeasuredCell, M extends MeasuredModel = MeasuredModel> {
  readonly models: readonly M[];
  /** What cells may name in `surrogate` that is no model: several that were attacked together. */
  readonly ensembles?: readonly { readonly id: string; readonly name: string }[];
  readonly cells: readonly C[];
  /** R. */
  readonly pairs: readonly { readonly surrogate: string; readonly target: string; readonly alignment: Interval }[];
  readonly outputs?: readonly {
    readonly surrogate: string;
    readonly target: string;
    readonly labelAgreement: Rate;
    readonly marginCorrelation?: number;
  }[];
}

interface NamedOnes {
  readonly models: readonly { readonly id: string; readonly name?: string }[];
  readonly ensembles?: readonly { readonly id: string; readonly name: string }[];
}

/** What results call a model: by its name, where it has one. */
export function nameIn({ models, ensembles = [] }: NamedOnes): (id: string) => string {
  const names = new Map([...models, ...ensembles].map(({ id, name }) => [id, name ?? id]));
  return (id) => names.get(id) ?? id;
}

/** The budget of a cell, be it an epsilon or a fraction. */
export const budgetOf = (of: Budgeted): number => ("epsilon" in of ? of.epsilon : of.fraction);

/** The cell of a pair at a budget, and of an attacker where one is named. */
export function cellAt<C extends MeasuredCell>(
  cells: readonly C[],
  surrogate: string,
  target: string,
  budget: number,
  attacker?: string,
): C | undefined {
  return cells.find(
    (cell) =>
      cell.surrogate === surrogate && cell.target === target && budgetOf(cell) === budget && cell.attacker === attacker,
  );
}

/** What one attacker did: its cells, as if nobody else had attacked. */
export function ofAttacker<T extends Pick<Measured, "cells">>(measured: T, attacker?: string): T {
  const own = measured.cells.filter((cell) => cell.attacker === attacker);
  return { ...measured, cells: own.map(({ attacker: _, ...cell }) => cell) };
}

/**
 * Cells with what they reach divided by what the white-box attack reaches on the model that they are judged on, where
 * that is not 0: that of the same attacker, else of the one that is meant where none is named.
 */
export function withRatios<C extends MeasuredCell>(cells: readonly C[]): C[] {
  return cells.map((cell) => {
    const whiteOf = (attacker?: string) => cellAt(cells, cell.target, cell.target, budgetOf(cell), attacker);
    const white = whiteOf(cell.attacker) ?? whiteOf();
    if (!white || reached(white).count === 0) return cell;
    return { ...cell, ratio: reached(cell).estimate / reached(white).estimate };
  });
}

/**
 * The mean error that points of a surrogate bring the models that judge them, or the mean share that ends in the class
 * that is named, at a budget; undefined where nobody judges them.
 */
export function transferRateOf(
  cells: readonly (Budgeted & {
    readonly surrogate: string;
    readonly errorUnderAttack: Interval;
    readonly targeted?: Interval;
  })[],
  surrogate: string,
  budget: number,
): number | undefined {
  const own = cells.filter((cell) => cell.surrogate === surrogate && budgetOf(cell) === budget);
  return mean(own.map((cell) => reached(cell).estimate));
}

/** The mean transfer rate of a surrogate at a budget. */
export function rateOf(
  { transferRates }: { readonly transferRates: readonly (Budgeted & { surrogate: string; rate: number })[] },
  surrogate: string,
  budget: number,
): number | undefined {
  return transferRates.find((each) => each.surrogate === surrogate && budgetOf(each) === budget)?.rate;
}

/** Whether a model was trained on all rows of its part: others are left out of families and correlations. */
export const isWhole = ({ share }: Pick<MeasuredModel, "share">): boolean => share === undefined;

/** A repetition without the metrics that were not asked for. */
export function selectMetrics<T extends Measured>(measured: T, metrics: readonly string[]): T {
  const { models, pairs, cells } = measured;
  const withoutRho = () => cells.map(({ perturbationCorrelation: _, ...cell }) => cell);
  return {
    ...measured,
    models: metrics.includes("size") ? models : models.map(({ gradientSize: _, ...model }) => model),
    pairs: metrics.includes("alignment") ? pairs : [],
    cells: metrics.includes("perturbation") ? cells : withoutRho(),
  };
}

/** White-box error, S and transfer rate of a model in one repetition that has them. */
export function whiteBoxIn({ cells }: Measured, id: string, budget: number): number {
  return cellAt(cells, id, id, budget)!.errorUnderAttack.estimate;
}

export function sizeIn({ models }: Measured, id: string): number {
  return models.find((model) => model.id === id)!.gradientSize!.estimate;
}

/** The transfer rate of a surrogate at a budget that was measured. */
export function rateIn({ cells }: Measured, surrogate: string, budget: number): number {
  return transferRateOf(cells, surrogate, budget)!;
}
