// The answer of an audit in plain sentences: fixed rules on intervals; docs/method.md states them.

import { apart, counted, list, percentage, percentages, percentRange, withRange } from "../../numbers.ts";
import type { Norm } from "../../threat/norm.ts";
import { errs, reachedWithout, toErr } from "../goal.ts";
import type { AuditModel, AuditPair } from "../result.ts";
import { ENSEMBLE } from "./attackers.ts";
import type { Shortfall } from "./shortfall.ts";
import type { Standing, Standings } from "./standing.ts";

/** What the answer of an audit is made of. */
interface Answered {
  readonly target: AuditModel;
  readonly standings: Standings;
  /** R of surrogates with the target. */
  readonly pairs: readonly AuditPair[];
  readonly norm: Norm;
  readonly epsilons: readonly number[];
  /** The class of all attacked points, where they are of one. */
  readonly onlyClass?: string;
  /** The class that points are to end in; any wrong one where absent. */
  readonly targetClass?: string;
  readonly shortfall?: Shortfall;
}

/** Below this R the gradients of a surrogate are not said to point along the target's. */
const ALIGNED = 0.1;

/**
 * What the numbers do not show comes first; then how much of the target falls at which budget, which surrogate does it
 * best, and why. Nothing is called best, highest or stronger where intervals do not tell it from others.
 */
export function answerOf(answered: Answered): string[] {
  const { standings, shortfall } = answered;
  const showsNothing = shortfall?.shows === "nothing";
  const sentences = [
    shortfall?.shows && shortfall.sentence,
    oneClass(answered),
    sentToClass(answered),
    ...(standings.ranking.length === 0
      ? ["No surrogate could be attacked, so nothing is known of the transfer to this model."]
      : !standings.changes
        ? [nothingChanges(answered)]
        : [
            masked(answered),
            strongestTried(answered),
            errorsUnderAttack(answered),
            intervalsOfErrors(answered),
            noneStronger(answered),
            !showsNothing && whichIsBest(answered),
            !showsNothing && whyBest(answered),
          ]),
    flatLoss(answered),
    shortfall && !shortfall.shows && shortfall.sentence,
  ];
  return sentences.filter((sentence): sentence is string => typeof sentence === "string");
}

function oneClass({ onlyClass, target }: Answered): string | false {
  return (
    onlyClass !== undefined &&
    `All ${target.cleanError.n} attacked points are of class "${onlyClass}": of points of other classes nothing ` +
      "is known."
  );
}

function sentToClass({ targetClass }: Answered): string | false {
  return (
    targetClass !== undefined &&
    `Points of other classes are to end in class "${targetClass}"; its own are left out, and other wrong ` +
      "classes do not count."
  );
}

function nothingChanges({ target, standings }: Answered): string {
  const { n, estimate } = target.cleanError;
  const without = standings.white ? ", of the white-box one neither" : "";
  return (
    `No attack of any surrogate${without} changed what the target says of any of the ${n} points; it errs on ` +
    `${percentage(estimate)} of them with and without. A model that always gives the same answer looks like this ` +
    "too: that nothing transfers is a finding only where the target can tell the classes apart."
  );
}

function masked({ standings, targetClass }: Answered): string | false {
  if (!standings.masked) return false;
  const { epsilon, error, white } = standings.masked;
  return (
    `The target's gradients are masked: transfer is stronger than the white-box attack. At ε = ${epsilon} points ` +
    `crafted on ${onWhat(standings.masked)} make it ${toErr(percentage(error), targetClass)}, those crafted on the ` +
    `model itself make it ${toErr(percentage(white), targetClass)}. So white-box numbers are no bound of what an ` +
    "attacker achieves here, and S and R, which are made of these gradients, explain little."
  );
}

/** "mlp_H", "mlp_H by vmi", "all surrogates together by ensemble". */
function onWhat({ surrogate, attacker }: Pick<Standing, "surrogate" | "attacker">): string {
  const what = surrogate === ENSEMBLE ? "all surrogates together" : surrogate;
  return attacker === undefined ? what : `${what} by ${attacker}`;
}

/** That no further attacker does more than the simplest, where that is so. */
function noneStronger({ standings: { tried } }: Answered): string | false {
  if (tried?.[0].attacker !== undefined || !tried) return false;
  const kinds = new Set(tried.flatMap(({ attacker }) => attacker ?? []));
  return (
    `No other attacker that was tried (${list([...kinds])}) does more than this simplest one, which attacks one ` +
    "surrogate by itself."
  );
}

/**
 * What the strongest attacker that was tried does, where it is not the simplest, and whether points tell it from that.
 */
function strongestTried({ standings, target, norm, epsilons, targetClass }: Answered): string | false {
  const { tried, ranking } = standings;
  if (tried?.[0].attacker === undefined) return false;
  const [best, ...others] = tried;
  const { n, estimate } = reachedWithout(target);
  const reached = percentages(best.errors.map((error) => error.estimate));
  const intervals = list(best.errors.map(({ low, high }) => percentRange(low, high)));
  const lead =
    `The strongest attack of ${tried.length} that were tried, on ${onWhat(best)}, with ${budgetsOf(norm, epsilons)} ` +
    `makes this model ${toErr(`${reached} of ${counted(n, "point")}`, targetClass)}; without attack it ` +
    `${errs(percentage(estimate), targetClass)}. As it was chosen on these points, its 95 % intervals are such that ` +
    `those of all that were tried hold at once: ${intervals} %.`;
  const simplest = others.find(({ attacker }) => attacker === undefined);
  const same = simplest && !simplest.isBehind && ranking.length > 0;
  return same
    ? `${lead} Single points do not tell it from the simplest kind, one surrogate attacked by itself.`
    : `${lead} The simplest kind, one surrogate attacked by itself, does less.`;
}

function errorsUnderAttack({ standings, target, norm, epsilons, targetClass }: Answered): string {
  const [best, ...others] = standings.ranking;
  const { n, estimate } = reachedWithout(target);
  const { tried } = standings;
  const count = others.length + 1;
  const ties = others.filter(({ mean }) => mean === best.mean).length;
  const chosen =
    count === 1
      ? ""
      : ties === 0
        ? `, of ${count} surrogates the strongest on these points`
        : `, of ${count} surrogates one of ${ties + 1} that ` +
          `${ties + 1 === count ? "do the same" : "are the strongest, all alike,"} on these points`;
  const reference = standings.white
    ? ` Crafted on the model itself, they reach ${percentages(standings.white.map(({ estimate }) => estimate))}.`
    : "";
  const chance = standings.rises ? "" : " None of this is more than chance may bring.";
  const reached = percentages(best.errors.map(({ estimate }) => estimate));
  // What stands in the sentence before need not be said again.
  if (tried && tried[0].attacker !== undefined)
    return (
      `Crafted on ${best.surrogate} alone${chosen}, attacks make it ` +
      `${toErr(reached, targetClass)}.${chance}${reference}`
    );
  return (
    `Crafted on ${best.surrogate}${chosen}, attacks with ${budgetsOf(norm, epsilons)} make this model ` +
    `${toErr(`${reached} of ${counted(n, "point")}`, targetClass)}; without attack it ` +
    `${errs(percentage(estimate), targetClass)}.${chance}${reference}`
  );
}

function budgetsOf({ label }: Norm, epsilons: readonly number[]): string {
  const article = /^L/.test(label) ? "an" : "a";
  return epsilons.length === 1
    ? `${article} ${label} budget of ${epsilons[0]}`
    : `${label} budgets of ${list(epsilons.map(String))}`;
}

/** The strongest of many is chosen on the points that it is measured on: intervals must hold for all of them. */
function intervalsOfErrors({ standings }: Answered): string {
  const [{ errors }, ...others] = standings.ranking;
  const intervals = list(errors.map(({ low, high }) => percentRange(low, high)));
  return others.length > 0
    ? "As the strongest was chosen on these points, its 95 % intervals are such that those of all " +
        `${standings.tried ? "that was tried" : "surrogates"} hold at once: ${intervals} %.`
    : `95 % intervals: ${intervals} %.`;
}

/** Which surrogates transfer best, as far as single points tell them apart. */
function whichIsBest({ standings, epsilons }: Answered): string | false {
  const [best, ...others] = standings.ranking;
  if (others.length === 0 || !standings.rises) return false;
  const worst = others[others.length - 1];
  const tied = others.filter(({ isBehind }) => !isBehind);
  const all = `Of ${others.length + 1} surrogates`;
  const onAverage = (standing: Standing) => percentage(standing.mean);
  const over = epsilons.length > 1 ? " on average over the budgets" : "";
  if (tied.length === others.length) {
    return `${all} none can be told to transfer better than another: ${percentRange(worst.mean, best.mean)} %${over}.`;
  }
  const ties =
    tied.length === 0
      ? ""
      : ` ${list(tied.map(({ surrogate }) => surrogate))} cannot be told from it on these points ` +
        `(${list(tied.map(onAverage))}).`;
  const last = worst.isBehind ? `, against ${onAverage(worst)} for ${worst.surrogate}, the least` : "";
  return `${all} ${best.surrogate} transfers best: ${onAverage(best)}${over}${last}.${ties}`;
}

/** Whether alignment explains the best surrogate. */
function whyBest({ standings, pairs, target, targetClass }: Answered): string | false {
  const { ranking, rises } = standings;
  const [{ surrogate: best }, ...others] = ranking;
  if (target.noGradients !== undefined || target.gradientSize === undefined) {
    return "Why points transfer cannot be said: the target gives no gradients to compare with.";
  }
  // R is of the losses of points' own classes, which nobody climbs who sends them to one class.
  if (targetClass !== undefined) return false;
  if (standings.masked || !rises || (others.length > 0 && others.every(({ isBehind }) => !isBehind))) return false;
  const own = pairs.find(({ surrogate }) => surrogate === best)?.alignment;
  if (own === undefined)
    return `Why cannot be said: the loss of the target or of ${best} has no gradient at these points.`;
  const R = `alignment R with the target is ${withRange(own)}`;
  const rivals = pairs.filter(({ surrogate }) => surrogate !== best);
  const highest = rivals.reduce<AuditPair | undefined>(
    (most, each) => (most && most.alignment.estimate >= each.alignment.estimate ? most : each),
    undefined,
  );
  if (highest === undefined) return `Its ${R}.`;
  const other = highest.alignment;
  if (other.low > own.high) {
    const [ours, theirs] = apart(own.estimate, other.estimate);
    return (
      "Alignment alone does not explain it: its R with the target is " +
      `${ours}, below the ${theirs} of ${highest.surrogate}.`
    );
  }
  if (own.low <= 0 || own.estimate < ALIGNED) {
    return `Its gradients hardly point along the target's: its ${R}, and no other surrogate's is clearly higher.`;
  }
  if (own.low > other.high) {
    return `Its gradients point most nearly along the target's: its ${R}, the highest of all.`;
  }
  const [ours, theirs] = apart(own.estimate, other.estimate);
  return (
    `Alignment does not set it apart: its R with the target is ${ours}, that of ${highest.surrogate} ${theirs}, ` +
    "and their intervals overlap."
  );
}

/** Of a target that is so sure of most points that its loss does not slope there. */
function flatLoss({ target }: Answered): string | false {
  const { flat } = target;
  if (!flat || 2 * flat.count <= flat.n) return false;
  return flat.count === flat.n
    ? "The gradient of the target's loss is exactly zero at all points, so that there is no R and S is 0: its " +
        "scores are saturated, or do not depend on the input."
    : `The gradient of the target's loss is exactly zero at ${flat.count} of ${flat.n} points, where its scores ` +
        `are saturated or do not depend on the input: R is that of the other ${flat.n - flat.count}.`;
}
