// The paper's findings on poisoning as claims that a study can hold or not, each with its numbers.

import { mean } from "../stats/describe.ts";
import { kendall } from "../stats/kendall.ts";
import { exceeds, tied } from "../stats/ties.ts";
import { permutationPText } from "../transfer/correlations.ts";
import { type Check, type Claim, check, claim, familiesOf, noFamilies, threeDigits } from "./claim.ts";
import { shortId } from "./names.ts";
import { atFraction, type MeanPoisonCell, type MeanPoisonModel, type PoisoningEvidence } from "./poisoningExplain.ts";
import type { PoisonTransfer } from "./poisoningResult.ts";
import { compare, SIGNIFICANT, type Signs, signsOf } from "./signs.ts";

/**
 * Claims P1 to P7 of Demontis et al. 2019 on the means over repetitions: errors at the smallest fraction (.05 in the
 * paper), R, rho and ratios at the largest (.2).
 *
 * A claim about families holds where it holds in each of them, beyond chance: by a sign test over repetitions.
 */
export function poisoningClaimsOf(evidence: PoisoningEvidence): Claim[] {
  const { fractions } = evidence;
  const [smallest, largest] = [fractions[0], fractions[fractions.length - 1]];
  return [
    sizeAndError(evidence, smallest),
    similarComplexity(evidence, largest),
    alignmentPredicts(evidence, largest),
    ratiosAboveOne(evidence, largest),
    variabilityDoesNotMatter(evidence, smallest),
    displacement(evidence),
    otherLearners(evidence, largest),
  ];
}

function sizeAndError(evidence: PoisoningEvidence, fraction: number): Claim {
  const checks = familiesOf(evidence.models, "target").flatMap(({ learner, high, low }): Check[] => {
    const [e, f] = [high, low].map(({ id }) => cellOf(evidence, id, id, fraction)?.error);
    if (high.size === undefined || low.size === undefined || e === undefined || f === undefined) return [];
    const signs = overRepetitions(evidence, (each) =>
      Math.min(
        compare(sizeIn(each, high.id), sizeIn(each, low.id)),
        compare(errorIn(each, high.id, fraction), errorIn(each, low.id, fraction)),
      ),
    );
    const numbers = `${learner}: S ${threeDigits(high.size)} against ${threeDigits(low.size)}, white-box error ${threeDigits(e)} against ${threeDigits(f)}`;
    return [check(exceeds(high.size, low.size) && exceeds(e, f), signs, numbers)];
  });
  return claim(
    "P1",
    `within each family the model of high complexity has larger S and larger white-box error at ${percent(fraction)}`,
    checks,
    noFamilies,
  );
}

/** Mean errors that surrogates of a target's own complexity and the others bring it, and the best of all. */
function byLevel(
  models: readonly MeanPoisonModel[],
  target: MeanPoisonModel,
  errorOf: (surrogate: string) => number | undefined,
): { readonly own: number; readonly other: number; readonly best: MeanPoisonModel } | undefined {
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

function similarComplexity(evidence: PoisoningEvidence, fraction: number): Claim {
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
    overRepetitions(evidence, ({ cells }) =>
      rule(
        levelsOf(
          (surrogate, target) =>
            cells.find((cell) => cell.surrogate === surrogate && cell.target === target && cell.fraction === fraction)
              ?.errorUnderAttack.estimate,
        ),
      ),
    );
  const found = levelsOf((surrogate, target) => cellOf(evidence, surrogate, target, fraction)?.error);
  const [own, other] = [meanOf(found, "own"), meanOf(found, "other")];
  const list = found.map(({ target, best }) => `${shortId(target.id)}: ${shortId(best.id)}`).join(", ");
  const checks: Check[] =
    found.length === 0
      ? []
      : [
          check(
            2 * matching(found) > found.length,
            inEach((levels) => compare(2 * matching(levels), levels.length)),
            `the best surrogate is of the target's own complexity for ${matching(found)} of ${found.length} targets (${list})`,
          ),
          check(
            exceeds(own, other),
            inEach((levels) => compare(meanOf(levels, "own"), meanOf(levels, "other"))),
            `surrogates of the target's own complexity bring its error ${threeDigits(own - other)} higher than the others, mean over targets`,
          ),
        ];
  return claim(
    "P2",
    `at ${percent(fraction)} the best surrogate is regularised like the target`,
    checks,
    "surrogates of both complexities and a target of one of them are needed",
  );
}

function alignmentPredicts({ correlations }: PoisoningEvidence, fraction: number): Claim {
  const wanted = [`rho ${atFraction(fraction)}`, `black/white ratio ${atFraction(fraction)}`];
  const checks = wanted.flatMap((y): Check[] => {
    const found = correlations.correlations.filter((each) => each.y === y && each.coefficient !== "spearman");
    if (found.length === 0) return [];
    const numbers = found.map(
      ({ coefficient, statistic, n, p, permutationP, permutations }) =>
        `${coefficient} ${statistic.toFixed(3)}, n ${n}, p ${threeDigits(p)}, Mantel p ${permutationPText(permutationP, permutations)}`,
    );
    // The paper's own test, which takes pairs for independent; what relabelling whole models says stands beside it.
    const held = found.every(({ statistic, p }) => statistic > 0 && p < SIGNIFICANT);
    return [{ held, shown: held, numbers: `R against ${y}: ${numbers.join("; ")}` }];
  });
  return claim(
    "P3",
    "R correlates with rho and with the black/white ratio (analytic p below .05)",
    checks,
    "no correlation is defined",
  );
}

function ratiosAboveOne({ cells, repetitions }: PoisoningEvidence, fraction: number): Claim {
  const black = cells.filter(
    (cell) => cell.fraction === fraction && cell.ratio !== undefined && cell.surrogate !== cell.target,
  );
  const ratioIn = (each: PoisonTransfer, { surrogate, target }: MeanPoisonCell) =>
    each.cells.find((cell) => cell.surrogate === surrogate && cell.target === target && cell.fraction === fraction)!
      .ratio!;
  // The largest of many ratios lies high by chance: the pair is chosen in all other repetitions, and judged in this one.
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
        `${above.length} of ${black.length} pairs, ratios ${threeDigits(least)} to ${threeDigits(most.ratio!)}, the largest from ${shortId(most.surrogate)} to ${shortId(most.target)}; above 1 where the pair is the largest of the other repetitions`,
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

function variabilityDoesNotMatter(evidence: PoisoningEvidence, fraction: number): Claim {
  const text =
    "low V is not needed: a larger V of the surrogate does not go with a lower transfer rate, and for SVMs helps";
  const { V, transferRates } = evidence;
  const rateOf = (id: string) =>
    transferRates.find((each) => each.surrogate === id && each.fraction === fraction)?.rate;
  const known = [...V].flatMap(([id, v]) => {
    const rate = rateOf(id);
    return rate === undefined ? [] : [{ id, v, rate }];
  });
  const tau = kendall(tied(known.map(({ v }) => v)), tied(known.map(({ rate }) => rate)));
  const checks: Check[] = tau
    ? [
        {
          // That nothing was found is no proof that there is nothing.
          held: !(tau.statistic < 0 && tau.p < SIGNIFICANT),
          shown: tau.statistic > 0 && tau.p < SIGNIFICANT,
          numbers: `across ${tau.n} surrogates at ${percent(fraction)}: Kendall ${threeDigits(tau.statistic)}, p ${threeDigits(tau.p)}`,
        },
      ]
    : [];
  for (const { learner, high, low } of familiesOf(evidence.models, "surrogate")) {
    const pair = [high, low].flatMap(({ id }) => known.find((each) => each.id === id) ?? []);
    if (!learner.startsWith("svm") || pair.length < 2) continue;
    const [more, less] = pair.sort((a, b) => b.v - a.v);
    checks.push(
      check(
        exceeds(more.v, less.v) && exceeds(more.rate, less.rate),
        overRepetitions(evidence, (each) => compare(rateIn(each, more.id, fraction), rateIn(each, less.id, fraction))),
        `${learner}: V ${threeDigits(more.v)} and transfer rate ${threeDigits(more.rate)} of ${shortId(more.id)}, ${threeDigits(less.v)} and ${threeDigits(less.rate)} of ${shortId(less.id)}`,
      ),
    );
  }
  return claim("P5", text, checks, "V is undefined or was not asked for");
}

function displacement(evidence: PoisoningEvidence): Claim {
  const side = familiesOf(evidence.models, "target").some(({ high }) => high.displacement !== undefined)
    ? "target"
    : "surrogate";
  const checks = familiesOf(evidence.models, side).flatMap(({ learner, high, low }): Check[] => {
    if (high.displacement === undefined || low.displacement === undefined) return [];
    const signs = overRepetitions(evidence, ({ models }) => {
      const of = (id: string) => models.find((model) => model.id === id)!.displacement!.estimate;
      return compare(of(low.id), of(high.id));
    });
    const numbers = `${learner}: points moved ${threeDigits(low.displacement)} on low against ${threeDigits(high.displacement)} on high complexity`;
    return [check(exceeds(low.displacement, high.displacement), signs, numbers)];
  });
  return claim(
    "P6",
    "points against models of high complexity are moved less than those against low",
    checks,
    noFamilies,
  );
}

function otherLearners(evidence: PoisoningEvidence, fraction: number): Claim {
  const { models, cells } = evidence;
  const surrogates = new Set(models.filter(({ role }) => role === "surrogate").map(({ learner }) => learner));
  const others = models.filter(({ role, learner }) => role === "target" && !surrogates.has(learner));
  const checks = others.map(({ id, cleanError }): Check => {
    const own = cells.filter((cell) => cell.target === id && cell.fraction === fraction);
    const [error, clean] = [mean(own.map((cell) => cell.error))!, cleanError!];
    const best = own.reduce((most, each) => (exceeds(each.error, most.error) ? each : most));
    const signs = overRepetitions(evidence, (each) => {
      const here = each.cells.filter((cell) => cell.target === id && cell.fraction === fraction);
      const without = each.models.find((model) => model.id === id)!.cleanError!;
      return compare(mean(here.map(({ errorUnderAttack }) => errorUnderAttack.estimate))!, without.estimate);
    });
    return check(
      exceeds(error, clean),
      signs,
      `${shortId(id)}: clean error ${threeDigits(clean)}, on average ${threeDigits(error - clean)} more, most ${threeDigits(best.error)} with ${shortId(best.surrogate)}`,
    );
  });
  return claim(
    "P7",
    `at ${percent(fraction)} poisoning transfers to learners that are no surrogates too`,
    checks,
    "every target is of a learner that is a surrogate",
  );
}

function cellOf(
  { cells }: PoisoningEvidence,
  surrogate: string,
  target: string,
  fraction: number,
): MeanPoisonCell | undefined {
  return cells.find((cell) => cell.surrogate === surrogate && cell.target === target && cell.fraction === fraction);
}

/** White-box error of one repetition. */
function errorIn({ cells }: PoisonTransfer, id: string, fraction: number): number {
  return cells.find((cell) => cell.surrogate === id && cell.target === id && cell.fraction === fraction)!
    .errorUnderAttack.estimate;
}

/** S of one repetition. */
function sizeIn({ models }: PoisonTransfer, id: string): number {
  return models.find((model) => model.id === id)!.gradientSize!.estimate;
}

/** Transfer rate of one repetition. */
function rateIn({ cells }: PoisonTransfer, surrogate: string, fraction: number): number {
  const row = cells.filter((cell) => cell.surrogate === surrogate && cell.fraction === fraction);
  return mean(row.map((cell) => cell.errorUnderAttack.estimate))!;
}

/** In how many repetitions a comparison comes out. */
function overRepetitions({ repetitions }: PoisoningEvidence, comparison: (each: PoisonTransfer) => number): Signs {
  return signsOf(repetitions.map(comparison));
}

const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(3))} %`;
