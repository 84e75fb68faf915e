// Findings and surrogate advice from mean cells: the same for an audit and a study.

import { stream } from "../random.ts";
import { type Candidate, rankingAgreement, surrogateAdvice } from "../transfer/advice.ts";
import { type Finding, type PairFacts, pairFinding, targetFinding } from "../transfer/finding.ts";
import { gainName } from "./goal.ts";
import type { MeanCell, MeanModel } from "./repetitionMeans.ts";
import type { TargetAdvice } from "./result.ts";

/** What the metrics mean, in sentences that follow from rules. */
export interface Findings {
  /** One for each surrogate, target and budget, white-box attacks left out. */
  readonly findings: readonly Finding[];
  /** One for each target and budget. */
  readonly targetFindings: readonly Finding[];
  /** One for each target that anything is known of before an attack. */
  readonly advice: readonly TargetAdvice[];
}

interface Asked {
  readonly epsilons: readonly number[];
  readonly seed: number;
  /** The class that points should end in; any wrong one where absent. */
  readonly targetClass?: string | undefined;
}

/** What limits each attack on the given targets, and which surrogate would have been advised. */
export function findingsOf(
  models: readonly MeanModel[],
  cells: readonly MeanCell[],
  targets: readonly string[],
  variability: ReadonlyMap<string, number>,
  { epsilons, seed, targetClass }: Asked,
): Findings {
  const byId = new Map(models.map((model) => [model.id, model]));
  const findings: Finding[] = [];
  const targetFindings: Finding[] = [];
  for (const target of targets) {
    for (const epsilon of epsilons) {
      const facts = cells
        .filter((cell) => cell.target === target && cell.budget === epsilon && cell.surrogate !== target)
        .map((cell) => factsOf(cell, byId, variability, targetClass));
      const found = facts.map(pairFinding);
      findings.push(...found);
      const whole = targetFinding(found, facts);
      if (whole) targetFindings.push(whole);
    }
  }
  const advice = targets.flatMap((target) => adviceOf(target, cells, byId, variability, Math.min(...epsilons), seed));
  return { findings, targetFindings, advice };
}

function factsOf(
  cell: MeanCell,
  models: ReadonlyMap<string, MeanModel>,
  variability: ReadonlyMap<string, number>,
  targetClass: string | undefined,
): PairFacts {
  const {
    surrogate,
    budget: epsilon,
    netIncrease,
    netInterval,
    whiteBoxIncrease,
    whiteBoxInterval,
    alignment,
    decomposition,
  } = cell;
  const V = variability.get(surrogate);
  const target = models.get(cell.target)!;
  const names = { surrogate: models.get(surrogate)?.name ?? surrogate, target: target.name ?? cell.target };
  return {
    surrogate,
    target: cell.target,
    names,
    epsilon,
    gain: gainName(targetClass),
    ...(targetClass !== undefined && { isOfOtherLoss: true }),
    netIncrease,
    netInterval,
    ...(whiteBoxInterval && { whiteBoxInterval }),
    ...(whiteBoxIncrease !== undefined && { whiteBoxIncrease }),
    ...(alignment !== undefined && { alignment }),
    ...(V !== undefined && { variability: V }),
    ...(decomposition && { decomposition }),
    ...(target.noGradients !== undefined && { noGradients: briefly(target.noGradients) }),
  };
}

/** The ranking of surrogates for a target, compared with what was observed at the smallest budget. */
function adviceOf(
  target: string,
  cells: readonly MeanCell[],
  models: ReadonlyMap<string, MeanModel>,
  variability: ReadonlyMap<string, number>,
  epsilon: number,
  seed: number,
): TargetAdvice[] {
  const own = cells.filter((cell) => cell.target === target && cell.surrogate !== target && cell.budget === epsilon);
  const advice = surrogateAdvice(own.map((cell) => candidateOf(cell, models, variability)));
  if (!advice) return [];
  // Of one target they are in the order of what was reached.
  const increases = new Map(own.map(({ surrogate, netIncrease }) => [surrogate, netIncrease]));
  const agreement = rankingAgreement(
    advice.ranking.map(({ score }) => score),
    advice.ranking.map(({ surrogate }) => increases.get(surrogate)!),
    stream(seed, "advice", target),
  );
  return [{ target, epsilon, ...advice, ...(agreement && { agreement }) }];
}

function candidateOf(
  { surrogate, alignment, linearised, marginCorrelation, labelAgreement }: MeanCell,
  models: ReadonlyMap<string, MeanModel>,
  variability: ReadonlyMap<string, number>,
): Candidate {
  const facts = {
    alignment,
    linearised,
    marginCorrelation,
    labelAgreement,
    variability: variability.get(surrogate),
    size: models.get(surrogate)?.size,
  };
  return { surrogate, ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) };
}

/** The advice in a sentence, in which models are called what they are named. */
export function adviceSentence(
  { target: id, ranking, used, agreement, epsilon }: TargetAdvice,
  nameOf: (id: string) => string = (own) => own,
): string {
  const target = nameOf(id);
  const how = `ranked by ${used.map((name) => words[name]).join(", ")}`;
  if (ranking.length > 1 && ranking.every(({ score }) => score === ranking[0].score)) {
    return `Before any attack, no surrogate for ${target} is more promising than another (${how}).`;
  }
  const names = ranking.slice(0, 3).map(({ surrogate }) => nameOf(surrogate));
  const lead = `Before any attack, the most promising surrogates for ${target} are ${names.join(", ")} (${how})`;
  if (!agreement) {
    return `${lead}; whether that agrees with what was observed cannot be said of so few different surrogates.`;
  }
  const { kendall, n } = agreement;
  const verdict =
    kendall.low > 0
      ? "the ranking agrees with"
      : kendall.high < 0
        ? "the ranking is contrary to"
        : "the ranking cannot be told to agree or disagree with";
  const numbers =
    `Kendall tau ${kendall.estimate.toFixed(2)}, ${kendall.low.toFixed(2)} to ${kendall.high.toFixed(2)}, ${n} ` +
    "surrogates";
  return `${lead}; ${verdict} what was observed at epsilon ${epsilon} (${numbers}).`;
}

const words = {
  linearised: "R and S of the target",
  alignment: "R",
  variability: "V",
  marginCorrelation: "correlation of margins",
  labelAgreement: "agreement of labels",
} as const;

/** The reason without what is expected instead, which lists every operator that has a rule. */
export function briefly(reason: string): string {
  return reason.split(": expected")[0];
}
