// What an ensemble is: a rule by which an attack follows the gradients of several surrogates at once.

import type { Attack, AttackContext } from "../attack.ts";
import type { Estimate } from "../boosters/booster.ts";
import { overrideContext } from "../override.ts";

/** One of several models, by itself. */
export type Member = NonNullable<AttackContext["members"]>[number];

/** A rule by which several models are attacked at once, as the registry holds it. */
export interface Ensemble {
  readonly name: string;
  /** One line for lists and help. */
  readonly summary: string;
  readonly reference: string;
  /** Rows of gradients of each of K models for each that an attack asks for. */
  readonly gradientsPerStep: number;
  /**
   * The gradients that attacks of fixed steps follow, for one run; absent where it is the gradient of an objective, the
   * mean of the models', which every attack can climb.
   */
  estimate?(members: readonly Member[], context: AttackContext): Estimate;
}

/**
 * The attack on several models under a rule; on one model, and under the mean of their objectives, the attack itself.
 */
export function withEnsemble(attack: Attack, { estimate }: Ensemble): Attack {
  if (!estimate) return attack;
  return (context) => {
    if (!context.members) return attack(context);
    const gradient = estimate(context.members, context);
    // Attacks that are not told the step are refused before (`buildAttacker`).
    return attack(overrideContext(context, { gradient: (points, indices, step) => gradient(points, indices, step!) }));
  };
}
