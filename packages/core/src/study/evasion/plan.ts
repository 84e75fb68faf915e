// A study as tasks: surrogates against targets over repetitions, each on another random split of the data.

import { classNamed } from "../../data/labels.ts";
import { assert, InputError } from "../../errors.ts";
import { learnerByName } from "../../learners/registry.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import { type Part, partAt, type Ref } from "../engine/reference.ts";
import { modelId, surrogateId, targetId } from "../names.ts";
import type { StudyData } from "../studyData.ts";
import { type Given, type Resolved, requireDistinct, resolveModel } from "../studyModels.ts";
import type { StoredModel } from "../tasks/fit.ts";
import { setOperatingPoint } from "../tasks/setOperatingPoint.ts";
import { split } from "../tasks/split.ts";
import { areByScores, attackersOf, checkAttackers, ensemblesOf, furtherCrafts } from "./attackers.ts";
import { type Matrix, type Participant, planFit, planMatrix } from "./matrix.ts";
import type { Study } from "./schema.ts";
import { planVariability } from "./variability.ts";

/** Adds the tasks of a study to a plan; one matrix per repetition. */
export function planStudy(plan: PlanBuilder, study: Study, data: StudyData): readonly Matrix[] {
  const surrogates = study.surrogates.map(resolveModel);
  const targets = study.targets.map(resolveModel);
  requireDistinct(
    "surrogates",
    surrogates.map(({ name }) => name),
  );
  requireDistinct(
    "targets",
    targets.map(({ name }) => name),
  );
  const attackers = attackersOf(study);
  const givenAs = (role: Participant["role"], { name }: Given) => {
    const found = data.models?.get(modelId(role, name));
    assert(found, `model ${name} was not given`);
    return found;
  };
  const hasGradients = (choice: Resolved | Given, role: Participant["role"]): boolean => {
    if (choice.learner === undefined) return givenAs(role, choice).hasGradients;
    return learnerByName(choice.learner).capabilities.differentiable;
  };
  const isAttackable = (choice: Resolved | Given, role: Participant["role"]) =>
    hasGradients(choice, role) ||
    (areByScores(attackers) && !(choice.learner === undefined && "service" in givenAs(role, choice)));
  for (const choice of surrogates) if (!isAttackable(choice, "surrogate")) throw notAttackable(choice);
  const ensembles = ensemblesOf(study, surrogates, targets);
  checkAttackers(attackers, ensembles, study, data.train.dataset, data.features);
  checkFeatures(study, data);
  const train = data.train.part;
  const test = data.test?.part;
  const { rows } = train;
  const fractions = [study.split.target, study.split.surrogate, ...(data.test ? [] : [attackedShare(study)])];
  const shares = fractions.map((value) => (value < 1 ? value : value / rows));
  if (shares.reduce((sum, value) => sum + value, 0) > 1 + 1e-9) throw tooLarge(study, rows);
  const { seed } = study;
  const attackableRows = test ? test.rows : Math.floor(shares[2] * rows);
  const { classNames, labels } = data.train.dataset;
  const attackedLabel =
    study.attack.class === undefined ? undefined : classNamed(classNames, study.attack.class, "class of attack.class");
  if (study.falseAlarms !== undefined) {
    if (attackedLabel === undefined) throw noAttackedClass();
    const service = targets.find((each) => each.learner === undefined && "service" in givenAs("target", each));
    if (service) throw noOperatingPoint(service.name);
  }
  const { targetClass } = study.attack;
  const target =
    targetClass === undefined ? undefined : classNamed(classNames, targetClass, "class of attack.targetClass");
  if (target !== undefined && target === attackedLabel) throw sentToItself(targetClass!);
  /**
   * The classes whose points are attacked, where not all are: the one that is named, or all but the one they are sent
   * to.
   */
  const attackedLabels =
    attackedLabel !== undefined ? [attackedLabel] : target !== undefined ? labelsBut(target, classNames) : undefined;
  /** The rows that may be attacked. */
  const ofClass = attackedLabels
    ? Math.floor(
        data.test
          ? data.test.dataset.labels.filter((label) => attackedLabels.includes(label)).length
          : shares[2] * labels.filter((label) => attackedLabels.includes(label)).length,
      )
    : attackableRows;
  const points = Math.min(study.points ?? ofClass, ofClass);
  const benignRows = attackableRows - ofClass;
  const prefixOf = (repetition: number) => (study.repetitions > 1 ? `repetition ${repetition + 1}: ` : "");
  /** The parts of one repetition, the surrogates' part with a share of its rows. */
  const splitOf = (repetition: number, fraction: number) => {
    const keep = [1, fraction, ...(test ? [] : [attackedLabels ? 1 : points / attackableRows])];
    const parameters = { seed, repetition, fractions: shares, keep };
    return plan.add(split, parameters, { data: train }, `${prefixOf(repetition)}split`);
  };
  const targetPart = (repetition: number) =>
    partAt(train, splitOf(repetition, study.surrogateFraction), 0, shares[0] * rows);
  const surrogatePart = (repetition: number, fraction: number) =>
    partAt(train, splitOf(repetition, fraction), 1, fraction * shares[1] * rows);
  /**
   * Training sets of surrogates for V. With a test file those of the repetitions, so that their models serve twice;
   * else new ones among the rows that the first repetition does not attack.
   */
  const trainingSet = (set: number, fraction: number): Part => {
    if (test) return surrogatePart(set, fraction);
    const share = (fraction * shares[1]) / (shares[0] + shares[1]);
    const parameters = { seed, repetition: set, fractions: [share], parts: [0, 1] };
    const inputs = { data: train, among: splitOf(0, 1) };
    return partAt(
      train,
      plan.add(split, parameters, inputs, `training set ${set + 1}`),
      0,
      fraction * shares[1] * rows,
    );
  };
  /** So many points of some classes, a share of those, among all that may be attacked. */
  const withLabels = (repetition: number, only: readonly number[], rows: number, share: number, what: string): Part => {
    const parameters = { seed, repetition, fractions: [share], only, ...(!test && { parts: [2] }) };
    const inputs = test ? { data: test } : { data: train, among: splitOf(repetition, study.surrogateFraction) };
    const chosen = plan.add(split, parameters, inputs, `${prefixOf(repetition)}choice of ${what}`);
    return partAt(inputs.data, chosen, 0, rows);
  };
  const attackedOf = (repetition: number): Part => {
    if (attackedLabels) return withLabels(repetition, attackedLabels, points, points / ofClass, "points");
    if (!test) return partAt(train, splitOf(repetition, study.surrogateFraction), 2, points);
    const parameters = { seed, repetition, fractions: [points / attackableRows] };
    return partAt(
      test,
      plan.add(split, parameters, { data: test }, `${prefixOf(repetition)}choice of points`),
      0,
      points,
    );
  };
  const fractionOf = ({ fraction }: Resolved) => fraction ?? study.surrogateFraction;
  const targetNames = targets.map(({ name }) => targetId(name));
  const { metrics } = study;
  const extra = {
    perturbations: metrics.includes("perturbation"),
    ...(metrics.includes("smoothness") && { smoothness: study.smoothness }),
    ...(study.size !== undefined && { size: study.size }),
  };
  const trained = ({ learner, options }: Resolved, id: string, training: Part, repetition: number) => ({
    ...{ learner, options, training },
    label: `${id}/${repetition}`,
  });
  const matrices = Array.from({ length: study.repetitions }, (_, repetition): Matrix => {
    const prefix = prefixOf(repetition);
    /** A target that reports the attacked class with few false alarms, where that is asked for. */
    const asTarget = (choice: Resolved, id: string) =>
      atOperatingPoint(
        planFit(plan, id, trained(choice, id, targetPart(repetition), repetition), { seed, prefix }),
        id,
      );
    const atOperatingPoint = (model: Ref<StoredModel>, id: string) => {
      if (study.falseAlarms === undefined) return model;
      const others = labelsBut(attackedLabel!, classNames);
      const benign = withLabels(repetition, others, benignRows, 1, "benign points");
      const parameters = { positive: attackedLabel!, falseAlarms: study.falseAlarms };
      return plan.add(setOperatingPoint, parameters, { benign, model }, `${prefix}operating point of ${id}`);
    };
    const asSurrogate = (choice: Resolved, id: string) => {
      const training = surrogatePart(repetition, fractionOf(choice));
      return planFit(plan, id, trained(choice, id, training, repetition), { seed, prefix });
    };
    const participant = (choice: Resolved | Given, role: Participant["role"]): Participant => {
      const id = modelId(role, choice.name);
      const judged = isAttackable(choice, role) && { judges: role === "target" ? [id] : targetNames };
      if (choice.learner === undefined) {
        const given = givenAs(role, choice);
        if ("service" in given) return { id, role, service: given.service };
        return { id, role, model: role === "target" ? atOperatingPoint(given.model, id) : given.model, ...judged };
      }
      return {
        ...{ id, role, learner: choice.learner },
        ...(choice.complexity && { complexity: choice.complexity }),
        model: role === "target" ? asTarget(choice, id) : asSurrogate(choice, id),
        ...judged,
      };
    };
    const asTargets = targets.map((choice) => participant(choice, "target"));
    const question = {
      attacked: attackedOf(repetition),
      pool: surrogatePart(repetition, study.surrogateFraction),
      norm: study.attack.norm,
      units: study.attack.units,
      ...(data.features && { features: data.features }),
      ...(study.attack.direction && { direction: study.attack.direction }),
      ...(target !== undefined && { target }),
      ...(attackers.length > 0 && { attacker: attackers[0].how }),
      seed,
      prefix,
    };
    const participants = [...asTargets, ...surrogates.map((choice) => participant(choice, "surrogate"))];
    const matrix = planMatrix(plan, {
      ...question,
      participants,
      further: furtherCrafts(attackers, ensembles, participants),
      epsilons: study.attack.epsilons,
      extra,
    });
    if (study.attack.curve.length === 0) return matrix;
    const attacked = asTargets.filter(({ judges }) => judges !== undefined);
    const curve = planMatrix(plan, { ...question, participants: attacked, epsilons: study.attack.curve });
    return { ...matrix, curve };
  });
  if (!metrics.includes("variability")) return matrices;
  // V is over training sets: a model that is given has learned from one, which nobody here knows.
  const varying = surrogates.flatMap((choice) => {
    if (choice.learner === undefined) return [];
    const id = surrogateId(choice.name);
    const model = (set: number) => trained(choice, id, trainingSet(set, fractionOf(choice)), set);
    return [{ id, model }];
  });
  const [first, ...others] = matrices;
  const variability = planVariability(plan, study, varying, attackedOf(0), first.crafts);
  return [{ ...first, variability }, ...others];
}

function checkFeatures({ attack }: Study, { features }: StudyData): void {
  const given = (["units", "direction"] as const).find((part) => features && attack[part] !== undefined);
  if (given === undefined) return;
  throw new InputError("invalid", `attack.${given}`, {
    expected: "none, as features say it of each column",
    got: String(attack[given]),
    remedy: "leave one of them out",
  });
}

function attackedShare({ split }: Study): number {
  if (split.attacked !== undefined) return split.attacked;
  throw new InputError("missing", "split.attacked", {
    expected: "a share of the rows to attack, as there is no data.test",
    got: "none",
    remedy: "for instance split: {target: 0.36, surrogate: 0.36, attacked: 0.28}",
  });
}

function labelsBut(left: number, classNames: readonly string[]): readonly number[] {
  return classNames.flatMap((_, label) => (label === left ? [] : [label]));
}

function sentToItself(name: string): InputError {
  return new InputError("invalid", "attack.targetClass", {
    expected: "another class than attack.class",
    got: `${name} for both`,
    remedy: "leave one out, or name another class",
  });
}

function noAttackedClass(): InputError {
  return new InputError("missing", "attack.class", {
    expected: "the class that is to be detected, as falseAlarms is given",
    got: "none",
    remedy: 'for instance class: "1"',
  });
}

function noOperatingPoint(name: string): InputError {
  return new InputError("unsupported", `falseAlarms for target "${name}"`, {
    expected: "a model whose threshold can be set",
    got: "a service, which has one of its own",
    remedy: "leave out falseAlarms",
  });
}

function notAttackable({ name, learner }: Resolved | Given): InputError {
  return new InputError("unsupported", `surrogate "${name}"`, {
    expected: learner === undefined ? "a model with gradients" : "a learner whose models have gradients",
    got: learner ?? "one without",
    remedy: "name it among the targets instead, or let attackers search by scores (evolution, beam)",
  });
}

function tooLarge({ split }: Study, rows: number): InputError {
  return new InputError("invalid", "split", {
    expected: `parts that together are at most the ${rows} rows of data.train`,
    got: JSON.stringify(split),
    remedy: "make the parts smaller",
  });
}
