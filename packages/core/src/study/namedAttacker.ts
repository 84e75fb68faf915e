// Attackers under the names that cells have.

import type { Attacker } from "../attacks/attacker.ts";
import type { Family } from "../learners/learner.ts";

/** An attacker under the name that cells have. */
export interface NamedAttacker {
  readonly name: string;
  readonly how: Attacker;
  /** The family of surrogates that is left out of an ensemble, so that it is seen what the others do without it. */
  readonly without?: Family;
}

/** An attacker of an audit, under a name. */
export interface RivalledAttacker extends NamedAttacker {
  /** The attacker with boosters beside which it stands, with as many gradients. */
  readonly beside?: string;
}

/**
 * An attacker of an audit, with the surrogates that it attacks: each by itself, or all together under a rule of
 * ensembles.
 */
export interface AuditAttacker extends RivalledAttacker {
  readonly on: readonly string[];
}
