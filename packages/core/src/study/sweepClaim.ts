// Claim E2 of the paper along a sweep: more regularisation, smaller S, smaller error under attack.

import { kendall } from "../stats/kendall.ts";
import { type Check, type Claim, claim, threeDigits } from "./claim.ts";
import type { SweepResult } from "./sweep.ts";

/**
 * Decided by Kendall's tau of the option's values with S and with the error under attack, both negative with p below .05;
 * of fewer than four values no p can be (Demontis et al. 2019, Fig. 3).
 */
export function lessFragile({ models, asked }: Pick<SweepResult, "models" | "asked">): Claim {
  const ascending = [...models].sort((a, b) => a.value - b.value);
  const falls = (what: string, of: (model: SweepResult["models"][number]) => number | undefined): Check[] => {
    const numbers = ascending.map(of);
    if (numbers.some((value) => value === undefined)) return [];
    const test = kendall(
      ascending.map(({ value }) => value),
      numbers as number[],
    );
    const rank = test ? `tau ${threeDigits(test.statistic)}, p ${threeDigits(test.p)}` : "constant";
    return [
      {
        held: test !== undefined && test.statistic < 0 && test.p < 0.05,
        numbers: `${what}: Kendall ${rank}; ${(numbers as number[]).map(threeDigits).join(", ")}`,
      },
    ];
  };
  const checks = [
    ...falls("S", ({ size }) => size?.estimate),
    ...falls("error under attack", ({ errorUnderAttack }) => errorUnderAttack.estimate),
  ];
  const values = ascending.map(({ value }) => value).join(", ");
  return claim("E2", `more ${asked.option} (${values}) gives smaller S and smaller error under attack`, checks, "");
}
