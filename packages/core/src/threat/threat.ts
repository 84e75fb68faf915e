// The threat model: what an attacker may do to a point.

import type { Domain } from "../data/dataset.ts";
import { isWhole } from "../data/featureKind.ts";
import { InputError } from "../errors.ts";
import type { Vector } from "../linalg.ts";
import type { Norm } from "./norm.ts";

export interface ThreatModel {
  readonly norm: Norm;
  /** The budget: the largest norm of a perturbation, in the units of the features; or one for each point. */
  readonly epsilon: number | Float64Array;
  /** Bounds of each feature, and which features are integers or binary. */
  readonly domain: Domain;
  /** 1 for each of the D features that may change, 0 for the others; all may where absent. */
  readonly changeable?: Uint8Array;
  /** Whether values may only rise ("add") or only fall ("remove"). */
  readonly direction?: "add" | "remove";
  /** The distance between admissible values, counted from 0, such as 1/255 for what survives saving in 8 bits. */
  readonly grid?: number;
}

/** The budget of one point. */
export function budgetOf({ epsilon }: ThreatModel, point: number): number {
  return typeof epsilon === "number" ? epsilon : epsilon[point];
}

/** Whether admissible values are fewer than those of an interval, so that a result must be rounded. */
export function isDiscrete({ domain, grid }: ThreatModel): boolean {
  return grid !== undefined || (domain.kinds?.some(isWhole) ?? false);
}

/** Whether no attack may change a feature. */
function isFrozen({ domain, changeable }: ThreatModel, feature: number): boolean {
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
    if (frozen || direction === "add") lower[i] = origin[i];
    if (frozen || direction === "remove") upper[i] = origin[i];
  }
}

/**
 * Moves a point of the admissible set to values that its features can take, staying in the set.
 *
 * Each value goes to the nearest step of its grid (1 for integer and binary features) that its bounds allow. Where that
 * leaves the ball, the values that gained most by rounding away from the origin are rounded towards it instead, until
 * the ball is kept: rounding towards the origin never lengthens a perturbation.
 */
export function roundToGrid(threat: ThreatModel, point: Vector, origin: Vector, epsilon: number): void {
  const { norm, domain, grid } = threat;
  const lower = new Float64Array(point.length);
  const upper = new Float64Array(point.length);
  writeBounds(threat, origin, lower, upper);
  const outward: { readonly i: number; readonly inner: number; readonly gain: number }[] = [];
  for (let i = 0; i < point.length; i++) {
    const step = domain.kinds && isWhole(domain.kinds[i]) ? 1 : grid;
    if (step === undefined || point[i] === origin[i]) continue;
    const exact = point[i];
    const nearest = clampTo(Math.round(exact / step) * step, lower[i], upper[i]);
    const toward = exact > origin[i] ? Math.floor(exact / step) * step : Math.ceil(exact / step) * step;
    // An origin between steps is kept rather than overshot.
    const inner = exact > origin[i] ? Math.max(toward, origin[i]) : Math.min(toward, origin[i]);
    const gain = Math.abs(nearest - origin[i]) - Math.abs(exact - origin[i]);
    point[i] = nearest;
    if (gain > 0) outward.push({ i, inner, gain });
  }
  outward.sort((a, b) => b.gain - a.gain || a.i - b.i);
  const difference = new Float64Array(point.length);
  const isInside = () => {
    for (let i = 0; i < point.length; i++) difference[i] = point[i] - origin[i];
    return norm.measure(difference) <= epsilon * (1 + 1e-6);
  };
  // Rounding in blocks keeps the number of norms small.
  for (let from = 0; from < outward.length && !isInside(); from += BLOCK) {
    for (const { i, inner } of outward.slice(from, from + BLOCK)) point[i] = inner;
  }
}

const BLOCK = 8;

function clampTo(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Checks a threat model against N points of D features. @throws InputError that names what is wrong. */
export function checkThreat(threat: ThreatModel, features: number): void {
  const { epsilon, changeable, direction, domain, grid } = threat;
  const budgets = typeof epsilon === "number" ? [epsilon] : epsilon;
  for (const budget of budgets)
    if (!(Number.isFinite(budget) && budget >= 0)) throw wrong("epsilon", "a number from 0", budget);
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
  if (direction !== undefined && direction !== "add" && direction !== "remove") {
    throw wrong("direction", '"add" or "remove"', String(direction));
  }
  if (grid !== undefined && !(grid > 0)) throw wrong("grid", "a positive step", grid);
}

function wrong(what: string, expected: string, got: string | number): InputError {
  return new InputError("invalid", what, { expected, got: String(got), remedy: "correct the threat model" });
}
