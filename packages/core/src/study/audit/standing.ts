// How surrogates stand on the target: what their points did to it, compared on the same points.

import { newcombePaired } from "../../stats/newcombe.ts";
import type { Interval } from "../../stats/sample.ts";
import { signTest } from "../../stats/signTest.ts";
import { wilson } from "../../stats/wilson.ts";

/** Points crafted on one model with one budget, as the target labels them; all arrays are of the same N points. */
export interface Judged {
  /** The model that they were crafted on; the target itself for the white-box attack. */
  readonly surrogate: string;
  readonly epsilon: number;
  readonly labels: Int32Array;
  readonly cleanLabels: Int32Array;
  readonly attackedLabels: Int32Array;
}

/** What one surrogate's points did to the target. */
export interface Standing {
  readonly surrogate: string;
  /** Error under attack at each budget, ascending in the order of the question. */
  readonly errors: readonly Interval[];
  /** The mean of them over budgets. */
  readonly mean: number;
  /** Whether single points tell it from the first of the ranking. */
  readonly isBehind: boolean;
}

export interface Standings {
  /** The surrogate that misleads the target most, over all budgets, first. */
  readonly ranking: readonly Standing[];
  /** Error of the white-box attack at each budget; absent where there is none. */
  readonly white?: readonly Interval[];
  /** Whether any attack, the white-box one included, changed any label. */
  readonly changes: boolean;
  /** Whether some surrogate raises the error at some budget by more than chance. */
  readonly rises: boolean;
  /** Where points of a surrogate mislead the target clearly more often than white-box ones: the clearest such case. */
  readonly masked?: {
    readonly surrogate: string;
    readonly epsilon: number;
    readonly error: number;
    readonly white: number;
  };
}

/** Transfer is clearly stronger than the white-box attack where it errs on this much more of the points, beyond chance. */
export const MASKED = 0.05;

/**
 * Ranks surrogates by the errors of the target under their points.
 *
 * The strongest of many is chosen on the points that it is measured on. Its numbers therefore stand with intervals that
 * hold at 95 % for all K surrogates and B budgets at once (Wilson's and Newcombe's at level 1 - 0.05 / (K B)), and it is
 * told from another by the sign test over points of the number of budgets at which they err, p times the K (K - 1) / 2
 * pairs below .05.
 */
export function standingsOf(target: string, all: readonly Judged[], epsilons: readonly number[]): Standings {
  const of = (surrogate: string) =>
    epsilons.map((epsilon) => all.find((each) => each.surrogate === surrogate && each.epsilon === epsilon)!);
  const ids = [...new Set(all.map(({ surrogate }) => surrogate))];
  const surrogates = ids.filter((id) => id !== target);
  const level = 1 - 0.05 / Math.max(1, surrogates.length * epsilons.length);
  const pairs = (surrogates.length * (surrogates.length - 1)) / 2;
  const errorsOf = (id: string) => of(id).map((each) => errorOf(each, level));
  const sums = new Map(surrogates.map((id) => [id, errorsByPoint(of(id))]));
  const total = (id: string) => sums.get(id)!.reduce((sum, errors) => sum + errors, 0);
  const [first, ...rest] = surrogates.toSorted((a, b) => total(b) - total(a));
  const isBehind = (id: string) => {
    const test = signTest(sums.get(first)!.map((errors, i) => errors - sums.get(id)![i]));
    return test !== undefined && pairs * test.p < 0.05;
  };
  const standing = (id: string): Standing => {
    const errors = errorsOf(id);
    const mean = total(id) / (epsilons.length * all[0].labels.length);
    return { surrogate: id, errors, mean, isBehind: id !== first && isBehind(id) };
  };
  const crafted = surrogates.flatMap(of);
  const hasWhite = ids.includes(target);
  const masked = hasWhite ? clearlyStronger(crafted, of(target), epsilons, level) : undefined;
  return {
    ranking: first === undefined ? [] : [first, ...rest].map(standing),
    ...(hasWhite && { white: errorsOf(target) }),
    changes: all.some(({ cleanLabels, attackedLabels }) => attackedLabels.some((label, i) => label !== cleanLabels[i])),
    rises: crafted.some(
      (each) => difference(wrongIn(each), wrongIn({ ...each, attackedLabels: each.cleanLabels }), level).low > 0,
    ),
    ...(masked && { masked }),
  };
}

function clearlyStronger(
  crafted: readonly Judged[],
  white: readonly Judged[],
  epsilons: readonly number[],
  level: number,
): Standings["masked"] {
  const cases = crafted.map((each) => {
    const own = white[epsilons.indexOf(each.epsilon)];
    return { each, own, low: difference(wrongIn(each), wrongIn(own), level).low };
  });
  const clearest = cases.reduce<(typeof cases)[number] | undefined>(
    (most, next) => (most === undefined || next.low > most.low ? next : most),
    undefined,
  );
  if (clearest === undefined || clearest.low <= MASKED) return undefined;
  const { each, own } = clearest;
  const error = (judged: Judged) => errorOf(judged, level).estimate;
  return { surrogate: each.surrogate, epsilon: each.epsilon, error: error(each), white: error(own) };
}

const wrongIn = ({ labels, attackedLabels }: Judged): boolean[] =>
  Array.from(labels, (label, i) => attackedLabels[i] !== label);

function errorOf(judged: Judged, level: number): Interval {
  const wrong = wrongIn(judged);
  return wilson(wrong.filter(Boolean).length, wrong.length, level)!;
}

/** At how many budgets each point errs. */
function errorsByPoint(budgets: readonly Judged[]): Int32Array {
  return Int32Array.from(budgets[0].labels, (label, i) =>
    budgets.reduce((sum, { attackedLabels }) => sum + (attackedLabels[i] === label ? 0 : 1), 0),
  );
}

/** The share of points that err in the first case less that in the second. */
function difference(first: readonly boolean[], second: readonly boolean[], level: number): Interval {
  const count = (a: boolean, b: boolean) => first.filter((is, i) => is === a && second[i] === b).length;
  const counts = {
    both: count(true, true),
    onlyFirst: count(true, false),
    onlySecond: count(false, true),
    neither: count(false, false),
  };
  return newcombePaired(counts, level)!;
}
