// The paper's findings on poisoning as claims that a study can hold or not, each with its numbers.

import { mean } from "../../stats/describe.ts";
import { kendall } from "../../stats/kendall.ts";
import { exceeds, tied } from "../../stats/ties.ts";
import {
  alignmentPredicts,
  type Check,
  type Claim,
  check,
  claim,
  familiesOf,
  inRepetitions,
  noFamilies,
  sizeAndError,
  threeDigits,
} from "../claim.ts";
import type { Evidence } from "../evidence.ts";
import { budgetOf, cellAt, type Measured, rateIn, rateOf } from "../measured.ts";
import { compare, SIGNIFICANT, signsOf } from "../paper/signs.ts";
import type { MeanCell, MeanModel } from "../repetitionMeans.ts";

/** The learners that P5 speaks of. */
const supportVectorMachines = new Set(["svm-linear", "svm-rbf"]);

/**
 * Claims P1 to P7 of Demontis et al. 2019 on the means over repetitions: errors at the smallest fraction (.05 in the
 * paper), R, rho and ratios at the largest (.2).
 *
 * A claim about families holds where it holds in each of them, beyond chance: by a sign test over repetitions.
 */
export function poisoningClaimsOf(evidence: Evidence): Claim[] {
  const { budgets } = evidence;
  const [smallest, largest] = [budgets[0], budgets[budgets.length - 1]];
  return [
    claim(
      "P1",
      `within each family the model of high complexity has larger S and larger white-box error at ${percent(smallest)}`,
      sizeAndError(evidence, smallest),
      noFamilies,
    ),
    similarComplexity(evidence, largest),
    // The paper's own test, which takes pairs for independent; what relabelling whole models says stands beside it.
    claim(
      "P3",
      "R correlates with rho and with the black/white ratio (analytic p below .05)",
      alignmentPredicts(evidence, largest, largest, false),
      "no correlation is defined",
    ),
    ratiosAboveOne(evidence, largest),
    variabilityDoesNotMatter(evidence, smallest),
    displacement(evidence),
    otherLearners(evidence, largest),
  ];
}

/** Mean errors that surrogates of a target's own complexity and the others bring it, and the best of all. */
function byLevel(
  models: readonly MeanModel[],
  target: MeanModel,
  errorOf: (surrogate: string) => number | undefined,
): { readonly own: number; readonly other: number; readonly best: MeanModel } | undefined {
  const rivals = models.flatMap((model) => {
    const error = model.role === "surrogate" && model.complexity ? errorOf(model.id) : undefined;
    return error === undefined ? [] : [{ model, error }];
  });
  const errors = (own: boolean) =>
    rivals.filter(({ model }) => (model.complexity === target.complexity) === own).map(({ error }) => error);
  const [own, other] = [mean(errors(true)), mean(errors(false))];
  if (own === undefined || other === undefined) return undefined;
  return { own, other, best: rivals.reduce((most, each) => (exceeds(each.error, most.error) ? each : most)).model };
}

function similarComplexity(evidence: Evidence, fraction: number): Claim {
  const targets = evidence.models.filter(({ role, complexity }) => role === "target" && complexity !== undefined);
  const levelsOf = (errorOf: (surrogate: string, target: string) => number | undefined) =>
    targets.flatMap((target) => {
      const levels = byLevel(evidence.models, target, (surrogate) => errorOf(surrogate, target.id));
      return levels ? [{ target, ...levels }] : [];
    });
  type Levels = ReturnType<typeof levelsOf>;
  const matching = (levels: Levels) =>
    levels.filter(({ target, best }) => best.complexity === target.complexity).length;
  const meanOf = (levels: Levels, which: "own" | "other") => mean(levels.map((each) => each[which])) ?? 0;
  const inEach = (rule: (levels: Levels) => number) =>
    inRepetitions(evidence, ({ cells }) =>
      rule(levelsOf((surrogate, target) => cellAt(cells, surrogate, target, fraction)?.errorUnderAttack.estimate)),
    );
  const name = nameIn(evidence);
  const found = levelsOf((surrogate, target) => cellOf(evidence, surrogate, target, fraction)?.error);
  const [own, other] = [meanOf(found, "own"), meanOf(found, "other")];
  const list = found.map(({ target, best }) => `${name(target.id)}: ${name(best.id)}`).join(", ");
  const checks: Check[] =
    found.length === 0
      ? []
      : [
          check(
            2 * matching(found) > found.length,
            inEach((levels) => compare(2 * matching(levels), levels.length)),
            `the best surrogate is of the target's own complexity for ${matching(found)} of ${found.length} ` +
              `targets (${list})`,
          ),
          check(
            exceeds(own, other),
            inEach((levels) => compare(meanOf(levels, "own"), meanOf(levels, "other"))),
            `surrogates of the target's own complexity bring its error ${threeDigits(own - other)} higher than ` +
              "the others, mean over targets",
          ),
        ];
  return claim(
    "P2",
    `at ${percent(fraction)} the best surrogate is regularised like the target`,
    checks,
    "surrogates of both complexities and a target of one of them are needed",
  );
}

function ratiosAboveOne(evidence: Evidence, fraction: number): Claim {
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

function variabilityDoesNotMatter(evidence: Evidence, fraction: number): Claim {
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

function displacement(evidence: Evidence): Claim {
  const side = familiesOf(evidence.models, "target").some(({ high }) => high.displacement !== undefined)
    ? "target"
    : "surrogate";
  const checks = familiesOf(evidence.models, side).flatMap(({ learner, high, low }): Check[] => {
    if (high.displacement === undefined || low.displacement === undefined) return [];
    const signs = inRepetitions(evidence, ({ models }) => {
      const of = (id: string) => models.find((model) => model.id === id)!.displacement!.estimate;
      return compare(of(low.id), of(high.id));
    });
    const numbers =
      `${learner}: points moved ${threeDigits(low.displacement)} on low against ${threeDigits(high.displacement)} ` +
      "on high complexity";
    return [check(exceeds(low.displacement, high.displacement), signs, numbers)];
  });
  return claim(
    "P6",
    "points against models of high complexity are moved less than those against low",
    checks,
    noFamilies,
  );
}

function otherLearners(evidence: Evidence, fraction: number): Claim {
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

function cellOf({ cells }: Evidence, surrogate: string, target: string, fraction: number): MeanCell | undefined {
  return cells.find((cell) => cell.surrogate === surrogate && cell.target === target && cell.budget === fraction);
}

/** What results call a model, without its side. */
const nameIn =
  ({ models }: Evidence) =>
  (id: string) =>
    models.find((model) => model.id === id)?.name ?? id;

const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(3))} %`;
