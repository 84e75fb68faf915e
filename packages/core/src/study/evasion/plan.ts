// A study as tasks: surrogates against targets over repetitions, each on another random split of the data.

import { assert, InputError } from "../../errors.ts";
import { learnerByName } from "../../learners/registry.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import { planRepetitions } from "../engine/planRepetitions.ts";
import type { Part, Ref } from "../engine/reference.ts";
import { modelId, surrogateId, targetId } from "../names.ts";
import type { StudyData, StudyModel } from "../studyData.ts";
import { type Given, type Resolved, requireDistinct, resolveModel } from "../studyModels.ts";
import type { StoredModel } from "../tasks/fit.ts";
import { setOperatingPoint } from "../tasks/setOperatingPoint.ts";
import { areByScores, attackersOf, checkAttackers, ensemblesOf, furtherCrafts } from "./attackers.ts";
import { type Matrix, planMatrix } from "./matrix.ts";
import type { Participant } from "./matrixQuestion.ts";
import { type AttackedClasses, attackedClasses, type EvasionParts, evasionParts } from "./parts.ts";
import { planFit, type TrainedModel } from "./planFit.ts";
import type { Study } from "./schema.ts";
import { planVariability } from "./variability.ts";

type Role = Participant["role"];

/** What all repetitions share. */
interface Shared {
  readonly plan: PlanBuilder;
  readonly study: Study;
  readonly data: StudyData;
  readonly surrogates: readonly (Resolved | Given)[];
  readonly targets: readonly (Resolved | Given)[];
  readonly attackers: ReturnType<typeof attackersOf>;
  readonly ensembles: ReturnType<typeof ensemblesOf>;
  readonly classes: AttackedClasses;
  readonly parts: EvasionParts;
}

/** Adds the tasks of a study to a plan; one matrix per repetition. @throws InputError for what does not fit the data */
export function planStudy(plan: PlanBuilder, study: Study, data: StudyData): readonly Matrix[] {
  const surrogates = study.surrogates.map(resolveModel);
  const targets = study.targets.map(resolveModel);
  requireDistinct("surrogates", surrogates);
  requireDistinct("targets", targets);
  const attackers = attackersOf(study);
  for (const choice of surrogates)
    if (!isAttackable({ data, attackers }, choice, "surrogate")) throw notAttackable(choice);
  const ensembles = ensemblesOf(study, surrogates, targets);
  checkAttackers(attackers, ensembles, study, data.train.dataset, data.features);
  checkFeatures(study, data);
  const classes = attackedClasses(study, data.train.dataset.classNames);
  const parts = evasionParts(plan, study, data, classes);
  if (study.falseAlarms !== undefined) {
    if (classes.source === undefined) throw noAttackedClass();
    const service = targets.find((each) => each.learner === undefined && "service" in givenAs(data, "target", each));
    if (service) throw noOperatingPoint(service.name);
  }
  const shared = { plan, study, data, surrogates, targets, attackers, ensembles, classes, parts };
  const matrices = planRepetitions(plan, study.repetitions, (repetition) => planRepetition(shared, repetition));
  if (!study.metrics.includes("variability")) return matrices;
  // V is over training sets: a model that is given has learned from one, which nobody here knows.
  const varying = surrogates.flatMap((choice) => {
    if (choice.learner === undefined) return [];
    const id = surrogateId(choice.name);
    const model = (set: number) => trained(choice, id, parts.trainingSet(set, fractionOf(study, choice)), set);
    return [{ id, model }];
  });
  const [first, ...others] = matrices;
  const variability = planVariability(plan, study, varying, parts.attacked(0), first.crafts);
  return [{ ...first, variability }, ...others];
}

function planRepetition(shared: Shared, repetition: number): Matrix {
  const { plan, study, data, surrogates, targets, attackers, ensembles, classes, parts } = shared;
  const { seed, attack, metrics } = study;
  const prefix = study.repetitions > 1 ? `repetition ${repetition + 1}: ` : "";
  const targetIds = targets.map(({ name }) => targetId(name));
  const fitted = (choice: Resolved, role: Role, id: string) => {
    const training =
      role === "target" ? parts.target(repetition) : parts.surrogate(repetition, fractionOf(study, choice));
    return planFit(plan, id, trained(choice, id, training, repetition), { seed, prefix });
  };
  /** A target that reports the attacked class with few false alarms, where that is asked for. */
  const atOperatingPoint = (model: Ref<StoredModel>, role: Role, id: string) => {
    if (role !== "target" || study.falseAlarms === undefined) return model;
    const parameters = { positive: classes.source!, falseAlarms: study.falseAlarms };
    const inputs = { benign: parts.benign(repetition), model };
    return plan.add(setOperatingPoint, parameters, inputs, `${prefix}operating point of ${id}`);
  };
  const participant = (choice: Resolved | Given, role: Role): Participant => {
    const id = modelId(role, choice.name);
    const judges = isAttackable(shared, choice, role) && { judges: role === "target" ? [id] : targetIds };
    if (choice.learner === undefined) {
      const given = givenAs(data, role, choice);
      if ("service" in given) return { id, role, service: given.service };
      return { id, role, model: atOperatingPoint(given.model, role, id), ...judges };
    }
    return {
      ...{ id, role, learner: choice.learner },
      ...(choice.complexity && { complexity: choice.complexity }),
      model: atOperatingPoint(fitted(choice, role, id), role, id),
      ...judges,
    };
  };
  const asTargets = targets.map((choice) => participant(choice, "target"));
  const participants = [...asTargets, ...surrogates.map((choice) => participant(choice, "surrogate"))];
  const question = {
    attacked: parts.attacked(repetition),
    pool: parts.surrogate(repetition, study.surrogateFraction),
    norm: attack.norm,
    units: attack.units,
    ...(data.features && { features: data.features }),
    ...(attack.direction && { direction: attack.direction }),
    ...(classes.target !== undefined && { target: classes.target }),
    ...(attackers.length > 0 && { attacker: attackers[0].how }),
    seed,
    prefix,
  };
  const matrix = planMatrix(plan, {
    ...question,
    participants,
    further: furtherCrafts(attackers, ensembles, participants),
    epsilons: attack.epsilons,
    extra: {
      perturbations: metrics.includes("perturbation"),
      ...(metrics.includes("smoothness") && { smoothness: study.smoothness }),
      ...(study.size !== undefined && { size: study.size }),
    },
  });
  if (attack.curve.length === 0) return matrix;
  const attacked = asTargets.filter(({ judges }) => judges !== undefined);
  const curve = planMatrix(plan, { ...question, participants: attacked, epsilons: attack.curve });
  return { ...matrix, curve };
}

const fractionOf = ({ surrogateFraction }: Study, { fraction }: Resolved) => fraction ?? surrogateFraction;

const trained = ({ learner, options }: Resolved, id: string, training: Part, repetition: number): TrainedModel => ({
  ...{ learner, options, training },
  label: `${id}/${repetition}`,
});

function givenAs({ models }: StudyData, role: Role, { name }: Given): StudyModel {
  const found = models?.get(modelId(role, name));
  assert(found, `model ${name} was not given`);
  return found;
}

/** Whether points can be crafted on a model: by its gradients, or by scores, where attackers ask for no more. */
function isAttackable(
  { data, attackers }: Pick<Shared, "data" | "attackers">,
  choice: Resolved | Given,
  role: Role,
): boolean {
  if (choice.learner !== undefined)
    return learnerByName(choice.learner).capabilities.differentiable || areByScores(attackers);
  const given = givenAs(data, role, choice);
  return given.hasGradients || (areByScores(attackers) && !("service" in given));
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
