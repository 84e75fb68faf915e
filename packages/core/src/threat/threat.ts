// The threat model: what an attacker may do to a point.

import type { Domain } from "../data/domain.ts";
import { InputError } from "../errors.ts";
import type { TableRules } from "../features/rules.ts";
import type { Vector } from "../linalg.ts";
import type { FloatType } from "../tensor.ts";
import type { Norm } from "./norm.ts";

/** Whether values may only rise ("add") or only fall ("remove"). */
export type Direction = "add" | "remove";

/** What may be done at any budget. */
export interface ThreatModel {
  readonly norm: Norm;
  /** Bounds of each feature, and which features are integers or binary. */
  readonly domain: Domain;
  /** 1 for each of the D features that may change, 0 for the others; all may where absent. */
  readonly changeable?: Uint8Array;
  /** The direction of all features, or of each of the D by itself. */
  readonly direction?: Direction | readonly (Direction | undefined)[];
  /** The distance between admissible values, counted from 0, such as 1/255 for what survives saving in 8 bits. */
  readonly grid?: number;
  /** What else holds of each row of a table. */
  readonly rules?: TableRules;
}

/** What may be done at one budget, or at one for each point. */
export interface BudgetedThreat extends ThreatModel {
  /** The budget: the largest norm of a perturbation, in the units of the features; or one for each point. */
  readonly epsilon: number | Float64Array;
}

/** The budget of one point. */
export function budgetOf({ epsilon }: BudgetedThreat, point: number): number {
  return typeof epsilon === "number" ? epsilon : epsilon[point];
}

/** Whether no attack may change a feature. */
export function isFrozen({ domain, changeable }: Pick<ThreatModel, "domain" | "changeable">, feature: number): boolean {
  return changeable?.[feature] === 0 || domain.kinds?.[feature] === "fixed";
}

/** Whether a point has bounds of its own, narrower than the domain's. */
export function isNarrowed({ domain, changeable, direction }: ThreatModel): boolean {
  return changeable !== undefined || direction !== undefined || domain.kinds?.includes("fixed") === true;
}

/** Writes the bounds of each feature of one point, as the box, the mask and the direction leave them. */
export function writeBounds(threat: ThreatModel, origin: Vector, lower: Float64Array, upper: Float64Array): void {
  const { domain, direction } = threat;
  lower.set(domain.lower);
  upper.set(domain.upper);
  for (let i = 0; i < origin.length; i++) {
    const frozen = isFrozen(threat, i);
    const own = typeof direction === "object" ? direction[i] : direction;
    if (frozen || own === "add") lower[i] = origin[i];
    if (frozen || own === "remove") upper[i] = origin[i];
  }
}

/** The budget of a point, or the norm of the longest move that its bounds allow where that is less: more is no use. */
export function usefulBudget(
  norm: Norm,
  budget: number,
  origin: Vector,
  lower: Float64Array,
  upper: Float64Array,
): number {
  if (rooms.length !== origin.length) rooms = new Float64Array(origin.length);
  for (let j = 0; j < rooms.length; j++) {
    rooms[j] = Math.max(0, origin[j] - lower[j], upper[j] - origin[j]);
    if (norm.counts || norm.units) continue;
    // No norm is less than a component, nor than that of the first few.
    if (rooms[j] >= budget) return budget;
    if (j === FEW && norm.measure(rooms.subarray(0, FEW)) >= budget) return budget;
  }
  return Math.min(budget, norm.measure(rooms));
}

/** Features of images enough to show that most budgets are of use. */
const FEW = 64;

// Working memory, kept between calls so that they allocate nothing.
let rooms = new Float64Array(0);

/** Checks a threat model against N points of D features. @throws InputError that names what is wrong. */
export function checkThreat(threat: BudgetedThreat, features: number): void {
  const { epsilon, changeable, direction, domain, grid } = threat;
  const budgets = typeof epsilon === "number" ? [epsilon] : epsilon;
  for (const budget of budgets)
    if (!(Number.isFinite(budget) && budget >= 0)) throw wrong("epsilon", "a number from 0", budget);
  requireWhole(threat.norm, budgets);
  if (changeable && changeable.length !== features) {
    throw wrong(
      "mask of changeable features",
      `one entry for each of the ${features} features`,
      `${changeable.length}`,
    );
  }
  if (domain.lower.length !== features || domain.upper.length !== features) {
    throw wrong("domain", `bounds for each of the ${features} features`, `${domain.lower.length}`);
  }
  if (!domain.lower.every(Number.isFinite) || !domain.upper.every(Number.isFinite)) {
    throw wrong("domain", "finite bounds", "an unbounded feature");
  }
  if (typeof direction === "string" && direction !== "add" && direction !== "remove") {
    throw wrong("direction", '"add" or "remove"', String(direction));
  }
  if (typeof direction === "object" && direction.length !== features) {
    throw wrong("directions", `one for each of the ${features} features`, direction.length);
  }
  if (grid !== undefined && !(grid > 0)) throw wrong("grid", "a positive step", grid);
}

/** @throws InputError for a budget of a norm that counts, where it is no number of features */
export function requireWhole({ counts, label }: Norm, budgets: Iterable<number>): void {
  if (!counts) return;
  for (const budget of budgets)
    if (!Number.isInteger(budget)) throw wrong(`budget of ${label}`, "a whole number of features", budget);
}

/**
 * What a value was moved by, as a norm measures it: where changes are counted, a value that the type of the model only
 * rounded is none.
 */
export function moveOf({ counts }: Norm, value: number, origin: number, type: FloatType): number {
  if (counts && type === "float32" && value === Math.fround(origin)) return 0;
  return value - origin;
}

function wrong(what: string, expected: string, got: string | number): InputError {
  return new InputError("invalid", what, { expected, got: String(got), remedy: "correct the threat model" });
}
