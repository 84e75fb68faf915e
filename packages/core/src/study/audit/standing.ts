// How surrogates stand on the target: what their points did to it, compared on the same points.

import { newcombePaired, pairedCounts } from "../../stats/newcombe.ts";
import type { Interval } from "../../stats/sample.ts";
import { signTest } from "../../stats/signTest.ts";
import { wilson } from "../../stats/wilson.ts";
import { reachedIn } from "../goal.ts";

/** Points crafted on one model with one budget, as the target labels them; all arrays are of the same N points. */
export interface Judged {
  /** The model that they were crafted on; the target itself for the white-box attack. */
  readonly surrogate: string;
  /** Who crafted; absent where it is the strongest attack on one surrogate by itself, the simplest attacker. */
  readonly attacker?: string;
  readonly epsilon: number;
  readonly labels: Int32Array;
  readonly cleanLabels: Int32Array;
  readonly attackedLabels: Int32Array;
  /** The class that points are to end in; any wrong one where absent. */
  readonly wanted?: number;
}

/** What one surrogate's points did to the target. */
export interface Standing {
  readonly surrogate: string;
  readonly attacker?: string;
  /**
   * Error under attack, or the share that ends in the class that is wanted, at each budget, ascending in the order of
   * the question.
   */
  readonly errors: readonly Interval[];
  /** The mean of them over budgets. */
  readonly mean: number;
  /** Whether single points tell it from the first of the ranking. */
  readonly isBehind: boolean;
}

export interface Standings {
  /** Of the simplest attacker: the surrogate that misleads the target most, over all budgets, first. */
  readonly ranking: readonly Standing[];
  /** The same of all attackers that were tried, the simplest included; absent where there was none beside it. */
  readonly tried?: readonly Standing[];
  /** Error of the white-box attack at each budget; absent where there is none. */
  readonly white?: readonly Interval[];
  /** Whether any attack, the white-box one included, changed any label. */
  readonly changes: boolean;
  /** Whether some surrogate raises the error at some budget by more than chance. */
  readonly rises: boolean;
  /** Where points of a surrogate mislead the target clearly more often than white-box ones: the clearest such case. */
  readonly masked?: {
    readonly surrogate: string;
    readonly attacker?: string;
    readonly epsilon: number;
    readonly error: number;
    readonly white: number;
  };
}

/**
 * Transfer is clearly stronger than the white-box attack where it errs on this much more of the points, beyond chance.
 */
const MASKED = 0.05;

/**
 * Ranks surrogates, and attackers, by the errors of the target under their points.
 *
 * The strongest of many is chosen on the points that it is measured on. Its numbers therefore stand with intervals that
 * hold at 95 % for all K kinds of points, whoever crafted them on whatever, and B budgets at once (Wilson's and
 * Newcombe's at level 1 - 0.05 / (K B)), and it is told from another by the sign test over points of the number of
 * budgets at which they err, p times the number of pairs that are ranked below .05.
 */
export function standingsOf(target: string, all: readonly Judged[], epsilons: readonly number[]): Standings {
  const kinds = new Map<string, Judged[]>();
  for (const each of all) {
    const name = JSON.stringify([each.surrogate, each.attacker ?? null]);
    kinds.set(name, [...(kinds.get(name) ?? []), each]);
  }
  const sources = [...kinds.values()].map((own) => sourceOf(own, epsilons));
  const white = sources.find(({ surrogate }) => surrogate === target);
  const tried = sources.filter((each) => each !== white);
  const alone = tried.filter(({ attacker }) => attacker === undefined);
  const level = 1 - 0.05 / Math.max(1, tried.length * epsilons.length);
  const crafted = tried.flatMap(({ budgets }) => budgets);
  const masked = white ? clearlyStronger(crafted, white.budgets, epsilons, level) : undefined;
  return {
    ranking: ranked(alone, level),
    ...(alone.length < tried.length && { tried: ranked(tried, level) }),
    ...(white && { white: white.budgets.map((each) => errorOf(each, level)) }),
    changes: all.some(({ cleanLabels, attackedLabels }) => attackedLabels.some((label, i) => label !== cleanLabels[i])),
    rises: crafted.some(
      (each) => difference(misledIn(each), misledIn({ ...each, attackedLabels: each.cleanLabels }), level).low > 0,
    ),
    ...(masked && { masked }),
  };
}

/** Points of one kind: crafted on one model or several by one attacker. */
interface Source extends Pick<Judged, "surrogate" | "attacker"> {
  /** In the order of the budgets. */
  readonly budgets: readonly Judged[];
  /** At how many budgets each point errs, and the sum. */
  readonly errors: Int32Array;
  readonly total: number;
}

function sourceOf(own: readonly Judged[], epsilons: readonly number[]): Source {
  const [{ surrogate, attacker }] = own;
  const budgets = epsilons.map((epsilon) => own.find((each) => each.epsilon === epsilon)!);
  const errors = errorsByPoint(budgets);
  const total = errors.reduce((sum, count) => sum + count, 0);
  return { surrogate, ...(attacker !== undefined && { attacker }), budgets, errors, total };
}

/** The strongest first. */
function ranked(sources: readonly Source[], level: number): Standing[] {
  const order = sources.toSorted((a, b) => b.total - a.total);
  const pairs = (order.length * (order.length - 1)) / 2;
  return order.map((each, place): Standing => {
    const { surrogate, attacker, budgets, errors, total } = each;
    const test = signTest(order[0].errors.map((count, i) => count - errors[i]));
    return {
      surrogate,
      ...(attacker !== undefined && { attacker }),
      errors: budgets.map((budget) => errorOf(budget, level)),
      mean: total / (budgets.length * errors.length),
      isBehind: place > 0 && test !== undefined && pairs * test.p < 0.05,
    };
  });
}

function clearlyStronger(
  crafted: readonly Judged[],
  white: readonly Judged[],
  epsilons: readonly number[],
  level: number,
): Standings["masked"] {
  const cases = crafted.map((each) => {
    const own = white[epsilons.indexOf(each.epsilon)];
    return { each, own, low: difference(misledIn(each), misledIn(own), level).low };
  });
  const clearest = cases.reduce<(typeof cases)[number] | undefined>(
    (most, next) => (most === undefined || next.low > most.low ? next : most),
    undefined,
  );
  if (clearest === undefined || clearest.low <= MASKED) return undefined;
  const { each, own } = clearest;
  const error = (judged: Judged) => errorOf(judged, level).estimate;
  const { surrogate, attacker, epsilon } = each;
  return { surrogate, ...(attacker !== undefined && { attacker }), epsilon, error: error(each), white: error(own) };
}

/** For each point, 1 where the attack got what it is after (`reachedIn`). */
export const misledIn = ({ labels, attackedLabels, wanted }: Omit<Judged, "surrogate" | "epsilon" | "cleanLabels">) =>
  reachedIn(labels, attackedLabels, wanted);

function errorOf(judged: Judged, level: number): Interval {
  const misled = misledIn(judged);
  return wilson(misled.filter(Boolean).length, misled.length, level)!;
}

/** At how many budgets each point errs. */
function errorsByPoint(budgets: readonly Judged[]): Int32Array {
  const misled = budgets.map(misledIn);
  return Int32Array.from(budgets[0].labels, (_, i) => misled.reduce((sum, each) => sum + each[i], 0));
}

/** The share of points that err in the first case less that in the second. */
const difference = (first: Uint8Array, second: Uint8Array, level: number): Interval =>
  newcombePaired(pairedCounts(first, second), level)!;
