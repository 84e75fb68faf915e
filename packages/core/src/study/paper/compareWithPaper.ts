// How near a study comes to what Demontis et al. 2019 print of its experiment.

import { mean } from "../../stats/describe.ts";
import type { StudyResult } from "../evasion/result.ts";
import { rateOf } from "../measured.ts";
import { surrogateId, targetId } from "../names.ts";
import { meanModels } from "../repetitionMeans.ts";
import type { SweepResult } from "../sweep/sweep.ts";
import type { Comparison } from "./paperNumbers.ts";
import { curveBudgets, mnist89Evasion, printedCorrelations, weightDecays } from "./paperNumbers.ts";

/** Tolerances: absolute, but of S, where it is a share of the printed value. */
const allowed = {
  transferRate: 0.03,
  size: 0.2,
  pearson: 0.03,
  kendall: 0.06,
  curve: 0.05,
  curveOfNetworks: 0.12,
};

/**
 * Every number that the paper prints of MNIST 8 against 9 and that the study has too.
 *
 * Tolerances follow from the paper's own spread: .03 for transfer rates and Pearson's coefficients, .06 for Kendall's,
 * a fifth for S of all but networks, and for white-box errors up to epsilon 2 the larger of .05 and two standard errors
 * (.12 for networks, whose training the paper does not describe). V is printed without intervals and has none.
 */
export function compareWithPrinted(
  result: Pick<StudyResult, "repetitions" | "transferRates" | "variability" | "explanation" | "curves">,
): Comparison[] {
  const models = meanModels(result.repetitions);
  const names = Object.keys(mnist89Evasion);
  const compared = (
    metric: string,
    of: string,
    ours: number | undefined,
    printed: number,
    tolerance?: number,
    epsilon?: number,
  ): Comparison[] => {
    if (ours === undefined) return [];
    const quantity = epsilon === undefined ? metric : `${metric}, ε = ${epsilon}`;
    const within = tolerance === undefined ? {} : { tolerance, within: Math.abs(ours - printed) <= tolerance + 1e-12 };
    return [{ metric, quantity, of, ours, printed, ...within }];
  };
  const rates = names.flatMap((name) => {
    const ours = rateOf(result, surrogateId(name), 1);
    return compared("transfer rate", name, ours, mnist89Evasion[name].transferRate, allowed.transferRate, 1);
  });
  const sizes = names.flatMap((name) => {
    const S = models.find(({ id }) => id === targetId(name))?.size;
    const printed = mnist89Evasion[name].halfSize;
    const tolerance = mnist89Evasion[name].isNetwork ? undefined : allowed.size * printed;
    return compared("S / 2", name, S === undefined ? undefined : S / 2, printed, tolerance);
  });
  const varied = names.flatMap((name) => {
    const V = result.variability.find(({ surrogate }) => surrogate === surrogateId(name))?.ofMean;
    return compared("V of the mean", name, V, mnist89Evasion[name].variability);
  });
  const correlated = printedCorrelations.flatMap(({ quantity, budget, pearson, kendall }) => {
    const of = (coefficient: string) =>
      result.explanation.correlations.correlations.find(
        (each) => each.quantity === quantity && each.budget === budget && each.coefficient === coefficient,
      );
    const [P, K] = [of("pearson"), of("kendall")];
    return [
      ...compared("Pearson's P", `R and ${P?.y}`, P?.statistic, pearson, allowed.pearson),
      ...compared("Kendall's K", `R and ${K?.y}`, K?.statistic, kendall, allowed.kendall),
    ];
  });
  const curves = names.flatMap((name) =>
    curveBudgets.flatMap((epsilon, i) => {
      const point = result.curves.find((each) => each.target === targetId(name) && each.epsilon === epsilon);
      const base = mnist89Evasion[name].isNetwork ? allowed.curveOfNetworks : allowed.curve;
      const tolerance = epsilon > 2 ? undefined : Math.max(base, 2 * (point?.standardError ?? 0));
      const printed = mnist89Evasion[name].curve[i];
      return compared("white-box error", name, point?.error, printed, tolerance, epsilon);
    }),
  );
  return [...rates, ...sizes, ...varied, ...correlated, ...curves];
}

/**
 * A sweep beside Fig. 3. The paper says neither how its networks were trained nor in which norm and units its budget of
 * .3 is: no tolerance. Its S is half the gradient of the cross-entropy in L2, as in Fig. 6.
 */
export function compareSweepWithPrinted({ models, asked }: Pick<SweepResult, "models" | "asked">): Comparison[] {
  return weightDecays.flatMap(({ value, attacked, halfSize, clean }) => {
    const model = models.find((each) => each.value === value);
    if (!model) return [];
    const of = `weight decay ${value}`;
    const { errorUnderAttack, cleanError } = model;
    const half = asked.norm === "l2" && model.size ? model.size.estimate / 2 : undefined;
    const compared = [
      { metric: "error under attack", of, ours: errorUnderAttack.estimate, printed: attacked },
      ...(half === undefined || halfSize === undefined
        ? []
        : [{ metric: "half of S", of, ours: half, printed: halfSize }]),
      ...(clean === undefined ? [] : [{ metric: "clean error", of, ours: cleanError.estimate, printed: clean }]),
    ];
    return compared.map(({ metric, ...rest }) => ({ metric, quantity: metric, ...rest }));
  });
}

/** The printed white-box curve of a model, as budgets and errors; undefined for other models. */
export function printedCurve(
  name: string,
): { readonly epsilons: readonly number[]; readonly errors: readonly number[] } | undefined {
  return mnist89Evasion[name] && { epsilons: curveBudgets, errors: mnist89Evasion[name].curve };
}

/** How many of the compared numbers with a tolerance are within it, by metric, in the order of first appearance. */
export function agreement(
  comparisons: readonly Comparison[],
): { readonly metric: string; readonly within: number; readonly of: number; readonly meanDifference: number }[] {
  return [...new Set(comparisons.map(({ metric }) => metric))].flatMap((metric) => {
    const same = comparisons.filter((each) => each.metric === metric && each.within !== undefined);
    if (same.length === 0) return [];
    const meanDifference = mean(same.map(({ ours, printed }) => Math.abs(ours - printed)))!;
    return [{ metric, within: same.filter(({ within }) => within).length, of: same.length, meanDifference }];
  });
}
