// The paper's claims on evasion that hold a family's model of high complexity against that of low.

import { kendall } from "../../stats/kendall.ts";
import { exceeds, tied } from "../../stats/ties.ts";
import {
  type Check,
  type Claim,
  check,
  claim,
  familiesOf,
  inRepetitions,
  noFamilies,
  threeDigits,
  whiteBoxError,
} from "../claim.ts";
import type { Evidence } from "../evidence.ts";
import { isWhole, rateIn, rateOf, sizeIn, whiteBoxIn } from "../measured.ts";
import { levelName } from "../names.ts";
import { compare, signsOf } from "../paper/signs.ts";
import type { EvasionEvidence } from "./evasionEvidence.ts";

/** E2: more weight decay, smaller S and errors. */
export function weightDecay(evidence: Evidence, epsilon: number): Claim {
  const decayed = evidence.models
    .filter(({ role, options }) => role === "target" && typeof options?.weightDecay === "number")
    .map((model) => ({
      ...model,
      decay: model.options!.weightDecay as number,
      error: whiteBoxError(evidence, model.id, epsilon),
    }))
    .filter((model) => model.size !== undefined && model.error !== undefined)
    .sort((a, b) => a.decay - b.decay);
  const byLearner = [...new Set(decayed.map(({ learner }) => learner))].map((learner) =>
    decayed.filter((model) => model.learner === learner),
  );
  const checks = byLearner
    .filter((models) => models.length > 1)
    .map((models) => {
      /** Whether a quantity falls from each model to the next. */
      const falling = (value: (model: (typeof models)[number]) => number) =>
        Math.min(...models.slice(1).map((model, i) => compare(value(models[i]), value(model))));
      const rows = models.map(
        ({ decay, size, error, cleanError }) =>
          `weight decay ${decay}: S ${threeDigits(size!)}, error under attack ${threeDigits(error!)}, clean ` +
          `error ${threeDigits(cleanError!)}`,
      );
      const signs = inRepetitions(evidence, (each) =>
        Math.min(
          falling(({ id }) => sizeIn(each, id)),
          falling(({ id }) => whiteBoxIn(each, id, epsilon)),
        ),
      );
      const held =
        Math.min(
          falling(({ size }) => size!),
          falling(({ error }) => error!),
        ) > 0;
      return check(held, signs, `${models[0].learner}: ${rows.join("; ")}`);
    });
  return claim(
    "E2",
    "more weight decay gives smaller S and smaller error under attack",
    checks,
    "no two targets differ in weight decay; see carom sweep",
  );
}

/** E3: low complexity transfers better. */
export function transferOfLow(evidence: Evidence, epsilon: number): Claim {
  const checks = familiesOf(evidence.models, "surrogate").map(({ learner, high, low }) => {
    const [h, l] = [high, low].map(({ id }) => rateOf(evidence, id, epsilon)!);
    return check(
      exceeds(l, h),
      inRepetitions(evidence, (each) => compare(rateIn(each, low.id, epsilon), rateIn(each, high.id, epsilon))),
      `${learner}: transfer rate ${threeDigits(l)} of low against ${threeDigits(h)} of high complexity`,
    );
  });
  return claim("E3", "within each family the surrogate of low complexity transfers better", checks, noFamilies);
}

/** E4: V is larger at high complexity. */
export function variabilityOfHigh(evidence: Evidence, epsilon: number): Claim {
  const { V } = evidence;
  const text = "within each family V is larger at high complexity, and goes with a lower transfer rate";
  const checks = familiesOf(evidence.models, "surrogate").flatMap(({ learner, high, low }) => {
    const [h, l] = [V.get(high.id), V.get(low.id)];
    if (h === undefined || l === undefined) return [];
    const [H, L] = [high, low].map(({ id }) => rateOf(evidence, id, epsilon)!);
    // V is one number over all training sets: repetitions can only tell of rates.
    const signs = inRepetitions(evidence, (each) =>
      compare(rateIn(each, low.id, epsilon), rateIn(each, high.id, epsilon)),
    );
    const numbers =
      `${learner}: V ${threeDigits(h)} and transfer rate ${threeDigits(H)} of high, ${threeDigits(l)} and ` +
      `${threeDigits(L)} of low complexity`;
    return [check(exceeds(h, l) && exceeds(L, H), signs, numbers)];
  });
  const all = evidence.surrogates.flatMap((id) => (V.has(id) ? [[V.get(id)!, rateOf(evidence, id, epsilon)!]] : []));
  const tau = kendall(tied(all.map(([v]) => v)), tied(all.map(([, rate]) => rate)));
  const beside = tau
    ? [`across all ${tau.n} surrogates: Kendall ${threeDigits(tau.statistic)}, p ${threeDigits(tau.p)}`]
    : [];
  return claim("E4", text, checks, "V is undefined or was not asked for", beside);
}

/** The largest loss of transfer rate that "lose little" allows. */
const LITTLE = 0.05;

/** E6: few rows suffice for surrogates of low complexity. */
export function fewerRows(evidence: Evidence, epsilon: number): Claim {
  const beside: string[] = [];
  const surrogates = evidence.models.filter(({ role }) => role === "surrogate");
  const checks = surrogates.flatMap((few): Check[] => {
    if (isWhole(few)) return [];
    const all = surrogates.find(
      (each) => isWhole(each) && each.learner === few.learner && each.complexity === few.complexity,
    );
    if (!all) return [];
    const [rate, rateOfAll] = [few, all].map(({ id }) => rateOf(evidence, id, epsilon)!);
    const name = levelName(all.learner!, all.complexity);
    const numbers =
      `${name}: transfer rate ${threeDigits(rate)} on ${threeDigits(100 * few.share!)} % of the rows, ` +
      `${threeDigits(rateOfAll)} on all`;
    // Of surrogates of high complexity the claim says nothing.
    if (all.complexity !== "low") {
      beside.push(`beside them ${numbers}`);
      return [];
    }
    const signs = inRepetitions(evidence, (each) => {
      const [a, b] = [few, all].map(({ id }) => rateIn(each, id, epsilon));
      return exceeds(b, a + LITTLE) ? -1 : 1;
    });
    return [check(!exceeds(rateOfAll, rate + LITTLE), signs, numbers)];
  });
  return claim(
    "E6",
    `on a part of the rows surrogates of low complexity lose at most ${LITTLE} of transfer rate`,
    checks,
    "no surrogate of low complexity has a fraction",
    beside,
  );
}

/** E8: low complexity takes larger budgets. */
export function minimumBudget(evidence: EvasionEvidence): Claim {
  const { repetitions, curves } = evidence;
  /** The median budget of a target, in the means or in one repetition; infinite where half of the points never err. */
  const budgetOf = (id: string, repetition?: number) =>
    medianBudget(
      curves
        .filter(({ target }) => target === id)
        .map(({ epsilon, error, errors }) => ({
          epsilon,
          error: repetition === undefined ? error : errors[repetition],
        })),
    );
  const checks = familiesOf(evidence.models, "target").flatMap(({ learner, high, low }) => {
    const [h, l] = [high, low].map(({ id }) => budgetOf(id));
    if (!Number.isFinite(h) || !Number.isFinite(l)) return [];
    const signs = signsOf(repetitions.map((_, i) => compare(1 / budgetOf(high.id, i), 1 / budgetOf(low.id, i))));
    const numbers = `${learner}: ${threeDigits(l)} of low against ${threeDigits(h)} of high complexity`;
    return [check(exceeds(l, h), signs, numbers)];
  });
  return claim(
    "E8",
    "within each family half of the points err from a larger budget on at low complexity",
    checks,
    "no two models of a family have a white-box curve (attack.curve) that reaches one half",
  );
}

/**
 * The budget at which a curve in ascending order reaches one half: the median of the points' smallest budgets; infinite
 * where it does not, or is there without an attack.
 */
function medianBudget(curve: readonly { readonly epsilon: number; readonly error: number }[]): number {
  const after = curve.findIndex(({ error }) => error >= 0.5);
  if (after < 1) return Number.POSITIVE_INFINITY;
  const [a, b] = [curve[after - 1], curve[after]];
  return a.epsilon + ((b.epsilon - a.epsilon) * (0.5 - a.error)) / (b.error - a.error);
}
