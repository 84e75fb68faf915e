// The paper's findings on evasion as claims that a study can hold or not, each with its numbers.

import { mean } from "../stats/describe.ts";
import { kendall } from "../stats/kendall.ts";
import { exceeds, tied } from "../stats/ties.ts";
import { permutationPText } from "../transfer/correlations.ts";
import { type Claim, claim, countGreater, familiesOf, noFamilies, threeDigits } from "./claim.ts";
import type { Evidence } from "./explain.ts";
import type { MeanModel } from "./means.ts";
import { nameOf, referenceBudget, surrogateId } from "./names.ts";

/**
 * Claims E1 to E10 of Demontis et al. 2019, on the means over repetitions, at epsilon 1 or else the smallest.
 *
 * A claim about families holds where it holds in each of them; how often single repetitions agree stands beside it.
 */
export function claimsOf(evidence: Evidence): Claim[] {
  const epsilon = referenceBudget(evidence.study.attack.epsilons);
  return [
    sizeAndError(evidence, epsilon),
    weightDecay(evidence, epsilon),
    transferOfLow(evidence, epsilon),
    variabilityOfHigh(evidence, epsilon),
    alignmentPredicts(evidence, epsilon),
    fewerRows(evidence, epsilon),
    orderOfErrors(evidence, epsilon),
    minimumBudget(evidence),
    forestsBreak(evidence, epsilon),
    forestsResistFewChanges(evidence, epsilon),
  ];
}

function sizeAndError(evidence: Evidence, epsilon: number): Claim {
  const checks = familiesOf(evidence.models, "target").flatMap(({ learner, high, low }) => {
    const errors = [high, low].map(({ id }) => whiteBox(evidence, id, epsilon));
    const [e, f] = errors;
    if (high.size === undefined || low.size === undefined || e === undefined || f === undefined) return [];
    const agreeing = overRepetitions(evidence, (each) => {
      const of = (id: string) =>
        each.cells.find((cell) => cell.surrogate === id && cell.target === id && cell.epsilon === epsilon)!;
      return [of(high.id).errorUnderAttack.estimate, of(low.id).errorUnderAttack.estimate];
    });
    const numbers = `${learner}: S ${threeDigits(high.size)} against ${threeDigits(low.size)}, white-box error ${threeDigits(e)} against ${threeDigits(f)} (${agreeing})`;
    return [{ held: exceeds(high.size, low.size) && exceeds(e, f), numbers }];
  });
  return claim(
    "E1",
    "within each family the model of high complexity has larger S and larger white-box error",
    checks,
    noFamilies,
  );
}

function weightDecay(evidence: Evidence, epsilon: number): Claim {
  const decayed = evidence.models
    .filter(({ role, options }) => role === "target" && typeof options?.weightDecay === "number")
    .map((model) => ({
      ...model,
      decay: model.options!.weightDecay as number,
      error: whiteBox(evidence, model.id, epsilon),
    }))
    .filter((model) => model.size !== undefined && model.error !== undefined)
    .sort((a, b) => a.decay - b.decay);
  const byLearner = [...new Set(decayed.map(({ learner }) => learner))].map((learner) =>
    decayed.filter((model) => model.learner === learner),
  );
  const checks = byLearner
    .filter((models) => models.length > 1)
    .map((models) => {
      const isFalling = (value: (model: (typeof models)[number]) => number) =>
        models.slice(1).every((model, i) => exceeds(value(models[i]), value(model)));
      const rows = models.map(
        ({ decay, size, error, cleanError }) =>
          `weight decay ${decay}: S ${threeDigits(size!)}, error under attack ${threeDigits(error!)}, clean error ${threeDigits(cleanError)}`,
      );
      return {
        held: isFalling(({ size }) => size!) && isFalling(({ error }) => error!),
        numbers: `${models[0].learner}: ${rows.join("; ")}`,
      };
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
    const [h, l] = [high, low].map(({ id }) => transferRate(evidence, id, epsilon));
    const agreeing = overRepetitions(evidence, ({ cells }) => {
      const rate = (id: string) =>
        mean(
          cells
            .filter((cell) => cell.surrogate === id && cell.epsilon === epsilon)
            .map((cell) => cell.errorUnderAttack.estimate),
        )!;
      return [rate(low.id), rate(high.id)];
    });
    return {
      held: exceeds(l, h),
      numbers: `${learner}: transfer rate ${threeDigits(l)} of low against ${threeDigits(h)} of high complexity (${agreeing})`,
    };
  });
  return claim("E3", "within each family the surrogate of low complexity transfers better", checks, noFamilies);
}

function variabilityOfHigh(evidence: Evidence, epsilon: number): Claim {
  const { V } = evidence;
  const text = "within each family V is larger at high complexity, and goes with a lower transfer rate";
  const checks = familiesOf(evidence.models, "surrogate").flatMap(({ learner, high, low }) => {
    const [h, l] = [V.get(high.id), V.get(low.id)];
    if (h === undefined || l === undefined) return [];
    const [H, L] = [high, low].map(({ id }) => transferRate(evidence, id, epsilon));
    return [
      {
        held: exceeds(h, l) && exceeds(L, H),
        numbers: `${learner}: V ${threeDigits(h)} and transfer rate ${threeDigits(H)} of high, ${threeDigits(l)} and ${threeDigits(L)} of low complexity`,
      },
    ];
  });
  const all = evidence.surrogates.flatMap((id) =>
    V.has(id) ? [[V.get(id)!, transferRate(evidence, id, epsilon)]] : [],
  );
  const tau = kendall(tied(all.map(([v]) => v)), tied(all.map(([, rate]) => rate)));
  const result = claim("E4", text, checks, "V is undefined or was not asked for");
  return tau && checks.length > 0
    ? {
        ...result,
        numbers: [
          ...result.numbers,
          `across all ${tau.n} surrogates: Kendall ${threeDigits(tau.statistic)}, p ${threeDigits(tau.p)}`,
        ],
      }
    : result;
}

function alignmentPredicts(evidence: Evidence, epsilon: number): Claim {
  const { epsilons } = evidence.study.attack;
  const wanted = [`rho at epsilon ${Math.max(...epsilons)}`, `black/white ratio at epsilon ${epsilon}`];
  const checks = wanted.flatMap((y) => {
    const found = evidence.correlations.correlations.filter((each) => each.y === y && each.coefficient !== "spearman");
    if (found.length === 0) return [];
    const numbers = found.map(
      ({ coefficient, statistic, n, holmP, permutationP, permutations }) =>
        `${coefficient} ${statistic.toFixed(3)}, n ${n}, Holm p ${threeDigits(holmP)}, Mantel p ${permutationPText(permutationP, permutations)}`,
    );
    const held = found.every(
      ({ statistic, holmP, holmPermutationP }) => statistic > 0 && holmP < 0.05 && holmPermutationP < 0.05,
    );
    return [{ held, numbers: `R against ${y}: ${numbers.join("; ")}` }];
  });
  return claim(
    "E5",
    "R correlates with rho and with the black/white ratio (Holm-adjusted p below .05, both kinds)",
    checks,
    "no correlation is defined",
  );
}

/** The largest loss of transfer rate that "lose little" allows. */
const LITTLE = 0.05;

function fewerRows(evidence: Evidence, epsilon: number): Claim {
  const { study } = evidence;
  const checks = study.surrogates.flatMap((choice) => {
    const { fraction, name: _, ...rest } = choice;
    if (fraction === undefined) return [];
    const same = study.surrogates.find((each) => each.fraction === undefined && nameOf(each) === nameOf({ ...rest }));
    if (!same) return [];
    const [few, all] = [choice, same].map((each) => transferRate(evidence, surrogateId(nameOf(each)), epsilon));
    const isLow = nameOf(same).endsWith("_L");
    const numbers = `${nameOf(same)}: transfer rate ${threeDigits(few)} on ${threeDigits(100 * fraction)} % of the rows, ${threeDigits(all)} on all`;
    return [{ held: !isLow || !exceeds(all, few + LITTLE), numbers }];
  });
  return claim(
    "E6",
    `on a part of the rows surrogates of low complexity lose at most ${LITTLE} of transfer rate`,
    checks,
    "no surrogate has a fraction",
  );
}

const linear = ["svm-linear", "logistic", "ridge"];

function orderOfErrors(evidence: Evidence, epsilon: number): Claim {
  const errors = evidence.models.flatMap(({ id, role, learner, complexity }) => {
    const error = role === "target" ? whiteBox(evidence, id, epsilon) : undefined;
    return error === undefined || learner === undefined ? [] : [{ id, learner, complexity, error }];
  });
  const linearHigh = errors.filter(({ learner, complexity }) => linear.includes(learner) && complexity === "high");
  const smooth = errors.filter(({ learner }) => learner === "svm-rbf" || learner === "mlp");
  const list = (models: typeof errors) => models.map(({ id, error }) => `${threeDigits(error)} of ${id}`).join(", ");
  const text =
    "white-box errors of svm-rbf and mlp lie below those of the linear models of high complexity; ridge_H is highest";
  if (linearHigh.length === 0 || smooth.length === 0)
    return claim("E7", text, [], "linear models of high complexity and svm-rbf or mlp are needed");
  const highest = errors.reduce((most, each) => (each.error > most.error ? each : most));
  const below = exceeds(
    Math.min(...linearHigh.map(({ error }) => error)),
    Math.max(...smooth.map(({ error }) => error)),
  );
  return claim(
    "E7",
    text,
    [
      { held: below, numbers: `${list(smooth)}; linear: ${list(linearHigh)}` },
      ...(linearHigh.some(({ learner }) => learner === "ridge")
        ? [
            {
              held: highest.learner === "ridge" && highest.complexity === "high",
              numbers: `the highest is ${list([highest])}`,
            },
          ]
        : []),
    ],
    "",
  );
}

function minimumBudget(evidence: Evidence): Claim {
  const checks = familiesOf(evidence.models, "target").flatMap(({ learner, high, low }) => {
    const [h, l] = [high, low].map(({ id }) => medianBudget(evidence.curves.filter(({ target }) => target === id)));
    if (h === undefined || l === undefined) return [];
    return [
      {
        held: exceeds(l, h),
        numbers: `${learner}: ${threeDigits(l)} of low against ${threeDigits(h)} of high complexity`,
      },
    ];
  });
  return claim(
    "E8",
    "within each family half of the points err from a larger budget on at low complexity",
    checks,
    "no two models of a family have a white-box curve (attack.curve) that reaches one half",
  );
}

/** The budget at which a curve in ascending order reaches one half: the median of the points' smallest budgets. */
function medianBudget(curve: Evidence["curves"]): number | undefined {
  const after = curve.findIndex(({ error }) => error >= 0.5);
  if (after < 1) return undefined;
  const [a, b] = [curve[after - 1], curve[after]];
  return a.epsilon + ((b.epsilon - a.epsilon) * (0.5 - a.error)) / (b.error - a.error);
}

/** A forest that errs on this much more of the points under attack than without counts as broken. */
const BROKEN = 0.25;

function forestsBreak(evidence: Evidence, epsilon: number): Claim {
  const forests = evidence.models.filter(isForest);
  const isOfMany = evidence.study.attack.norm !== "l1";
  const checks = (isOfMany ? forests : []).map(({ id, cleanError }) => {
    const increases = evidence.cells.filter((cell) => cell.target === id && cell.epsilon === epsilon);
    const errors = increases.map(({ error }) => error);
    const [low, high] = [Math.min(...errors), Math.max(...errors)];
    return {
      held: increases.every(({ netIncrease }) => !exceeds(BROKEN, netIncrease)),
      numbers: `${id}: error under attack ${threeDigits(low)} to ${threeDigits(high)} over ${errors.length} surrogates, clean ${threeDigits(cleanError)}`,
    };
  });
  return claim(
    "E9",
    `forests err on at least ${BROKEN} more of the points, whatever the surrogate`,
    checks,
    isOfMany ? "no forest is among the targets" : "an attack in L1 changes few features",
  );
}

function forestsResistFewChanges({ cells, models, study }: Evidence, epsilon: number): Claim {
  const increase = (ids: readonly string[]) =>
    mean(
      cells
        .filter(
          (cell) => ids.includes(cell.target) && cell.epsilon === epsilon && cell.surrogate.startsWith("surrogate/"),
        )
        .map(({ netIncrease }) => netIncrease),
    );
  const targets = models.filter(({ role }) => role === "target");
  const forests = increase(targets.filter(isForest).map(({ id }) => id));
  const others = increase(targets.filter((model) => !isForest(model)).map(({ id }) => id));
  const isTested = study.attack.norm === "l1" && forests !== undefined && others !== undefined;
  return claim(
    "E10",
    "under L1 attacks, which change few features, forests lose less than the other targets",
    isTested
      ? [
          {
            held: exceeds(others, forests),
            numbers: `errors rise by ${threeDigits(forests)} on forests, by ${threeDigits(others)} on the others, means over surrogates`,
          },
        ]
      : [],
    "needs an attack in L1, and forests and others among the targets",
  );
}

const isForest = ({ role, learner }: MeanModel) => role === "target" && learner === "forest";

function whiteBox({ cells }: Evidence, id: string, epsilon: number): number | undefined {
  return cells.find((cell) => cell.surrogate === id && cell.target === id && cell.epsilon === epsilon)?.error;
}

function transferRate({ transferRates }: Evidence, surrogate: string, epsilon: number): number {
  return transferRates.find((each) => each.surrogate === surrogate && each.epsilon === epsilon)!.rate;
}

/** In how many repetitions the first number exceeds the second. */
function overRepetitions(
  { repetitions }: Evidence,
  pair: (each: Evidence["repetitions"][number]) => readonly [number, number],
): string {
  return countGreater(repetitions.map(pair));
}
