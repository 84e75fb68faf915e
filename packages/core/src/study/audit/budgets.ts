// Budgets where nobody gave any: by the ranges of features, or in units of them.

import { type Dataset, featureCount } from "../../data/dataset.ts";
import { type Domain, sharedInterval, wholeInterval } from "../../data/domain.ts";
import { rangeUnits } from "../../data/units.ts";
import { type Norm, norms } from "../../threat/norm.ts";
import type { BudgetUnits } from "../tasks/normChoice.ts";

/**
 * The features themselves under a norm that counts them; else what was asked for, and where nothing was, ranges if
 * budgets are chosen by default and features have bounds of their own.
 */
export function budgetUnitsOf(
  domain: Domain,
  {
    norm,
    units,
    epsilons,
  }: {
    readonly norm?: Norm["name"];
    readonly units?: BudgetUnits | undefined;
    readonly epsilons?: readonly number[] | undefined;
  },
): BudgetUnits {
  if (norm && norms[norm].counts) return "features";
  return units ?? (epsilons === undefined && !sharedInterval(domain) ? "ranges" : "features");
}

/**
 * One budget where nobody gave any: 1, of L0 2 features, or in units of ranges what is 1 on 28 x 28 features, sqrt(D) /
 * 28 of the D that vary.
 */
export function defaultBudget(domain: Domain, norm: Norm["name"], units: BudgetUnits): number {
  if (norms[norm].counts) return FEATURES;
  return units === "features" ? 1 : Number((Math.sqrt(varying(domain)) / 28).toPrecision(6));
}

/** Features that change where nobody said how many. */
const FEATURES = 2;

/**
 * What budgets of an audit are measured by where none is given: 1 in L2, 5 in L1 and 1/28 in Linf on 28 x 28 pixels in
 * [0, 1].
 */
const measures: Readonly<Record<Norm["name"], { readonly words: string; of(range: number, d: number): number }>> = {
  l0: { words: `${FEATURES} features`, of: () => FEATURES },
  l1: { words: "5 * range * sqrt(features) / 28", of: (range, d) => (5 * range * Math.sqrt(d)) / 28 },
  l2: { words: "range * sqrt(features) / 28", of: (range, d) => (range * Math.sqrt(d)) / 28 },
  linf: { words: "range / 28", of: (range) => range / 28 },
};

/** Budgets where none is given, in those measures. */
const FACTORS = [0.5, 1, 2, 5];

/** The budgets of an audit of these points that nobody gave any for, and in a sentence how they were chosen. */
export function defaultBudgets({ domain, ...data }: Dataset, norm: Norm["name"], units: BudgetUnits) {
  const [low, high] = wholeInterval(domain);
  const { of, words } = measures[norm];
  const unit = units === "ranges" ? of(1, varying(domain)) : of(high - low, featureCount({ domain, ...data }));
  const epsilons = FACTORS.map((factor) => Number((factor * unit).toPrecision(6)));
  return { epsilons, told: `budgets ${epsilons.join(", ")}: 0.5, 1, 2 and 5 times ${words}` };
}

/** How many features may take more than one value. */
const varying = (domain: Domain): number => rangeUnits(domain).filter((range) => range > 0).length;
