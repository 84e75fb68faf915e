// The surrogate of a poisoning task: its training held open, in the [0, 1] units that learners see.

import { type Dataset, featureCount } from "../../data/dataset.ts";
import { isWhole } from "../../data/featureKind.ts";
import { withClasses } from "../../data/labels.ts";
import { InputError } from "../../errors.ts";
import type { AnyLearner, Retraining, RetrainTask } from "../../learners/learner.ts";
import { learners } from "../../learners/registry.ts";
import { scaleFeatures, scaleRows, scalingOf } from "../../learners/scaling.ts";
import { stream } from "../../random.ts";
import { parseOptions } from "../../registry.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { PoisonTask } from "./task.ts";

export interface Surrogate {
  readonly retraining: Retraining;
  /** From the dataset's units to the learner's. */
  scaled(x: Float64Array): Float64Array;
  /** Back again, [n, ...featureShape]; what rounding took out of the domain is put on its edge. */
  unscaled(x: Float64Array): Tensor<"float64">;
  /** The nearest admissible rows: inside the domain, and whole numbers where features are. Overwrites `x`. */
  project(x: Float64Array): Float64Array;
  /** The admissible range of each of the D features, in the learner's units. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** The parts of a task that name a surrogate. */
export type SurrogateTask = Pick<
  PoisonTask,
  "learner" | "options" | "training" | "validation" | "previous" | "seed" | "runtime"
> &
  Pick<RetrainTask, "solver">;

/**
 * Opens the training of a task's learner, with the points crafted before in it.
 *
 * @throws InputError for a learner that cannot be poisoned, options that it lacks, and validation data of other
 * features.
 */
export async function openSurrogate(task: SurrogateTask): Promise<Surrogate> {
  const { learner, training, previous, seed, runtime } = task;
  if (!learner.retrain) throw notPoisonable(learner);
  requireSameFeatures(training, task.validation);
  const scaling = scalingOf(training);
  const inUnits = (data: Dataset) => (scaling ? scaleFeatures(data, scaling) : data);
  const { domain, featureShape } = training;
  const d = featureCount(training);
  const scaled = (x: Float64Array) => (scaling ? scaleRows(x, scaling, new Float64Array(x.length)) : x);
  /** A number of the learner's units in the dataset's. */
  const back = (value: number, j: number) => (scaling ? value * scaling.range[j] + scaling.lower[j] : value);
  const unscaled = (x: Float64Array) => {
    const data = Float64Array.from(x, (value, at) =>
      Math.min(Math.max(back(value, at % d), domain.lower[at % d]), domain.upper[at % d]),
    );
    return tensor("float64", [x.length / d, ...featureShape], data);
  };
  const [lower, upper] = [scaled(domain.lower), scaled(domain.upper)];
  const whole = domain.kinds?.map(isWhole);
  const project = (x: Float64Array) => {
    for (let from = 0; from < x.length; from += d) {
      const row = x.subarray(from, from + d);
      if (whole) scaleWhole(row);
      for (let j = 0; j < d; j++) row[j] = Math.min(Math.max(row[j], lower[j]), upper[j]);
    }
    return x;
  };
  /** Moves features that are whole numbers to the nearest ones. */
  const scaleWhole = (row: Float64Array) => {
    const rounded = scaled(row.map((value, j) => Math.round(back(value, j))));
    for (let j = 0; j < d; j++) if (whole![j]) row[j] = rounded[j];
  };
  const retraining = await learner.retrain(
    {
      data: inUnits(training),
      validation: inUnits(withClasses(task.validation, training.classNames)),
      solver: task.solver,
    },
    parseOptions(learner, task.options),
    { runtime, random: (label) => stream(seed, "poison", "fit", label) },
  );
  const known = previous && scaled(previous.x.data);
  for (let i = 0; i < (previous?.labels.length ?? 0); i++) {
    await retraining.settle(known!.subarray(i * d, (i + 1) * d), [previous!.labels[i]]);
  }
  return { retraining, scaled, unscaled, project, lower, upper };
}

function notPoisonable({ name }: AnyLearner): InputError {
  const able = Object.values(learners).filter(({ retrain }) => retrain);
  return new InputError("unsupported", `surrogate of a poisoning attack "${name}"`, {
    expected: `a learner with a gradient through its training: ${able.map((each) => each.name).join(", ")}`,
    got: name,
    remedy: "craft on one of those; any learner can be a target",
  });
}

function requireSameFeatures(training: Dataset, validation: Dataset): void {
  const [expected, got] = [featureCount(training), featureCount(validation)];
  if (expected === got) return;
  throw new InputError("invalid", "validation data", {
    expected: `${expected} features, as the training data has`,
    got: String(got),
    remedy: "give both in the same form",
  });
}
