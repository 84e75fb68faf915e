// The threat model: what an attacker may do to a point.

import type { Domain } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import type { Norm } from "./norm.ts";

export interface ThreatModel {
  readonly norm: Norm;
  /** The budget: the largest norm of a perturbation, in the units of the features. */
  readonly epsilon: number;
  /** Bounds of each feature. */
  readonly domain: Domain;
}

/** Checks a budget. @throws InputError where it is no positive finite number. */
export function checkEpsilon(epsilon: number): void {
  if (Number.isFinite(epsilon) && epsilon > 0) return;
  throw new InputError("invalid", "epsilon", {
    expected: "a positive number",
    got: String(epsilon),
    remedy: "give the budget in the units of the features",
  });
}
