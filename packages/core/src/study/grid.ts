// A study as tasks: surrogates against targets over repetitions, each on another random split of the data.

import { type Dataset, featureCount, rowCount } from "../data/dataset.ts";
import { InputError, unknownName } from "../errors.ts";
import { learnerByName } from "../learners/index.ts";
import { type Resolved, requireDistinct, resolve } from "./choice.ts";
import { type MatrixKeys, type Participant, planFit, planMatrix, type TrainedModel } from "./matrix.ts";
import { surrogateId, targetId } from "./names.ts";
import type { PlanBuilder } from "./plan.ts";
import type { Study } from "./schema.ts";
import { type PartRef, partInputs, partParameters } from "./tasks/dataset.ts";
import { planVariability } from "./variability.ts";

/** Data of a study as artifacts of a plan. */
export interface StudyData {
  readonly train: { readonly key: string; readonly dataset: Dataset };
  readonly test?: { readonly key: string; readonly dataset: Dataset };
}

/** Adds the tasks of a study to a plan; one matrix per repetition. */
export function planStudy(plan: PlanBuilder, study: Study, data: StudyData): readonly MatrixKeys[] {
  const surrogates = study.surrogates.map((choice) => resolve(choice));
  const targets = study.targets.map((choice) => resolve(choice));
  requireDistinct("surrogates", surrogates);
  requireDistinct("targets", targets);
  for (const { name, learner } of surrogates) {
    if (!learnerByName(learner).capabilities.differentiable) throw notAttackable(name, learner);
  }
  const rows = rowCount(data.train.dataset);
  const fractions = [study.split.target, study.split.surrogate, ...(data.test ? [] : [attackedShare(study)])];
  const shares = fractions.map((value) => (value < 1 ? value : value / rows));
  if (shares.reduce((sum, value) => sum + value, 0) > 1 + 1e-9) throw tooLarge(study, rows);
  const { seed } = study;
  const attackable = data.test ? rowCount(data.test.dataset) : Math.floor(shares[2] * rows);
  const { classNames, labels } = data.train.dataset;
  const attackedLabel = study.attack.class === undefined ? undefined : labelNamed(study.attack.class, classNames);
  if (study.falseAlarms !== undefined && attackedLabel === undefined) throw noAttackedClass();
  /** The rows that may be attacked: of one class, where one is named. */
  const ofClass =
    attackedLabel === undefined
      ? attackable
      : Math.floor(
          data.test
            ? data.test.dataset.labels.filter((label) => label === attackedLabel).length
            : shares[2] * labels.filter((label) => label === attackedLabel).length,
        );
  const points = Math.min(study.points ?? ofClass, ofClass);
  const prefixOf = (repetition: number) => (study.repetitions > 1 ? `repetition ${repetition + 1}: ` : "");
  const about = (repetition: number) => ({ label: `${prefixOf(repetition)}split`, seconds: 0.3 + rows / 50_000 });
  /** The parts of one repetition, the surrogates' part with a share of its rows. */
  const splitOf = (repetition: number, fraction: number) => {
    const keep = [1, fraction, ...(data.test ? [] : [attackedLabel === undefined ? points / attackable : 1])];
    return plan.add(
      "split",
      { seed, repetition, fractions: shares, keep },
      { data: data.train.key },
      about(repetition),
    );
  };
  /**
   * Training sets of surrogates for V. With a test file those of the repetitions, so that their models serve twice;
   * else new ones among the rows that the first repetition does not attack.
   */
  const trainingSet = (set: number, fraction: number): PartRef => {
    if (data.test) return { data: data.train.key, split: splitOf(set, fraction), part: 1 };
    const share = (fraction * shares[1]) / (shares[0] + shares[1]);
    const split = plan.add(
      "split",
      { seed, repetition: set, fractions: [share], parts: [0, 1] },
      { data: data.train.key, among: splitOf(0, 1) },
      { ...about(set), label: `training set ${set + 1}` },
    );
    return { data: data.train.key, split, part: 0 };
  };
  /** Points of the attacked class, or the others, among all that may be attacked. */
  const withLabels = (repetition: number, only: readonly number[], share: number, what: string): PartRef => {
    const from = data.test
      ? { inputs: { data: data.test.key }, parts: {} }
      : {
          inputs: { data: data.train.key, among: splitOf(repetition, study.surrogateFraction) },
          parts: { parts: [2] },
        };
    const parameters = { seed, repetition, fractions: [share], only, ...from.parts };
    const label = `${prefixOf(repetition)}choice of ${what}`;
    return {
      data: from.inputs.data,
      split: plan.add("split", parameters, from.inputs, { ...about(repetition), label }),
      part: 0,
    };
  };
  const otherLabels = classNames.flatMap((_, label) => (label === attackedLabel ? [] : [label]));
  const attackedOf = (repetition: number): PartRef =>
    attackedLabel !== undefined
      ? withLabels(repetition, [attackedLabel], points / ofClass, "points")
      : data.test
        ? {
            data: data.test.key,
            split: plan.add(
              "split",
              { seed, repetition, fractions: [points / attackable] },
              { data: data.test.key },
              { ...about(repetition), label: `${prefixOf(repetition)}choice of points` },
            ),
            part: 0,
          }
        : { data: data.train.key, split: splitOf(repetition, study.surrogateFraction), part: 2 };
  const trainedOn = (choice: Resolved, id: string, part: number, training: PartRef, repetition: number) => ({
    learner: choice.learner,
    options: choice.options,
    training,
    rows: Math.round(shares[part] * rows * (part === 1 ? fractionOf(choice) : 1)),
    label: `${id}/${repetition}`,
  });
  const fractionOf = ({ fraction }: Resolved) => fraction ?? study.surrogateFraction;
  const targetNames = targets.map(({ name }) => targetId(name));
  const { metrics } = study;
  const extra = {
    perturbations: metrics.includes("perturbation"),
    ...(metrics.includes("smoothness") && { smoothness: study.smoothness }),
    ...(study.size !== undefined && { size: study.size }),
  };
  const matrices = Array.from({ length: study.repetitions }, (_, repetition): MatrixKeys => {
    const training = (part: number, fraction: number): PartRef => {
      return {
        data: data.train.key,
        split: splitOf(repetition, part === 0 ? study.surrogateFraction : fraction),
        part,
      };
    };
    const participant = (choice: Resolved, role: Participant["role"]): Participant => {
      const id = role === "target" ? targetId(choice.name) : surrogateId(choice.name);
      const part = role === "target" ? 0 : 1;
      const trained = trainedOn(choice, id, part, training(part, fractionOf(choice)), repetition);
      const { capabilities } = learnerByName(choice.learner);
      return {
        id,
        role,
        learner: choice.learner,
        ...(choice.complexity && { complexity: choice.complexity }),
        affine: capabilities.affine,
        model: role === "target" && study.falseAlarms !== undefined ? atOperatingPoint(id, trained) : trained,
        ...(capabilities.differentiable && { judges: role === "target" ? [id] : targetNames }),
      };
    };
    /** A target that reports the attacked class with few false alarms. */
    const atOperatingPoint = (id: string, model: TrainedModel) => {
      const benign = withLabels(repetition, otherLabels, 1, "benign points");
      const prefix = prefixOf(repetition);
      const key = plan.add(
        "calibrate",
        { ...partParameters("benign", benign), positive: attackedLabel!, falseAlarms: study.falseAlarms! },
        { ...partInputs("benign", benign), model: planFit(plan, id, model, { seed, prefix }) },
        { label: `${prefix}operating point of ${id}`, seconds: 0.3 },
      );
      return { key };
    };
    const asTargets = targets.map((choice) => participant(choice, "target"));
    const question = {
      attacked: attackedOf(repetition),
      points,
      features: featureCount(data.train.dataset),
      pool: training(1, study.surrogateFraction),
      norm: study.attack.norm,
      units: study.attack.units,
      ...(study.attack.direction && { direction: study.attack.direction }),
      seed,
      prefix: prefixOf(repetition),
    };
    const matrix = planMatrix(plan, {
      ...question,
      participants: [...asTargets, ...surrogates.map((choice) => participant(choice, "surrogate"))],
      epsilons: study.attack.epsilons,
      extra,
    });
    if (study.attack.curve.length === 0) return matrix;
    const attackable = asTargets.filter(({ judges }) => judges !== undefined);
    const curve = planMatrix(plan, { ...question, participants: attackable, epsilons: study.attack.curve });
    return { ...matrix, curve };
  });
  if (!metrics.includes("variability")) return matrices;
  const varying = surrogates.map((choice) => {
    const id = surrogateId(choice.name);
    const model = (set: number) => trainedOn(choice, id, 1, trainingSet(set, fractionOf(choice)), set);
    return { id, model };
  });
  const [first, ...others] = matrices;
  const variability = planVariability(plan, study, varying, attackedOf(0), first.crafts);
  return [{ ...first, variability }, ...others];
}

function attackedShare({ split }: Study): number {
  if (split.attacked !== undefined) return split.attacked;
  throw new InputError("missing", "split.attacked", {
    expected: "a share of the rows to attack, as there is no data.test",
    got: "none",
    remedy: "for instance split: {target: 0.36, surrogate: 0.36, attacked: 0.28}",
  });
}

function labelNamed(name: string, classNames: readonly string[]): number {
  const label = classNames.indexOf(name);
  return label >= 0 ? label : unknownName("class of attack.class", name, classNames);
}

function noAttackedClass(): InputError {
  return new InputError("missing", "attack.class", {
    expected: "the class that is to be detected, as falseAlarms is given",
    got: "none",
    remedy: 'for instance class: "1"',
  });
}

function notAttackable(name: string, learner: string): InputError {
  return new InputError("unsupported", `surrogate "${name}"`, {
    expected: "a learner whose models have gradients",
    got: learner,
    remedy: "name it among the targets instead",
  });
}

function tooLarge({ split }: Study, rows: number): InputError {
  return new InputError("invalid", "split", {
    expected: `parts that together are at most the ${rows} rows of data.train`,
    got: JSON.stringify(split),
    remedy: "make the parts smaller",
  });
}
