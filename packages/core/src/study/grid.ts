// A study: surrogates against targets over repetitions, each on another random split of the data.

import { type Dataset, featureCount, rowCount } from "../data/dataset.ts";
import { InputError, unknownName } from "../errors.ts";
import { learnerByName, parseOptions } from "../learners/index.ts";
import { presetOptions } from "../learners/presets.ts";
import { mean, standardError } from "../stats/describe.ts";
import type { Interval } from "../stats/sample.ts";
import { studentCritical } from "../stats/student.ts";
import type { Store } from "./execute.ts";
import { type Explanation, explainStudy } from "./explain.ts";
import { type MatrixKeys, type Participant, planFit, planMatrix, type TrainedModel } from "./matrix.ts";
import { nameOf, surrogateId, targetId } from "./names.ts";
import type { PlanBuilder } from "./plan.ts";
import { type Comparison, compareWithPrinted } from "./printed.ts";
import type { AuditCell, Transfer } from "./result.ts";
import type { LearnerChoice, Study } from "./schema.ts";
import type { Parameters } from "./task.ts";
import { type PartRef, partInputs, partParameters } from "./tasks/dataset.ts";
import { planVariability, type SurrogateVariability } from "./variability.ts";
import { VERSION } from "./version.ts";

/** Data of a study as artifacts of a plan. */
export interface StudyData {
  readonly train: { readonly key: string; readonly dataset: Dataset };
  readonly test?: { readonly key: string; readonly dataset: Dataset };
}

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
  /** Of the mean over repetitions; absent where there is one. */
  readonly standardError?: number;
}

/** The study at a named size. @throws InputError for a name it does not have. */
export function atScale<S extends { readonly scales: Readonly<Record<string, object>> }>(
  study: S,
  scale: string | undefined,
): S {
  if (scale === undefined) return study;
  const names = Object.keys(study.scales);
  if (!names.includes(scale)) unknownName("scale", scale, names);
  const given = Object.entries(study.scales[scale]).filter(([, value]) => value !== undefined);
  return { ...study, ...Object.fromEntries(given) };
}

/** The study with some of its models. @throws InputError for names it does not have. */
export function restrict<S extends Pick<Study, "surrogates" | "targets">>(study: S, only: readonly string[]): S {
  const { surrogates, targets } = study;
  const names = [...new Set([...surrogates, ...targets].map(nameOf))];
  for (const name of only) if (!names.includes(name)) unknownName("model of --only", name, names);
  const isWanted = (choice: LearnerChoice) => only.includes(nameOf(choice));
  const kept = { surrogates: surrogates.filter(isWanted), targets: targets.filter(isWanted) };
  if (kept.surrogates.length > 0 && kept.targets.length > 0) return { ...study, ...kept };
  throw new InputError("invalid", "option --only", {
    expected: "at least one surrogate and one target",
    got: only.join(", "),
    remedy: `choose from ${names.join(", ")}`,
  });
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

/** Reads the outcome of a study whose plan has been executed. */
export async function readStudy(
  store: Store,
  keys: readonly MatrixKeys[],
  study: Study,
  data: StudyResult["data"],
): Promise<StudyResult> {
  const read = async (key: string) => {
    const artifact = await store.read(key);
    if (!artifact) throw new Error(`artifact ${key} is gone from the store`);
    return artifact.json;
  };
  const whole: Transfer[] = [];
  const variability: SurrogateVariability[] = [];
  const curved: Transfer[] = [];
  for (const { transfer, curve, variability: varied } of keys) {
    whole.push((await read(transfer)) as unknown as Transfer);
    if (curve !== undefined) curved.push((await read(curve.transfer)) as unknown as Transfer);
    for (const [surrogate, key] of varied ?? []) {
      const found = (await read(key)) as unknown as Omit<SurrogateVariability, "surrogate"> | null;
      if (found) variability.push({ surrogate, ...found });
    }
  }
  const repetitions = whole.map((each) => select(each, study));
  const cells = repetitions[0].cells.map((first): StudyCell => {
    const same = repetitions.map((repetition) => cellLike(repetition, first));
    const ratios = same.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio]));
    return {
      surrogate: first.surrogate,
      target: first.target,
      epsilon: first.epsilon,
      errorUnderAttack: overRepetitions(same.map(({ errorUnderAttack }) => errorUnderAttack)),
      ...(ratios.length === same.length && { ratio: mean(ratios)! }),
    };
  });
  const transferRates = study.surrogates.flatMap((choice) =>
    study.attack.epsilons.map((epsilon) => {
      const surrogate = surrogateId(nameOf(choice));
      const row = cells.filter((cell) => cell.surrogate === surrogate && cell.epsilon === epsilon);
      return { surrogate, epsilon, rate: mean(row.map(({ errorUnderAttack }) => errorUnderAttack.estimate))! };
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
    return { target, epsilon, error: mean(errors)!, ...(error !== undefined && { standardError: error }) };
  };
  return (repetitions[0]?.models ?? []).flatMap(({ id }) => {
    const clean = repetitions.map(({ models }) => models.find((model) => model.id === id)!.cleanError.estimate);
    const own = repetitions[0].cells.filter((cell) => cell.surrogate === id && cell.target === id);
    const attacked = own.map((cell) =>
      point(
        id,
        cell.epsilon,
        repetitions.map((each) => cellLike(each, cell).errorUnderAttack.estimate),
      ),
    );
    return [point(id, 0, clean), ...attacked.sort((a, b) => a.epsilon - b.epsilon)];
  });
}

/** Leaves out the metrics that were not asked for. */
function select(transfer: Transfer, { metrics }: Study): Transfer {
  const { models, pairs } = transfer;
  return {
    ...transfer,
    models: metrics.includes("size") ? models : models.map(({ gradientSize: _, ...rest }) => rest),
    pairs: metrics.includes("alignment") ? pairs : [],
  };
}

function cellLike({ cells }: Transfer, { surrogate, target, epsilon }: AuditCell): AuditCell {
  return cells.find((cell) => cell.surrogate === surrogate && cell.target === target && cell.epsilon === epsilon)!;
}

/** The mean over repetitions with Student's interval; one repetition has its own interval over points. */
export function overRepetitions(errors: readonly Interval[]): Interval {
  if (errors.length === 1) {
    const [{ estimate, low, high }] = errors;
    return { estimate, low, high };
  }
  const values = errors.map(({ estimate }) => estimate);
  const centre = mean(values)!;
  const half = studentCritical(0.05, values.length - 1) * standardError(values)!;
  return { estimate: centre, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export interface Resolved {
  readonly name: string;
  readonly learner: string;
  readonly complexity?: "high" | "low";
  readonly options: Parameters;
  readonly fraction?: number;
}

/** A choice with all of its options. */
export function resolve(choice: LearnerChoice): Resolved {
  const learner = learnerByName(choice.learner);
  const base = choice.preset
    ? presetOptions(choice.learner, choice.preset)
    : choice.complexity
      ? learner.complexities[choice.complexity]
      : {};
  const options = parseOptions(learner, { ...base, ...choice.options }) as Parameters;
  const name = nameOf(choice);
  const [whole] = name.split("@");
  const complexity = whole.endsWith("_H") ? "high" : whole.endsWith("_L") ? "low" : choice.complexity;
  const { fraction } = choice;
  return {
    name,
    learner: choice.learner,
    ...(complexity && { complexity }),
    options,
    ...(fraction !== undefined && { fraction }),
  };
}

function attackedShare({ split }: Study): number {
  if (split.attacked !== undefined) return split.attacked;
  throw new InputError("missing", "split.attacked", {
    expected: "a share of the rows to attack, as there is no data.test",
    got: "none",
    remedy: "for instance split: {target: 0.36, surrogate: 0.36, attacked: 0.28}",
  });
}

export function requireDistinct(what: string, choices: readonly Resolved[]): void {
  const names = choices.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new InputError("invalid", what, {
    expected: "models of different names",
    got: `"${twice}" twice`,
    remedy: "give one of them another name",
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
