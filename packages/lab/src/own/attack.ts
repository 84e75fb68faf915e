// Two models of the user's: one attacked, the points judged by the other.

import {
  type Dataset,
  type FloatType,
  type Norm,
  norms,
  type OpenModel,
  rowCount,
  type Tensor,
  takeRows,
} from "@carom/core";
import { wholeInterval } from "@carom/core/data";
import { budgetUnitsOf, defaultBudgets, normIn } from "@carom/core/study";
import {
  type Answer,
  answer,
  attackerOf,
  type Budgets,
  craft,
  judged,
  lossGradients,
  sentences,
} from "../question/answer.ts";
import type { Question } from "../question/question.ts";
import type { OwnModel } from "./read.ts";

/** Who attacks whom, and how a change is measured. */
export interface OwnChoices {
  readonly norm: Norm["name"];
  /** The largest budget; chosen by the data where absent. */
  readonly most?: number | undefined;
  readonly attack: Question["attack"];
}

/** What came of an attack. */
export interface OwnAnswer {
  readonly surrogate: string;
  readonly target: string;
  readonly answer: Answer;
  /** What budgets are lengths of, in words. */
  readonly measure: string;
  /** How many rows there are, and which of them were attacked. */
  readonly rows: number;
  readonly index: Int32Array;
  /** Between which numbers all features lie. */
  readonly interval: readonly [number, number];
  readonly featureShape: readonly number[];
  readonly featureNames: readonly string[] | undefined;
  /** Cross-entropy's input gradients of the clean rows, [N, d]; of the target where it has such. */
  readonly gradients: { readonly surrogate: Float64Array; readonly target: Float64Array | undefined };
  readonly whiteBox: readonly number[] | undefined;
  readonly sentences: readonly string[];
}

/** Rows that are attacked at most. */
const ATTACKED = 100;
/** Budgets between none and the largest. */
const STEPS = 10;

/** Budgets up to the largest: the one asked for, or what an audit would take for the largest. */
function ownBudgets(data: Dataset, { norm, most, attack }: OwnChoices): Budgets & { readonly measure: string } {
  const units = budgetUnitsOf(data.domain, most === undefined ? {} : { epsilons: [most] });
  const largest = most ?? defaultBudgets(data, norm, units).epsilons.at(-1)!;
  const measured = normIn(data.domain, { norm, units });
  return {
    norm: measured,
    attacker: attackerOf({ attack, booster: "none" }),
    epsilons: Array.from({ length: STEPS + 1 }, (_, i) => Number(((i * largest) / STEPS).toPrecision(6))),
    measure: `${norms[norm].label} length of the change${units === "ranges" ? ", in ranges of the features" : ""}`,
  };
}

/** Fewer rows where each takes much to compute: of those that go through the model at once, one in so many. */
const SHARE = 16;
const FEW = 10;

const rowsFor = ({ rowsOfCall }: OpenModel) => Math.min(ATTACKED, Math.max(FEW, Math.floor(rowsOfCall / SHARE)));

/** Rows at equal distances over all of them. */
function spreadOver(rows: number, most: number): Int32Array {
  const count = Math.min(rows, most);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

/** The rows that are attacked on a model. */
export const attackedRows = (data: Dataset, on?: OpenModel): Int32Array =>
  spreadOver(rowCount(data), on ? rowsFor(on) : ATTACKED);

/** Attacks rows spread over the data on the surrogate, and judges the points by the target. */
export async function attackOwn(
  surrogate: OwnModel,
  target: OwnModel,
  choices: OwnChoices,
  next: (doing: string) => Promise<void>,
  tell: (doing: string) => void = () => {},
): Promise<OwnAnswer> {
  const data = surrogate.data!;
  const { measure, ...budgets } = ownBudgets(data, choices);
  const index = attackedRows(data, surrogate.opened);
  const attacked = takeRows(data, index);
  const on = (model: OwnModel): Promise<readonly Tensor<FloatType>[]> =>
    craft(budgets, 0, attacked, data, [model.opened], (done) =>
      tell(`attacking ${model.facts.name}: ${Math.round(100 * done)} %`),
    );
  await next(`attacking ${surrogate.facts.name}`);
  const points = await on(surrogate);
  await next(`judging by ${target.facts.name}`);
  const found = await answer(budgets, attacked, surrogate.opened, target.opened, points);
  const [own, theirs] = [await lossGradients(surrogate.opened, attacked), await lossGradients(target.opened, attacked)];
  let whiteBox: readonly number[] | undefined;
  if (target.opened.differentiable) {
    await next(`attacking ${target.facts.name} itself`);
    const itself = target === surrogate ? points : await on(target);
    whiteBox = await judged(itself, target.opened, attacked.labels);
  }
  const names = { surrogate: surrogate.facts.name, target: target.facts.name };
  return {
    ...names,
    answer: found,
    measure,
    rows: rowCount(data),
    index,
    interval: wholeInterval(data.domain),
    featureShape: data.featureShape,
    featureNames: data.featureNames,
    gradients: { surrogate: Float64Array.from(own!.data), target: theirs && Float64Array.from(theirs.data) },
    whiteBox,
    sentences: sentences(names, found, whiteBox ?? { noGradients: target.opened.notDifferentiable! }, undefined),
  };
}
