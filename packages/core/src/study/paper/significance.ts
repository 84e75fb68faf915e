// Does complexity matter beyond chance? Sign tests of high against low complexity over repetitions (paper, Table 1).

import { type Family, familiesOf } from "../claim.ts";
import { cellAt, type Measured, type MeasuredModel, transferRateOf } from "../measured.ts";
import { compare, type Signs, signsOf } from "./signs.ts";

/**
 * One family of learners in one study, white-box or transferred. Repetitions agree in which the paper's claim holds:
 * white-box, high complexity errs more; transfer, low transfers better.
 */
export interface SignificanceEntry extends Signs {
  readonly study: string;
  readonly learner: string;
  readonly what: "white-box" | "transfer";
  /** The budget or the share of poisoning points that was looked at. */
  readonly at: number;
}

/**
 * Sign tests of every family that has a model of high and one of low complexity, at the budget `at`.
 *
 * White-box: the error of a target under its own attack. Transfer: the mean error of the targets under the attack of a
 * surrogate. Source: Demontis et al. 2019, Table 1.
 */
export function significanceOf(study: string, repetitions: readonly Measured[], at: number): SignificanceEntry[] {
  const entry = (
    learner: string,
    what: SignificanceEntry["what"],
    value: (repetition: Measured, id: string) => number | undefined,
    { high, low }: Pick<Family<MeasuredModel>, "high" | "low">,
  ): SignificanceEntry[] => {
    const comparisons = repetitions.flatMap((repetition) => {
      const [h, l] = [value(repetition, high.id), value(repetition, low.id)];
      if (h === undefined || l === undefined) return [];
      return [what === "white-box" ? compare(h, l) : compare(l, h)];
    });
    return comparisons.length < repetitions.length ? [] : [{ study, learner, what, at, ...signsOf(comparisons) }];
  };
  const [{ models }] = repetitions;
  const [asTargets, asSurrogates] = (["target", "surrogate"] as const).map((role) => familiesOf(models, role));
  const whiteBox = ({ cells }: Measured, id: string) => cellAt(cells, id, id, at)?.errorUnderAttack.estimate;
  const rate = ({ cells }: Measured, id: string) => transferRateOf(cells, id, at);
  const learners = [...new Set(models.flatMap(({ learner }) => learner ?? []))];
  const of = (families: readonly Family<MeasuredModel>[], learner: string) =>
    families.filter((family) => family.learner === learner);
  return learners.flatMap((learner) => [
    ...of(asTargets, learner).flatMap((family) => entry(learner, "white-box", whiteBox, family)),
    ...of(asSurrogates, learner).flatMap((family) => entry(learner, "transfer", rate, family)),
  ]);
}
