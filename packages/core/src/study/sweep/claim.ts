// Claim E2 of the paper along a sweep: more regularisation, smaller S, smaller error under attack.

import { kendall } from "../../stats/kendall.ts";
import { tied } from "../../stats/ties.ts";
import { type Check, type Claim, claim, threeDigits } from "../claim.ts";
import { SIGNIFICANT } from "../paper/signs.ts";
import type { SweepResult } from "./sweep.ts";

/** Fewest values of which Kendall's exact p can be below .05: 2 / 5! is, 2 / 4! is not. */
const FEWEST = 5;

/**
 * Decided by Kendall's tau of the option's values with S and with the error under attack: both negative, p below .05
 * each (Demontis et al. 2019, Fig. 3).
 */
export function lessFragile({ models, asked }: Pick<SweepResult, "models" | "asked">): Claim {
  const ascending = [...models].sort((a, b) => a.value - b.value);
  const values = ascending.map(({ value }) => value);
  const sizes = ascending.flatMap(({ size }) => (size ? [size.estimate] : []));
  const isTested = values.length >= FEWEST && sizes.length === values.length;
  const falls = (what: string, numbers: readonly number[]): Check => {
    const test = kendall(values, tied(numbers));
    const rank = test ? `Kendall tau ${threeDigits(test.statistic)}, p ${threeDigits(test.p)}` : "all the same";
    const held = test !== undefined && test.statistic < 0 && test.p < SIGNIFICANT;
    return { held, shown: held, numbers: `${what}: ${rank}; ${numbers.map(threeDigits).join(", ")}` };
  };
  const errors = ascending.map(({ errorUnderAttack }) => errorUnderAttack.estimate);
  return claim(
    "E2",
    `more ${asked.option} (${values.join(", ")}) gives smaller S and smaller error under attack`,
    isTested ? [falls("S", sizes), falls("error under attack", errors)] : [],
    `fewer than ${FEWEST} values with S`,
  );
}
