// A model that is asked over a distance: it answers, and shows nothing else of itself.

import type { Scorer } from "./open.ts";

/** A scorer that somebody else runs. What it answers is all that is known of it. */
export interface Service extends Scorer {
  /**
   * Where it names classes only, scores are 1 for the class named and 0 for the others: enough for errors, not for
   * losses.
   */
  readonly answers: "scores" | "labels";
}

/** Why a service has no gradients, as reports say it. */
export const NO_GRADIENTS = "the target is a service, which answers and gives no gradients";
