// The knee of a complexity sweep: where regularisation has bought most of its smoothness, told in words.

import { exceeds } from "../stats/ties.ts";

/** One value of the swept option. */
export interface SweepPoint {
  readonly value: number;
  readonly cleanError: number;
  readonly errorUnderAttack: number;
  /** Input-gradient size S; absent for a model without gradients. */
  readonly size?: number;
  /** Loss variability V; absent for fewer than two training sets. */
  readonly variability?: number;
}

/** The value at which a swept option has bought most of its smoothness, and at what price. */
export interface Knee {
  /** The most complex model of the sweep, with which the knee is compared: that of largest S. */
  readonly from: SweepPoint;
  readonly at: SweepPoint;
  readonly sentence: string;
}

/**
 * The knee: of the values at which S is at most half of the largest S in the sweep, the one of lowest clean error, of
 * equals the one of lowest error under attack. `undefined` where S is unknown; where no value halves S, the sentence
 * says how far S came down, at the value of smallest S.
 */
export function kneeOf(option: string, sweep: readonly SweepPoint[]): Knee | undefined {
  // A model without any gradient has collapsed to a constant: that is no price, it is no model.
  const known = sweep.filter((point): point is SweepPoint & { size: number } => (point.size ?? 0) > 0);
  if (known.length < 2) return undefined;
  const from = known.reduce((most, each) => (each.size > most.size ? each : most));
  const halved = known.filter(({ size }) => size <= from.size / 2);
  const isCheaper = (a: SweepPoint, b: SweepPoint) =>
    exceeds(b.cleanError, a.cleanError) ||
    (!exceeds(a.cleanError, b.cleanError) && exceeds(b.errorUnderAttack, a.errorUnderAttack));
  const at =
    halved.length > 0
      ? halved.reduce((best, each) => (isCheaper(each, best) ? each : best))
      : known.reduce((least, each) => (each.size < least.size ? each : least));
  const share = at.size / from.size;
  const does =
    halved.length === 0
      ? share === 1
        ? "leaves S as it is"
        : `brings S down to ${(100 * share).toFixed(0)} % and no value halves it,`
      : share > 0.4
        ? "halves S"
        : `divides S by ${Number((1 / share).toPrecision(2))}`;
  const cost = 100 * (at.cleanError - from.cleanError);
  const digits = Math.abs(cost) < 0.1 ? 2 : 1;
  const price = exceeds(at.cleanError, from.cleanError)
    ? `at a cost of ${cost.toFixed(digits)} points of clean error`
    : exceeds(from.cleanError, at.cleanError)
      ? `and clean error falls by ${(-cost).toFixed(digits)} points`
      : "and clean error stays as it is";
  const attack =
    `error under attack goes from ${(100 * from.errorUnderAttack).toFixed(1)} to ` +
    `${(100 * at.errorUnderAttack).toFixed(1)} %`;
  return { from, at, sentence: `${option} ${at.value} ${does} ${price}, compared with ${from.value}; ${attack}.` };
}
