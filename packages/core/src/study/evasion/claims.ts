// The paper's findings on evasion as claims that a study can hold or not, each with its numbers.

import { learners } from "../../learners/registry.ts";
import { mean } from "../../stats/describe.ts";
import { kendall } from "../../stats/kendall.ts";
import { exceeds, tied } from "../../stats/ties.ts";
import type { Norm } from "../../threat/norm.ts";
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
  whiteBoxError,
} from "../claim.ts";
import type { Evidence } from "../evidence.ts";
import { budgetOf, isWhole, rateIn, rateOf, sizeIn, whiteBoxIn } from "../measured.ts";
import { levelName, referenceBudget } from "../names.ts";
import { compare, signsOf } from "../paper/signs.ts";
import type { MeanModel } from "../repetitionMeans.ts";
import type { CurvePoint } from "./result.ts";

/** What claims on evasion look at. */
export interface EvasionEvidence extends Evidence {
  readonly norm: Norm["name"];
  readonly curves: readonly CurvePoint[];
}

/**
 * Claims E1 to E10 of Demontis et al. 2019, on the means over repetitions, at epsilon 1 or else the smallest.
 *
 * A claim about families holds where it holds in each of them, beyond chance: by a sign test over repetitions, the
 * paper's Table 1.
 */
export function claimsOf(evidence: EvasionEvidence): Claim[] {
  const epsilon = referenceBudget(evidence.budgets);
  return [
    claim(
      "E1",
      "within each family the model of high complexity has larger S and larger white-box error",
      sizeAndError(evidence, epsilon),
      noFamilies,
    ),
    weightDecay(evidence, epsilon),
    transferOfLow(evidence, epsilon),
    variabilityOfHigh(evidence, epsilon),
    claim(
      "E5",
      "R correlates with rho and with the black/white ratio (Holm-adjusted p below .05, both kinds)",
      alignmentPredicts(evidence, Math.max(...evidence.budgets), epsilon, true),
      "no correlation is defined",
    ),
    fewerRows(evidence, epsilon),
    orderOfErrors(evidence, epsilon),
    minimumBudget(evidence),
    forestsBreak(evidence, epsilon),
    forestsResistFewChanges(evidence, epsilon),
  ];
}

function weightDecay(evidence: Evidence, epsilon: number): Claim {
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

function transferOfLow(evidence: Evidence, epsilon: number): Claim {
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

function variabilityOfHigh(evidence: Evidence, epsilon: number): Claim {
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

function fewerRows(evidence: Evidence, epsilon: number): Claim {
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

/** What kind of function a learner fits, as its entry says. */
const familyOf = (learner: string | undefined) => (learner === undefined ? undefined : learners[learner]?.family);

function orderOfErrors(evidence: Evidence, epsilon: number): Claim {
  const errors = evidence.models.flatMap(({ id, role, learner, complexity }) => {
    const error = role === "target" ? whiteBoxError(evidence, id, epsilon) : undefined;
    return error === undefined || learner === undefined ? [] : [{ id, learner, complexity, error }];
  });
  const linearHigh = errors.filter(
    ({ learner, complexity }) => familyOf(learner) === "linear" && complexity === "high",
  );
  const smooth = errors.filter(({ learner }) => ["kernel", "network"].includes(familyOf(learner) ?? ""));
  const ridge = linearHigh.find(({ learner }) => learner === "ridge");
  const list = (models: typeof errors) => models.map(({ id, error }) => `${threeDigits(error)} of ${id}`).join(", ");
  const text =
    "white-box errors of svm-rbf and mlp lie below those of the linear models of high complexity; ridge_H is highest";
  if (linearHigh.length === 0 || smooth.length === 0)
    return claim("E7", text, [], "linear models of high complexity and svm-rbf or mlp are needed");
  type Value = (model: (typeof errors)[number]) => number;
  const below = (value: Value) => compare(Math.min(...linearHigh.map(value)), Math.max(...smooth.map(value)));
  const highest = errors.reduce((most, each) => (exceeds(each.error, most.error) ? each : most));
  const others = errors.filter((each) => each !== ridge);
  const isHighest = (value: Value) => compare(value(ridge!), Math.max(...others.map(value)));
  const inEach = (rule: (value: Value) => number) =>
    inRepetitions(evidence, (each) => rule(({ id }) => whiteBoxIn(each, id, epsilon)));
  const ofMeans: Value = ({ error }) => error;
  return claim(
    "E7",
    text,
    [
      check(below(ofMeans) > 0, inEach(below), `${list(smooth)}; linear: ${list(linearHigh)}`),
      ...(ridge ? [check(isHighest(ofMeans) > 0, inEach(isHighest), `the highest is ${list([highest])}`)] : []),
    ],
    "",
  );
}

function minimumBudget(evidence: EvasionEvidence): Claim {
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

/** A forest that errs on this much more of the points under attack than without counts as broken. */
const BROKEN = 0.25;

function forestsBreak(evidence: EvasionEvidence, epsilon: number): Claim {
  const forests = evidence.models.filter(isForest);
  const isOfMany = evidence.norm !== "l1";
  const checks = (isOfMany ? forests : []).map(({ id, cleanError }) => {
    const increases = evidence.cells.filter((cell) => cell.target === id && cell.budget === epsilon);
    const errors = increases.map(({ error }) => error);
    const [low, high] = [Math.min(...errors), Math.max(...errors)];
    const isBroken = (values: readonly number[]) => values.every((value) => !exceeds(BROKEN, value));
    return check(
      isBroken(increases.map(({ netIncrease }) => netIncrease)),
      inRepetitions(evidence, ({ cells }) => {
        const here = cells.filter((cell) => cell.target === id && budgetOf(cell) === epsilon);
        return isBroken(here.map(({ netIncrease }) => netIncrease.estimate)) ? 1 : -1;
      }),
      `${id}: error under attack ${threeDigits(low)} to ${threeDigits(high)} over ${errors.length} surrogates, ` +
        `clean ${threeDigits(cleanError!)}`,
    );
  });
  return claim(
    "E9",
    `forests err on at least ${BROKEN} more of the points, whatever the surrogate`,
    checks,
    isOfMany ? "no forest is among the targets" : "an attack in L1 changes few features",
  );
}

function forestsResistFewChanges(evidence: EvasionEvidence, epsilon: number): Claim {
  const { cells, models } = evidence;
  const targets = models.filter(({ role }) => role === "target");
  const forests = new Set(targets.filter(isForest).map(({ id }) => id));
  const judges = new Set(targets.map(({ id }) => id));
  const increase = <C extends { readonly surrogate: string; readonly target: string }>(
    of: readonly C[],
    isOfForest: boolean,
    value: (cell: C) => number,
  ) => mean(of.filter((cell) => forests.has(cell.target) === isOfForest && !judges.has(cell.surrogate)).map(value));
  const here = cells.filter(({ budget }) => budget === epsilon);
  const [own, others] = [true, false].map((isOfForest) => increase(here, isOfForest, (cell) => cell.netIncrease));
  const isTested = evidence.norm === "l1" && own !== undefined && others !== undefined;
  const signs = () =>
    inRepetitions(evidence, (each) => {
      const [a, b] = [true, false].map((isOfForest) =>
        increase(
          each.cells.filter((cell) => budgetOf(cell) === epsilon),
          isOfForest,
          (cell) => cell.netIncrease.estimate,
        ),
      );
      return compare(b!, a!);
    });
  return claim(
    "E10",
    "under L1 attacks, which change few features, forests lose less than the other targets",
    isTested
      ? [
          check(
            exceeds(others, own),
            signs(),
            `errors rise by ${threeDigits(own)} on forests, by ${threeDigits(others)} on the others, means over ` +
              "surrogates",
          ),
        ]
      : [],
    "needs an attack in L1, and forests and others among the targets",
  );
}

const isForest = ({ role, learner }: MeanModel) => role === "target" && familyOf(learner) === "trees";
