// The fast gradient: one step of projected ascent, as long as the budget.

import { z } from "zod";
import { withBoosters } from "../boosters/withBoosters.ts";
import { type EvasionAttack, everyNorm } from "./evasionAttack.ts";
import { pgdAttack } from "./pgd.ts";

const options = z.strictObject({});

export const fgm: EvasionAttack<z.infer<typeof options>> = {
  name: "fgm",
  summary: "one gradient step of the whole budget; for Linf the fast gradient sign method",
  options,
  capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: false, boosters: true },
  reference: "Goodfellow et al., ICLR 2015",
  gradients: () => 1,
  asks: () => ({ scores: 1, gradients: 1 }),
  build: (_, boosters) => withBoosters(pgdAttack({ steps: 1, stepSize: 1 }), boosters),
};
