// k-fold cross-validation: the error of a learner on rows that it did not see, for each of several settings.

import { type Dataset, rowCount, takeRows } from "../data/dataset.ts";
import { stratifiedSplit } from "../data/split.ts";
import { assert, InputError } from "../errors.ts";
import type { Model } from "../models/model.ts";
import { predict } from "../models/predict.ts";
import type { Runtime } from "../models/runtime.ts";
import { stream } from "../random.ts";
import { parseOptions } from "../registry.ts";
import { fit } from "./fit.ts";
import type { AnyLearner } from "./learner.ts";

type Options = Readonly<Record<string, unknown>>;

/** Where cross-validation computes, and its seed. */
export interface CrossValidationContext {
  readonly runtime: Runtime;
  readonly seed: number;
  /** Told the share of the fits that are done, 0 to 1. */
  onProgress?(done: number): void;
}

/** Rows of a fold, and how many of them were judged wrongly. */
export interface FoldErrors {
  readonly wrong: number;
  readonly rows: number;
}

/** How one setting did. */
export interface CrossValidated {
  readonly options: Options;
  readonly folds: readonly FoldErrors[];
  /** Wrong rows over all rows: every row is judged once. */
  readonly error: number;
}

/** The errors of each setting of a grid, and the best one. */
export interface CrossValidation {
  /** In the order of the grid. */
  readonly settings: readonly CrossValidated[];
  /** The setting of least error; the first of equals. */
  readonly best: CrossValidated;
}

/**
 * Fits each setting of a grid on all folds but one and judges it on that one, for each fold.
 *
 * Folds keep the proportions of classes and hold equal rows together; they depend on data and seed alone, and are the
 * same for all settings.
 *
 * @throws InputError for fewer than two folds, for an empty grid, and for options that the learner lacks.
 *
 * @example
 * ```ts
 * import { dataset, learnerByName, runtimeFrom, tensor } from "@carom/core";
 * import { crossValidate } from "@carom/core/learners";
 * import * as ort from "onnxruntime-node";
 *
 * const rows = Array.from({ length: 20 }, (_, i) => i);
 * const labels = rows.map((i) => Number(i > 6 && i < 14));
 * const data = dataset({ features: tensor("float32", [20, 1], rows), labels });
 * const grid = [{ gamma: 0.001 }, { gamma: 50 }];
 * const runtime = runtimeFrom(ort);
 * const { best } = await crossValidate(learnerByName("svm-rbf"), data, grid, 2, { runtime, seed: 0 });
 * console.log(best.options.gamma); // 50
 * ```
 */
export async function crossValidate(
  learner: AnyLearner,
  data: Dataset,
  grid: readonly Options[],
  folds: number,
  { runtime, seed, onProgress }: CrossValidationContext,
): Promise<CrossValidation> {
  if (!(Number.isInteger(folds) && folds >= 2) || grid.length === 0) {
    throw new InputError("invalid", "cross-validation", {
      expected: "a whole number of at least 2 folds, and at least one setting",
      got: `${folds} folds and ${grid.length} settings`,
      remedy: "give 5 folds, for example",
    });
  }
  const settings = grid.map((options) => parseOptions(learner, options));
  const parts = partsOf(data, folds, seed);
  const judged: FoldErrors[] = [];
  for (const options of settings) {
    for (const [fold, held] of parts.entries()) {
      judged.push(await judgedOn(learner, data, options, fold, held, { runtime, seed }));
      onProgress?.(judged.length / (settings.length * folds));
    }
  }
  return chosenAmong(settings, judged);
}

/**
 * The errors of one fold of so many: of a fit to all others. What `crossValidate` finds there, and no other fold is
 * looked at.
 */
export function judgeFold(
  learner: AnyLearner,
  data: Dataset,
  options: Options,
  { fold, folds }: { readonly fold: number; readonly folds: number },
  context: CrossValidationContext,
): Promise<FoldErrors> {
  const held = partsOf(data, folds, context.seed)[fold];
  return judgedOn(learner, data, options, fold, held, context);
}

/** What errors of all folds come to, those of one setting after the other, as many of each. */
export function chosenAmong(settings: readonly Options[], judged: readonly FoldErrors[]): CrossValidation {
  const each = judged.length / settings.length;
  const results = settings.map((options, at): CrossValidated => {
    const folds = judged.slice(at * each, (at + 1) * each);
    const sum = (of: keyof FoldErrors) => folds.reduce((total, fold) => total + fold[of], 0);
    return { options, folds, error: sum("wrong") / sum("rows") };
  });
  return { settings: results, best: results.reduce((least, each) => (each.error < least.error ? each : least)) };
}

function partsOf(data: Dataset, folds: number, seed: number): readonly Int32Array[] {
  return stratifiedSplit(data, new Array<number>(folds).fill(1 / folds), stream(seed, "cross-validation"));
}

async function judgedOn(
  learner: AnyLearner,
  data: Dataset,
  options: Options,
  fold: number,
  held: Int32Array,
  { runtime, seed, onProgress }: CrossValidationContext,
): Promise<FoldErrors> {
  const train = takeRows(data, allBut(held, rowCount(data)));
  const own = { runtime, seed, stream: `fold ${fold}`, options, ...(onProgress && { onProgress }) };
  const { model } = await fit(learner, train, own);
  return { wrong: await countErrors(runtime, model, takeRows(data, held)), rows: held.length };
}

/** Every combination of the values given for each option: `{ C: [1, 10] }` becomes `[{ C: 1 }, { C: 10 }]`. */
export function gridOf(values: Readonly<Record<string, readonly unknown[]>>): Options[] {
  return Object.entries(values).reduce<Options[]>(
    (settings, [name, choices]) => settings.flatMap((each) => choices.map((value) => ({ ...each, [name]: value }))),
    [{}],
  );
}

function allBut(held: Int32Array, n: number): Int32Array {
  const isHeld = new Uint8Array(n);
  for (const row of held) isHeld[row] = 1;
  return Int32Array.from({ length: n }, (_, row) => row).filter((row) => isHeld[row] === 0);
}

async function countErrors(runtime: Runtime, model: Model, data: Dataset): Promise<number> {
  assert(rowCount(data) > 0, "an empty fold");
  const predicted = await predict(runtime, model, data);
  return predicted.reduce((wrong, label, i) => wrong + (label === data.labels[i] ? 0 : 1), 0);
}
