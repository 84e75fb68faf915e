// What attackers gain over one that has as many gradients and no boosters, and how much of it their alignment explains.

import { mean, standardError } from "../../stats/describe.ts";
import { holm } from "../../stats/multiple.ts";
import { pearson } from "../../stats/pearson.ts";
import type { Interval } from "../../stats/sample.ts";
import { spearman } from "../../stats/spearman.ts";
import { studentInterval, studentTwoSided } from "../../stats/student.ts";
import { reached } from "../goal.ts";
import type { NamedAttacker } from "../namedAttacker.ts";
import type { AuditCell, Transfer } from "../result.ts";

/**
 * One attacker at one budget, beside the one that it is compared with. Shares and alignments are means over pairs of
 * models.
 */
export interface AttackerGain {
  readonly attacker: string;
  readonly against: string;
  readonly epsilon: number;
  /** Rows of gradients of each surrogate for each point, of both. */
  readonly gradients: number;
  readonly gradientsOfOther: number;
  /** Mean error of the targets, or mean share that ends in the class that is wanted. */
  readonly error: number;
  /**
   * How much larger it is than under the other's points: mean over repetitions, Student's interval for all gains at
   * once.
   */
  readonly gain: Interval;
  /** Holm's p of a gain of 0, over all gains; absent of one repetition, or where all gains are equal. */
  readonly p?: number;
  /**
   * Alignment of what was crafted (`attackAlignment`), and how much larger it is; absent of targets without gradients,
   * the latter of one repetition too.
   */
  readonly alignment?: number;
  readonly alignmentGain?: Interval;
}

/** How gains of alignment go with gains of error over attackers and pairs of models. */
export interface GainExplained {
  readonly epsilon: number;
  /** Pearson's correlation, mean over repetitions with Student's interval. */
  readonly correlation: Interval;
  /** Spearman's of ranks, likewise: one attacker that loses everything weighs no more than any other. */
  readonly rankCorrelation: Interval;
  /** Attackers times pairs of models in each repetition. */
  readonly n: number;
}

/** What attackers gain over one of equal compute, and how well alignment explains it. */
export interface AttackerGains {
  readonly gains: readonly AttackerGain[];
  readonly explained: readonly GainExplained[];
}

/**
 * Compares each attacker with one that has no boosters: of those with at least as many gradients the one with the
 * fewest, else the one with the most; attackers without boosters with the first. Repetitions are independent, points
 * within one are not, so intervals and tests are over repetitions; intervals of gains hold at 95 % for all of them at
 * once (Bonferroni). Cells are those of single surrogates on targets other than themselves.
 */
export function attackerGains(
  attackers: readonly NamedAttacker[],
  repetitions: readonly Transfer[],
  epsilons: readonly number[],
): AttackerGains {
  const names = attackers.map(({ name }) => name);
  const compared = epsilons.flatMap((epsilon) => {
    const cellsOf = (name: string) =>
      repetitions.map(({ cells, models }) => cellsBetween(cells, models, name, epsilon));
    const byName = new Map(names.map((name) => [name, cellsOf(name)]));
    const costs = new Map(names.map((name) => [name, mean(byName.get(name)!.flat().flatMap(gradientsOf)) ?? 0]));
    return attackers.flatMap(({ name, how }, i) => {
      const other = how.boosters ? plainWith(attackers, costs, costs.get(name)!) : i > 0 ? names[0] : undefined;
      if (other === undefined || other === name) return [];
      return [{ name, other, epsilon, own: byName.get(name)!, others: byName.get(other)!, costs }];
    });
  });
  const level = 0.05 / Math.max(1, compared.length);
  const found = compared.map(({ name, other, epsilon, own, others, costs }) => {
    const errors = own.map((cells, r) => mean(differences(cells, others[r], errorOf))!);
    const aligned = own.map((cells, r) => mean(differences(cells, others[r], alignmentOf)));
    const alignments = own.flat().flatMap((cell) => alignmentOf(cell) ?? []);
    const gain: AttackerGain = {
      attacker: name,
      against: other,
      epsilon,
      gradients: costs.get(name)!,
      gradientsOfOther: costs.get(other)!,
      error: mean(own.flat().map(errorOf))!,
      gain: within(studentInterval(errors, level)),
      ...(alignments.length > 0 && { alignment: mean(alignments)! }),
      // Unlike differences of shares, those of alignments have no bounds of their own.
      ...(aligned.length > 1 &&
        aligned.every((each) => each !== undefined) && { alignmentGain: studentInterval(aligned, level) }),
    };
    return { gain, p: pOf(errors) };
  });
  const tested = found.flatMap(({ p }) => (p === undefined ? [] : [p]));
  const adjusted = holm(tested);
  let next = 0;
  return {
    gains: found.map(({ gain, p }) => (p === undefined ? gain : { ...gain, p: adjusted[next++] })),
    explained: epsilons.flatMap((epsilon) =>
      explainedAt(
        compared.filter((each) => each.epsilon === epsilon),
        epsilon,
      ),
    ),
  };
}

type Cells = readonly AuditCell[];

const errorOf = (cell: AuditCell): number => reached(cell).estimate;
const alignmentOf = ({ attackAlignment }: AuditCell): number | undefined => attackAlignment;
const gradientsOf = ({ cost }: AuditCell): number[] => (cost ? [cost.gradients] : []);

function cellsBetween(cells: Cells, models: Transfer["models"], attacker: string, epsilon: number): Cells {
  const isSurrogate = new Set(models.filter(({ role }) => role === "surrogate").map(({ id }) => id));
  return cells.filter(
    (cell) =>
      cell.attacker === attacker &&
      cell.epsilon === epsilon &&
      isSurrogate.has(cell.surrogate) &&
      cell.target !== cell.surrogate,
  );
}

/** Of the attackers without boosters, one whose gradients are nearest from above, else the most. */
function plainWith(
  attackers: readonly NamedAttacker[],
  costs: ReadonlyMap<string, number>,
  gradients: number,
): string | undefined {
  const plain = attackers.filter(({ how }) => !how.boosters).map(({ name }) => ({ name, cost: costs.get(name)! }));
  const enough = plain.filter(({ cost }) => cost >= gradients);
  const of = enough.length > 0 ? enough : plain;
  if (of.length === 0) return undefined;
  const nearest = of.reduce((best, each) =>
    Math.abs(each.cost - gradients) < Math.abs(best.cost - gradients) ? each : best,
  );
  return nearest.name;
}

/**
 * A quantity in one's cells less that in the other's, of the same pairs of models; of those that have it on both sides.
 */
function differences(own: Cells, others: Cells, of: (cell: AuditCell) => number | undefined): number[] {
  return own.flatMap((cell) => {
    const other = others.find(({ surrogate, target }) => surrogate === cell.surrogate && target === cell.target);
    const [value, base] = [of(cell), other && of(other)];
    return value === undefined || base === undefined ? [] : [value - base];
  });
}

/** Differences of shares and correlations lie in [-1, 1]; of one repetition nothing more is known. */
const within = ({ estimate, low, high }: Interval): Interval => ({
  estimate,
  low: Math.max(-1, low),
  high: Math.min(1, high),
});

/** The two-sided p of a mean of 0. */
function pOf(values: readonly number[]): number | undefined {
  const error = standardError(values);
  if (error === undefined || error === 0) return undefined;
  return studentTwoSided(mean(values)! / error, values.length - 1);
}

function explainedAt(
  compared: readonly { readonly own: readonly Cells[]; readonly others: readonly Cells[] }[],
  epsilon: number,
): GainExplained[] {
  if (compared.length === 0) return [];
  const samples = compared[0].own.map((_, r) => ({
    errors: compared.flatMap(({ own, others }) => differences(own[r], others[r], errorOf)),
    alignments: compared.flatMap(({ own, others }) => differences(own[r], others[r], alignmentOf)),
  }));
  if (!samples.every(({ errors, alignments }) => errors.length === alignments.length && errors.length > 2)) return [];
  const over = (statistic: typeof pearson): Interval | undefined => {
    const each = samples.flatMap(({ errors, alignments }) => statistic(alignments, errors)?.statistic ?? []);
    if (each.length < samples.length) return undefined;
    return within(studentInterval(each));
  };
  const [correlation, rankCorrelation] = [over(pearson), over((x, y) => spearman(x, y))];
  return correlation && rankCorrelation ? [{ epsilon, correlation, rankCorrelation, n: samples[0].errors.length }] : [];
}
