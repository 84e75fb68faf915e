// Ascent under the rules of a table, then a search for the rows that withstood it.

import { z } from "zod";
import type { Attack } from "../attack.ts";
import { overrideContext } from "../override.ts";
import { askedByCapgd, type CapgdOptions, capgdAttack, capgdOptions } from "./capgd.ts";
import { type EvasionAttack, everyNorm } from "./evasionAttack.ts";
import { askedByEvolution, type EvolutionOptions, evolutionAttack } from "./evolution.ts";
import { stepsOfAll } from "./restarts.ts";

/**
 * CAPGD (`capgdAttack`), then for the rows that did not reach their goal the search by scores (`evolutionAttack`), from
 * the best points so far: the ascent is cheap, the search finds what gradients do not show.
 *
 * Source: Simonetto, Ghamizi and Cordy, NeurIPS 2024 (CAA).
 */
export function caaAttack(options: CapgdOptions & Omit<EvolutionOptions, "stop">): Attack {
  return async function* attack(context) {
    const ascent = yield* capgdAttack(options)(context);
    const search = evolutionAttack({ ...options, stop: true });
    const states = search(overrideContext(context, { start: ascent.points }));
    let next = await states.next();
    while (!next.done) {
      yield { ...next.value, iteration: ascent.iteration + next.value.iteration };
      next = await states.next();
    }
    return { ...next.value, iteration: ascent.iteration + next.value.iteration };
  };
}

const options = capgdOptions.extend({
  generations: z.number().int().positive().default(30).describe("how many generations the search has"),
  population: z.number().int().positive().default(20).describe("points that the search keeps of each row"),
  offspring: z
    .number()
    .int()
    .positive()
    .default(10)
    .describe("points that the search tries of each row in each generation"),
});

export const caa: EvasionAttack<z.infer<typeof options>> = {
  name: "caa",
  summary: "capgd, then evolution for the rows that withstood it: the strongest under the rules of a table",
  options,
  capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: true, boosters: false },
  reference: "Simonetto, Ghamizi and Cordy, NeurIPS 2024 (CAA)",
  gradients: stepsOfAll,
  asks(chosen) {
    const [ascent, search] = [askedByCapgd(chosen), askedByEvolution(chosen)];
    // Of the rows about half withstand the ascent.
    return { scores: ascent.scores + search.scores / 2, gradients: ascent.gradients };
  },
  overhead: 30,
  build: caaAttack,
};
