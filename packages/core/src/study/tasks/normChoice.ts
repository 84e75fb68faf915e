// How perturbations are measured, as plain data, and the threat model that this and the rows' bounds make.

import type { Domain } from "../../data/domain.ts";
import { rangeUnits } from "../../data/units.ts";
import type { ResolvedFeatures } from "../../features/resolve.ts";
import { costNorm, threatOfFeatures } from "../../features/threat.ts";
import { type Norm, norms } from "../../threat/norm.ts";
import { scaledNorm } from "../../threat/scaledNorm.ts";
import type { Direction, ThreatModel } from "../../threat/threat.ts";

/** What budgets are measured in: the features' own units, or the ranges of their bounds. */
export const unitsOfBudgets = ["features", "ranges"] as const;
/** What budgets are measured in. */
export type BudgetUnits = (typeof unitsOfBudgets)[number];

/** How perturbations are measured. */
export interface NormChoice {
  readonly norm: Norm["name"];
  /** "ranges": with each feature in units of its range. */
  readonly units?: BudgetUnits | undefined;
  /** What is known of features, in whose units of cost perturbations are measured then. */
  readonly features?: ResolvedFeatures | undefined;
}

/** The norm of a choice, for features in these bounds. */
export function normIn(domain: Domain, { norm, units, features }: NormChoice): Norm {
  if (features) return costNorm(features, norm);
  // How many features change has no unit; which of the changes are the largest needs one.
  return units === "ranges" || norms[norm].counts ? scaledNorm(norms[norm], rangeUnits(domain)) : norms[norm];
}

/** The threat of a choice, without its budget: what features say of themselves, or the bounds and kinds of the data. */
export function threatIn(domain: Domain, choice: NormChoice, direction: Direction | undefined): ThreatModel {
  if (choice.features) return threatOfFeatures(choice.features, choice.norm);
  return { norm: normIn(domain, choice), domain, ...(direction && { direction }) };
}
