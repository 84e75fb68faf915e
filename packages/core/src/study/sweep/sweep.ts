// A complexity sweep: one option of a learner against clean error, error under attack, S and V.

import { InputError } from "../../errors.ts";
import type { ResolvedFeatures } from "../../features/resolve.ts";
import { learnerByName } from "../../learners/registry.ts";
import { parseOptions } from "../../registry.ts";
import type { Interval } from "../../stats/sample.ts";
import type { Norm } from "../../threat/norm.ts";
import { type Knee, kneeOf, type SweepPoint } from "../../transfer/knee.ts";
import type { Rate } from "../../transfer/rates.ts";
import { VERSION } from "../../version.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import { type Part, partAt, type Ref } from "../engine/reference.ts";
import { readRef, type Store } from "../engine/store.ts";
import { type Matrix, planMatrix } from "../evasion/matrix.ts";
import { planFit } from "../evasion/planFit.ts";
import { lossVariability, type Variability } from "../tasks/lossVariability.ts";
import type { BudgetUnits } from "../tasks/normChoice.ts";
import { split } from "../tasks/split.ts";

/** A learner, one of its options, and the values to go through. */
export interface SweepQuestion {
  readonly learner: string;
  /** The option that is swept, and its values in the order given. */
  readonly option: string;
  readonly values: readonly number[];
  /** The other options. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly norm: Norm["name"];
  /** What the budget is measured in; the features' own units where absent. */
  readonly units?: BudgetUnits;
  /** What is known of the features, whose costs budgets are in then. */
  readonly features?: ResolvedFeatures;
  readonly epsilon: number;
  /** Training sets for V; the first is that of the attacked model. */
  readonly sets: number;
  /** Points to attack at most; all of their part where absent. */
  readonly points?: number;
  readonly seed: number;
}

/** One value of the option, with intervals. */
export interface SweptModel {
  readonly value: number;
  readonly cleanError: Rate;
  readonly errorUnderAttack: Rate;
  /** S; absent for a learner without gradients, which cannot be swept. */
  readonly size?: Interval;
  /** V; absent for fewer than two training sets. */
  readonly variability?: { readonly perPoint: number; readonly ofMean: number };
}

/** What became of a learner at each value of its option. */
export interface SweepResult {
  readonly carom: string;
  readonly asked: SweepQuestion & { readonly dataHash: string };
  readonly trainingRows: number;
  readonly points: number;
  readonly models: readonly SweptModel[];
  readonly knee?: Knee;
  /** What is undefined, and why. */
  readonly undefinedFor: readonly string[];
}

/** Where the parts of a sweep are found in the store. */
export interface SweepKeys {
  readonly matrix: Matrix;
  /** V of each value, in order; empty for fewer than two training sets. */
  readonly variability: readonly Ref<Variability>[];
  readonly wanted: readonly Ref<unknown>[];
  readonly trainingRows: number;
}

/** Shares of the rows that training sets are drawn from, and that are attacked. */
const POOL = 0.7;

const idOf = (option: string, value: number) => `${option}=${value}`;

/**
 * Adds the tasks of a sweep: 30 % of the rows are attacked; each training set is a random half of the others.
 *
 * @throws InputError for a learner without gradients, an option it lacks, fewer than two values or one twice.
 */
export function planSweep(plan: PlanBuilder, question: SweepQuestion, data: Part): SweepKeys {
  const { option, values, seed, epsilon, norm, units, features, sets } = question;
  const learner = learnerByName(question.learner);
  check(question);
  const attackable = Math.floor((1 - POOL) * data.rows);
  const points = Math.min(question.points ?? attackable, attackable);
  const parts = { seed, repetition: 0, fractions: [POOL, 1 - POOL], keep: [1, points / attackable] };
  const whole = plan.add(split, parts, { data }, "split");
  const trainingSets = Array.from({ length: sets }, (_, set) => {
    const parameters = { seed, repetition: set, fractions: [0.5], parts: [0] };
    const half = plan.add(split, parameters, { data, among: whole }, `training set ${set + 1}`);
    return partAt(data, half, 0, (POOL * data.rows) / 2);
  });
  const attacked = partAt(data, whole, 1, points);
  const fits = values.map((value) => {
    const options = parseOptions(learner, { ...question.options, [option]: value });
    return trainingSets.map((training, set) => {
      const model = { learner: learner.name, options, training, label: `sweep/${set}` };
      return planFit(plan, idOf(option, value), model, { seed, prefix: "" });
    });
  });
  const participants = values.map((value, i) => {
    const id = idOf(option, value);
    return { id, role: "surrogate" as const, learner: learner.name, model: fits[i][0], judges: [id] };
  });
  const shared = { participants, attacked, pool: trainingSets[0], epsilons: [epsilon] };
  const matrix = planMatrix(plan, { ...shared, norm, units, ...(features && { features }), seed, prefix: "" });
  const variability =
    sets < 2
      ? []
      : values.map((value, i) =>
          plan.add(lossVariability, {}, { attacked, sets: fits[i] }, `variability of ${idOf(option, value)}`),
        );
  return {
    matrix,
    variability,
    wanted: [matrix.transfer, ...variability],
    trainingRows: Math.round((POOL * data.rows) / 2),
  };
}

/** Reads the outcome of a sweep whose plan has been executed. */
export async function readSweep(
  store: Store,
  keys: SweepKeys,
  question: SweepQuestion,
  dataHash: string,
): Promise<SweepResult> {
  const { models, cells } = await readRef(store, keys.matrix.transfer);
  const swept: SweptModel[] = [];
  for (const [i, value] of question.values.entries()) {
    const id = idOf(question.option, value);
    const model = models.find((each) => each.id === id)!;
    const cell = cells.find((each) => each.surrogate === id && each.target === id)!;
    const V = keys.variability[i] && (await readRef(store, keys.variability[i]));
    swept.push({
      value,
      cleanError: model.cleanError,
      errorUnderAttack: cell.errorUnderAttack,
      ...(model.gradientSize && { size: model.gradientSize }),
      ...(V && { variability: { perPoint: V.perPoint, ofMean: V.ofMean } }),
    });
  }
  const knee = kneeOf(question.option, swept.map(pointOf));
  return {
    carom: VERSION,
    asked: { ...question, dataHash },
    trainingRows: keys.trainingRows,
    points: models[0].cleanError.n,
    models: swept,
    ...(knee && { knee }),
    undefinedFor:
      question.sets < 2 ? [`V: undefined, it is a variance over training sets and there is ${question.sets}`] : [],
  };
}

/** Means alone. */
export function pointOf({ value, cleanError, errorUnderAttack, size, variability }: SweptModel): SweepPoint {
  return {
    value,
    cleanError: cleanError.estimate,
    errorUnderAttack: errorUnderAttack.estimate,
    ...(size && { size: size.estimate }),
    ...(variability && { variability: variability.perPoint }),
  };
}

function check({ learner, option, values, options }: SweepQuestion): void {
  const entry = learnerByName(learner);
  for (const value of values) parseOptions(entry, { ...options, [option]: value });
  if (!entry.capabilities.differentiable) {
    throw new InputError("unsupported", `sweep of ${learner}`, {
      expected: "a learner whose models have gradients to attack",
      got: learner,
      remedy: "see carom fit --list",
    });
  }
  if (values.length >= 2 && new Set(values).size === values.length) return;
  throw new InputError("invalid", `values of ${option}`, {
    expected: "at least two different ones",
    got: values.join(", "),
    remedy: "for instance C=0.01,0.1,1,10",
  });
}
