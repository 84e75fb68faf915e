// The outcome of a study: matrices of its repetitions, their means, white-box curves, and what follows from them.

import { mean, standardError } from "../../stats/describe.ts";
import type { Interval } from "../../stats/sample.ts";
import { readRef, type Store } from "../engine/store.ts";
import { cellAt, selectMetrics, transferRateOf } from "../measured.ts";
import { named, nameOf, surrogateId } from "../names.ts";
import { type Comparison, compareWithPrinted } from "../paper/paperNumbers.ts";
import { pooledCell } from "../repetitionMeans.ts";
import type { Transfer } from "../result.ts";
import { VERSION } from "../version.ts";
import { type Explanation, explainStudy } from "./explain.ts";
import type { Matrix } from "./matrix.ts";
import type { Study } from "./schema.ts";
import type { SurrogateVariability } from "./variability.ts";

/** A cell over all repetitions. */
export interface StudyCell {
  readonly surrogate: string;
  readonly target: string;
  readonly epsilon: number;
  /** Mean error under attack; the interval is Student's over repetitions, or that of the one repetition. */
  readonly errorUnderAttack: Interval;
  /** Mean black-box error divided by white-box error; absent where that is 0 in some repetition. */
  readonly ratio?: number;
}

export interface StudyResult {
  readonly carom: string;
  readonly study: Study;
  /** Hash of each data file. */
  readonly data: Readonly<Record<string, string>>;
  readonly repetitions: readonly Transfer[];
  readonly cells: readonly StudyCell[];
  /** Plain mean over targets and repetitions: the paper's transfer rate of a surrogate. */
  readonly transferRates: readonly { readonly surrogate: string; readonly epsilon: number; readonly rate: number }[];
  /** White-box errors of each target at the budgets of `attack.curve`, and at 0 its clean error. */
  readonly curves: readonly CurvePoint[];
  /** V of each surrogate's learner, where it was asked for and there are at least two training sets. */
  readonly variability: readonly SurrogateVariability[];
  /** Correlations, findings, advice and the paper's claims. */
  readonly explanation: Explanation;
  /** Ours beside the paper's printed numbers, where the study names the experiment. */
  readonly comparison?: readonly Comparison[];
}

/** The white-box error of a target at one budget, mean over repetitions. */
export interface CurvePoint {
  readonly target: string;
  readonly epsilon: number;
  readonly error: number;
  /** Of each repetition. */
  readonly errors: readonly number[];
  /** Of the mean over repetitions; absent where there is one. */
  readonly standardError?: number;
}

/** Reads the outcome of a study whose plan has been executed. */
export async function readStudy(
  store: Store,
  keys: readonly Matrix[],
  study: Study,
  data: StudyResult["data"],
): Promise<StudyResult> {
  const whole: Transfer[] = [];
  const variability: SurrogateVariability[] = [];
  const curved: Transfer[] = [];
  for (const { transfer, curve, variability: varied } of keys) {
    const found = await readRef(store, transfer);
    whole.push({ ...found, models: named(found.models, study) });
    if (curve) curved.push(await readRef(store, curve.transfer));
    for (const [surrogate, ref] of varied ?? []) {
      const found = await readRef(store, ref);
      if (found) variability.push({ surrogate, ...found });
    }
  }
  const repetitions = whole.map((each) => selectMetrics(each, study.metrics));
  const cells = repetitions[0].cells.map((cell): StudyCell => {
    const { surrogate, target, epsilon } = cell;
    return { surrogate, target, epsilon, ...pooledCell(repetitions, cell) };
  });
  const transferRates = study.surrogates.flatMap((choice) =>
    study.attack.epsilons.map((epsilon) => {
      const surrogate = surrogateId(nameOf(choice));
      return { surrogate, epsilon, rate: transferRateOf(cells, surrogate, epsilon)! };
    }),
  );
  const curves = curvesOf(curved);
  const explanation = explainStudy({ study, repetitions: whole, transferRates, variability, curves });
  const comparison =
    study.printed === undefined
      ? undefined
      : compareWithPrinted({ repetitions: whole, transferRates, variability, explanation, curves });
  return {
    carom: VERSION,
    study,
    data,
    repetitions,
    cells,
    transferRates,
    curves,
    variability,
    explanation,
    ...(comparison && { comparison }),
  };
}

/** White-box errors over repetitions, the clean error first. */
function curvesOf(repetitions: readonly Transfer[]): CurvePoint[] {
  const point = (target: string, epsilon: number, errors: readonly number[]): CurvePoint => {
    const error = standardError(errors);
    return { target, epsilon, error: mean(errors)!, errors, ...(error !== undefined && { standardError: error }) };
  };
  return (repetitions[0]?.models ?? []).flatMap(({ id }) => {
    const clean = repetitions.map(({ models }) => models.find((model) => model.id === id)!.cleanError.estimate);
    const own = repetitions[0].cells.filter((cell) => cell.surrogate === id && cell.target === id);
    const attacked = own.map((cell) =>
      point(
        id,
        cell.epsilon,
        repetitions.map(({ cells }) => cellAt(cells, id, id, cell.epsilon)!.errorUnderAttack.estimate),
      ),
    );
    return [point(id, 0, clean), ...attacked.sort((a, b) => a.epsilon - b.epsilon)];
  });
}
