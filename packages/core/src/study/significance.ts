// Does complexity matter beyond chance? Sign tests of high against low complexity over repetitions (paper, Table 1).

import { mean } from "../stats/describe.ts";
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

/** What the tests need of a repetition of a study of either kind. */
export interface SignificanceRepetition {
  readonly models: readonly {
    readonly id: string;
    readonly role: string;
    readonly learner?: string;
    readonly complexity?: string;
  }[];
  readonly cells: readonly {
    readonly surrogate: string;
    readonly target: string;
    readonly epsilon?: number;
    readonly fraction?: number;
    readonly errorUnderAttack: { readonly estimate: number };
  }[];
}

/**
 * Sign tests of every family that has a model of high and one of low complexity, at the budget `at`.
 *
 * White-box: the error of a target under its own attack. Transfer: the mean error of the targets under the attack of a
 * surrogate. Source: Demontis et al. 2019, Table 1.
 */
export function significanceOf(
  study: string,
  repetitions: readonly SignificanceRepetition[],
  at: number,
): SignificanceEntry[] {
  const [{ models }] = repetitions;
  const families = [...new Set(models.flatMap(({ learner }) => learner ?? []))];
  const entry = (
    learner: string,
    what: SignificanceEntry["what"],
    value: (repetition: SignificanceRepetition, complexity: "high" | "low") => number | undefined,
  ): SignificanceEntry[] => {
    const comparisons = repetitions.flatMap((repetition) => {
      const [high, low] = [value(repetition, "high"), value(repetition, "low")];
      if (high === undefined || low === undefined) return [];
      return [what === "white-box" ? compare(high, low) : compare(low, high)];
    });
    return comparisons.length < repetitions.length ? [] : [{ study, learner, what, at, ...signsOf(comparisons) }];
  };
  const here = ({ cells }: SignificanceRepetition) =>
    cells.filter(({ epsilon, fraction }) => (epsilon ?? fraction) === at);
  return families.flatMap((learner) => {
    const idOf = (role: string, complexity: string) =>
      models.find(
        (model) =>
          model.role === role &&
          model.learner === learner &&
          model.complexity === complexity &&
          !model.id.includes("@"),
      )?.id;
    return [
      ...entry(learner, "white-box", (repetition, complexity) => {
        const id = idOf("target", complexity);
        return here(repetition).find((cell) => cell.surrogate === id && cell.target === id)?.errorUnderAttack.estimate;
      }),
      ...entry(learner, "transfer", (repetition, complexity) => {
        const id = idOf("surrogate", complexity);
        const own = here(repetition).filter((cell) => cell.surrogate === id);
        return mean(own.map(({ errorUnderAttack }) => errorUnderAttack.estimate));
      }),
    ];
  });
}
