// The mean of what is climbed on each model, for models whose scores are of one scale.

import type { Ensemble } from "./ensemble.ts";

/** J(x) = (1 / K) sum_k J_k(x): what `runAttack` climbs on several models, whatever the attack. */
export const meanLoss: Ensemble = {
  name: "meanLoss",
  summary: "the mean of the models' margins: for models whose scores are of one scale",
  reference: "Liu et al., ICLR 2017",
  gradientsPerStep: 1,
};
