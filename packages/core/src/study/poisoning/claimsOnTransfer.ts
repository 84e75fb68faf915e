// Claims of the paper on how well poisoning points transfer, whoever learns from them.

import { mean } from "../../stats/describe.ts";
import { kendall } from "../../stats/kendall.ts";
import { exceeds, tied } from "../../stats/ties.ts";
import { type Check, type Claim, check, claim, familiesOf, inRepetitions, threeDigits } from "../claim.ts";
import type { Evidence } from "../evidence.ts";
import { budgetOf, cellAt, type Measured, nameIn, rateIn, rateOf } from "../measured.ts";
import { compare, SIGNIFICANT, signsOf } from "../paper/signs.ts";
import type { MeanCell } from "../repetitionMeans.ts";
import { percent } from "./inMeans.ts";

/** The learners that P5 speaks of. */
const supportVectorMachines = new Set(["svm-linear", "svm-rbf"]);

export function ratiosAboveOne(evidence: Evidence, fraction: number): Claim {
  const { cells, repetitions } = evidence;
  const name = nameIn(evidence);
  const black = cells.filter(
    (cell) => cell.budget === fraction && cell.ratio !== undefined && cell.surrogate !== cell.target,
  );
  const ratioIn = (each: Measured, { surrogate, target }: MeanCell) =>
    cellAt(each.cells, surrogate, target, fraction)!.ratio!;
  // The largest of many ratios lies high by chance: the pair is chosen in all other repetitions, and judged in this
  // one.
  const signs = signsOf(
    repetitions.map((here, i) => {
      const others = repetitions.toSpliced(i, 1);
      if (others.length === 0 || black.length === 0) return 0;
      const elsewhere = black.map((cell) => mean(others.map((each) => ratioIn(each, cell)))!);
      const best = black[elsewhere.indexOf(Math.max(...elsewhere))];
      return compare(ratioIn(here, best), 1);
    }),
  );
  const above = black.filter(({ ratio }) => exceeds(ratio!, 1));
  const checks: Check[] = [];
  if (black.length > 0) {
    const most = black.reduce((best, each) => (each.ratio! > best.ratio! ? each : best));
    const least = Math.min(...black.map(({ ratio }) => ratio!));
    checks.push(
      check(
        above.length > 0,
        signs,
        `${above.length} of ${black.length} pairs, ratios ${threeDigits(least)} to ${threeDigits(most.ratio!)}, ` +
          `the largest from ${name(most.surrogate)} to ${name(most.target)}; above 1 where the pair is the ` +
          "largest of the other repetitions",
      ),
    );
  }
  return claim(
    "P4",
    `at ${percent(fraction)} some transferred points do more harm than the white-box ones (ratio above 1)`,
    checks,
    "no target was poisoned white-box",
  );
}

export function variabilityDoesNotMatter(evidence: Evidence, fraction: number): Claim {
  const text =
    "low V is not needed: a larger V of the surrogate does not go with a lower transfer rate, and for SVMs helps";
  const { V } = evidence;
  const name = nameIn(evidence);
  const known = [...V].flatMap(([id, v]) => {
    const rate = rateOf(evidence, id, fraction);
    return rate === undefined ? [] : [{ id, v, rate }];
  });
  const tau = kendall(tied(known.map(({ v }) => v)), tied(known.map(({ rate }) => rate)));
  const checks: Check[] = tau
    ? [
        {
          // That nothing was found is no proof that there is nothing.
          held: !(tau.statistic < 0 && tau.p < SIGNIFICANT),
          shown: tau.statistic > 0 && tau.p < SIGNIFICANT,
          numbers:
            `across ${tau.n} surrogates at ${percent(fraction)}: Kendall ${threeDigits(tau.statistic)}, p ` +
            `${threeDigits(tau.p)}`,
        },
      ]
    : [];
  for (const { learner, high, low } of familiesOf(evidence.models, "surrogate")) {
    const pair = [high, low].flatMap(({ id }) => known.find((each) => each.id === id) ?? []);
    if (!supportVectorMachines.has(learner) || pair.length < 2) continue;
    const [more, less] = pair.sort((a, b) => b.v - a.v);
    checks.push(
      check(
        exceeds(more.v, less.v) && exceeds(more.rate, less.rate),
        inRepetitions(evidence, (each) => compare(rateIn(each, more.id, fraction), rateIn(each, less.id, fraction))),
        `${learner}: V ${threeDigits(more.v)} and transfer rate ${threeDigits(more.rate)} of ${name(more.id)}, ` +
          `${threeDigits(less.v)} and ${threeDigits(less.rate)} of ${name(less.id)}`,
      ),
    );
  }
  return claim("P5", text, checks, "V is undefined or was not asked for");
}

export function otherLearners(evidence: Evidence, fraction: number): Claim {
  const { models, cells } = evidence;
  const name = nameIn(evidence);
  const surrogates = new Set(models.filter(({ role }) => role === "surrogate").map(({ learner }) => learner));
  const others = models.filter(({ role, learner }) => role === "target" && !surrogates.has(learner));
  const checks = others.map(({ id, cleanError }): Check => {
    const own = cells.filter((cell) => cell.target === id && cell.budget === fraction);
    const [error, clean] = [mean(own.map((cell) => cell.error))!, cleanError!];
    const best = own.reduce((most, each) => (exceeds(each.error, most.error) ? each : most));
    const signs = inRepetitions(evidence, (each) => {
      const here = each.cells.filter((cell) => cell.target === id && budgetOf(cell) === fraction);
      const without = each.models.find((model) => model.id === id)!.cleanError!;
      return compare(mean(here.map(({ errorUnderAttack }) => errorUnderAttack.estimate))!, without.estimate);
    });
    return check(
      exceeds(error, clean),
      signs,
      `${name(id)}: clean error ${threeDigits(clean)}, on average ${threeDigits(error - clean)} more, most ` +
        `${threeDigits(best.error)} with ${name(best.surrogate)}`,
    );
  });
  return claim(
    "P7",
    `at ${percent(fraction)} poisoning transfers to learners that are no surrogates too`,
    checks,
    "every target is of a learner that is a surrogate",
  );
}
