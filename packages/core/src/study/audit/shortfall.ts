// How far surrogates fall short of the target without any attack: what fails to transfer from a model that has learned
// nothing says nothing of transfer.

import { agreementOf } from "../../models/chance.ts";
import { percentage, percentRange } from "../../numbers.ts";
import { newcombePaired } from "../../stats/newcombe.ts";
import type { Interval } from "../../stats/sample.ts";

export interface Shortfall {
  /**
   * What the audit still shows of transfer: "nothing" where no surrogate can be told from chance; a "lower bound" where
   * those that can are all clearly worse than the target. Absent where at least one surrogate stands beside it.
   */
  readonly shows?: "nothing" | "lower bound";
  /** Ids of the surrogates that cannot be told from chance. */
  readonly atChance: readonly string[];
  /** The same in words. */
  readonly sentence: string;
}

/** A surrogate is clearly worse where the 95 % interval of its error less the target's lies above this. */
const CLEARLY_WORSE = 0.1;

/**
 * Compares what models say of the same N clean points; `undefined` where all surrogates can be told from chance and one
 * of them at least is not clearly worse than the target.
 *
 * Chance is agreement of independent labels (95 % Wilson interval); errors of two models on the same points are
 * compared by Newcombe's paired interval.
 */
export function shortfallOf(
  labels: Int32Array,
  target: Int32Array,
  surrogates: ReadonlyMap<string, Int32Array>,
): Shortfall | undefined {
  const n = labels.length;
  const all = [...surrogates].map(([id, predicted]) => ({ id, ...agreementOf(predicted, labels), predicted }));
  if (all.length === 0) return undefined;
  const only = all.length === 1;
  const atChance = all.filter(({ isChance }) => isChance).map(({ id }) => id);
  const errs = `the target errs on ${percentage(1 - agreementOf(target, labels).right)}`;
  if (atChance.length === all.length) {
    const best = all.reduce((first, each) => (each.right > first.right ? each : first));
    const sentence =
      "This audit shows nothing about transfer: " +
      `${only ? "the surrogate is not" : `none of the ${all.length} surrogates is`} better than chance. Of the ${n} ` +
      `points without attack ${only ? "it" : `the best of them, ${best.id},`} errs on ${percentage(1 - best.right)} ` +
      `where guessing errs on ${percentage(1 - best.chance)} and ${errs}. Check the labels that surrogates learn ` +
      "from and the scale of the features (--scaling), or give more rows.";
    return { shows: "nothing", atChance, sentence };
  }
  const behind = all
    .filter(({ isChance }) => !isChance)
    .map(({ id, right, predicted }) => ({ id, right, more: moreErrors(predicted, target, labels) }));
  if (behind.every(({ more }) => more.low > CLEARLY_WORSE)) {
    const { id, right, more } = behind.reduce((first, each) => (each.right > first.right ? each : first));
    const sentence =
      "This audit shows no more than a lower bound of transfer: without attack " +
      `${only ? `the surrogate, ${id},` : `even the best surrogate, ${id},`} errs on ${percentage(1 - right)} of ` +
      `the ${n} points, and ${errs} (a difference of ${percentRange(more.low, more.high)} points in 100, 95 % ` +
      "interval). What attacks on a surrogate as good as the target would do is not known.";
    return { shows: "lower bound", atChance, sentence };
  }
  if (atChance.length === 0) return undefined;
  const sentence =
    "No better than chance without attack, so that nothing follows from what was crafted on them: " +
    `${atChance.join(", ")}.`;
  return { atChance, sentence };
}

/** The error of one model less that of another, on the same points. */
function moreErrors(first: Int32Array, second: Int32Array, labels: Int32Array): Interval {
  const counts = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  labels.forEach((label, i) => {
    const [a, b] = [first[i] !== label, second[i] !== label];
    counts[a ? (b ? "both" : "onlyFirst") : b ? "onlySecond" : "neither"]++;
  });
  return newcombePaired(counts)!;
}
