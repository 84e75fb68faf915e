// The answer of a study as one small picture: what points of the best surrogate do to the targets at each budget,
// beside those of the others, the white-box attack and no attack.

import { percent } from "../numbers.ts";
import { mean } from "../stats/describe.ts";
import type { Interval } from "../stats/sample.ts";
import type { Found } from "../study/evidence.ts";
import { reached } from "../study/goal.ts";
import { budgetOf, type Measured, rateIn, rateOf } from "../study/measured.ts";
import { overRepetitions } from "../study/repetitionMeans.ts";
import { type AnswerPoint, answerPlot } from "./answerPlot.ts";
import type { FigureOptions } from "./svgStyle.ts";

/** What is drawn against budgets of either kind. */
export interface StudyAnswer extends Pick<Found, "repetitions" | "transferRates"> {
  readonly budgets: readonly number[];
  /** The budget whose best surrogate the answer is about. */
  readonly at: number;
  /** The name of their axis. */
  readonly axis: string;
  /** What a rate is of, such as "Mean error of the targets". */
  readonly what: string;
  /** What the study calls a model. */
  readonly name: (id: string) => string;
}

/** Without an interval: one repetition does not say how repetitions differ. */
const bare = (estimate: number): Interval => ({ estimate, low: estimate, high: estimate });

const over = (values: readonly number[]): Interval =>
  values.length === 1 ? bare(values[0]) : overRepetitions(values.map(bare));

/** What the targets' white-box attacks reach in one repetition, mean over targets that have one. */
function whiteIn({ models, cells }: Measured, budget: number): number | undefined {
  const targets = new Set(models.filter(({ role }) => role === "target").map(({ id }) => id));
  const own = cells.filter(({ surrogate, target }) => surrogate === target && targets.has(target));
  return mean(own.filter((cell) => budgetOf(cell) === budget).map((cell) => reached(cell).estimate));
}

/** What is reached without attack, mean over targets and repetitions. */
function cleanOf(repetitions: readonly Measured[]): number {
  const errors = repetitions.flatMap(({ models }) =>
    models.flatMap(({ role, cleanError, cleanTargeted }) =>
      role === "target" && cleanError ? [(cleanTargeted ?? cleanError).estimate] : [],
    ),
  );
  return mean(errors) ?? 0;
}

/**
 * Transfer rates against the budget, in [0, 1]: of the surrogate whose rate at the answer's budget is the highest, with
 * Student's interval over repetitions as a band, and of the others.
 */
export function studyAnswer(study: StudyAnswer, options: FigureOptions): SVGSVGElement {
  const { repetitions, transferRates, at, axis, what, name: nameOf } = study;
  const budgets = study.budgets.toSorted((a, b) => a - b);
  const clean = cleanOf(repetitions);
  const curve = (name: string, values: readonly Interval[]): AnswerPoint[] => [
    { budget: 0, ...bare(clean), title: `no attack: ${percent(clean)} %` },
    ...values.map((value, i) => ({
      budget: budgets[i],
      ...value,
      title: `${name}, ${axis} ${budgets[i]}: ${percent(value.estimate)} %`,
    })),
  ];
  const surrogates = [...new Set(transferRates.map(({ surrogate }) => surrogate))];
  const rate = (id: string) => rateOf({ transferRates }, id, at) ?? 0;
  const best = surrogates.reduce((most, id) => (rate(id) > rate(most) ? id : most));
  const curveOf = (id: string) =>
    curve(
      nameOf(id),
      budgets.map((budget) => over(repetitions.map((each) => rateIn(each, id, budget)))),
    );
  const whites = budgets.map((budget) => repetitions.map((each) => whiteIn(each, budget)));
  const hasWhite = whites.every((each) => each.every((value) => value !== undefined));
  const others = surrogates.filter((id) => id !== best).map(curveOf);
  const strongest = curveOf(best);
  const white = hasWhite
    ? curve(
        "white-box",
        whites.map((each) => over(each as number[])),
      )
    : [];
  const most = Math.max(...[strongest, white, ...others].flat().map(({ estimate }) => estimate));
  return answerPlot(
    {
      ...{ strongest, others, clean, axis, white },
      top: most > 0.5 ? 1 : most > 0.2 ? 0.5 : 0.2,
      names: { strongest: `crafted on ${nameOf(best)}`, others: "other surrogates" },
      label: `${what} against the budget: best surrogate, others, white-box, no attack`,
    },
    options,
  );
}
