// Which rows a study of evasion learns from and which it attacks, in each repetition: disjoint parts of the data that
// are trained on, or of those and the test data.

import { classNamed } from "../../data/labels.ts";
import { InputError } from "../../errors.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import { type Part, partAt } from "../engine/reference.ts";
import { splitShares } from "../splitShares.ts";
import type { StudyData } from "../studyData.ts";
import { split } from "../tasks/split.ts";
import type { Study } from "./schema.ts";

/** The classes, by their numbers, that an attack is about. */
export interface AttackedClasses {
  /** The one whose points are attacked and may be detected; all but `target` where absent. */
  readonly source?: number;
  /** The one that points are sent to; any wrong one where absent. */
  readonly target?: number;
  /** Those whose points are attacked, where not all are. */
  readonly attacked?: readonly number[];
}

/** The classes that a study names. @throws InputError for names that are none, and for one that is named twice */
export function attackedClasses({ attack }: Study, classNames: readonly string[]): AttackedClasses {
  const numbered = (option: "class" | "targetClass") => {
    const name = attack[option];
    return name === undefined ? undefined : classNamed(classNames, name, `class of attack.${option}`);
  };
  const [source, target] = [numbered("class"), numbered("targetClass")];
  if (target !== undefined && target === source) {
    throw new InputError("invalid", "attack.targetClass", {
      expected: "another class than attack.class",
      got: `${attack.targetClass} for both`,
      remedy: "leave one out, or name another class",
    });
  }
  const attacked = source !== undefined ? [source] : target !== undefined ? labelsBut(target, classNames) : undefined;
  return {
    ...(source !== undefined && { source }),
    ...(target !== undefined && { target }),
    ...(attacked && { attacked }),
  };
}

/** The rows of a study, each part by its repetition. */
export interface EvasionParts {
  /** What targets learn from. */
  target(repetition: number): Part;
  /** What surrogates learn from: this share of their part. */
  surrogate(repetition: number, fraction: number): Part;
  /**
   * Training sets of surrogates for V. With a test file those of the repetitions, so that their models serve twice;
   * else new ones among the rows that the first repetition does not attack.
   */
  trainingSet(set: number, fraction: number): Part;
  attacked(repetition: number): Part;
  /** Rows of all classes but `source`, among those that may be attacked. */
  benign(repetition: number): Part;
}

/** Adds splits to a plan as they are asked for. @throws InputError for parts that are larger than the data */
export function evasionParts(
  plan: PlanBuilder,
  study: Study,
  data: StudyData,
  { source, attacked }: AttackedClasses,
): EvasionParts {
  const { seed, surrogateFraction } = study;
  const train = data.train.part;
  const test = data.test?.part;
  const { rows } = train;
  const { classNames, labels } = data.train.dataset;
  const wanted = [study.split.target, study.split.surrogate, ...(test ? [] : [attackedShare(study)])];
  const shares = splitShares(study.split, wanted, rows);
  const attackable = test ? test.rows : Math.floor(shares[2] * rows);
  const inClasses = (of: Int32Array) => of.reduce((sum, label) => sum + (attacked?.includes(label) ? 1 : 0), 0);
  const ofClasses = data.test ? inClasses(data.test.dataset.labels) : Math.floor(shares[2] * inClasses(labels));
  /** The rows that may be attacked. */
  const most = attacked ? ofClasses : attackable;
  const points = Math.min(study.points ?? most, most);
  const prefixOf = (repetition: number) => (study.repetitions > 1 ? `repetition ${repetition + 1}: ` : "");
  /** The parts of one repetition, the surrogates' part with a share of its rows. */
  const splitOf = (repetition: number, fraction: number) => {
    const keep = [1, fraction, ...(test ? [] : [attacked ? 1 : points / attackable])];
    const parameters = { seed, repetition, fractions: shares, keep };
    return plan.add(split, parameters, { data: train }, `${prefixOf(repetition)}split`);
  };
  const surrogate = (repetition: number, fraction: number) =>
    partAt(train, splitOf(repetition, fraction), 1, fraction * shares[1] * rows);
  /** So many points of some classes, a share of those, among all that may be attacked. */
  const withLabels = (repetition: number, only: readonly number[], rows: number, share: number, what: string): Part => {
    const parameters = { seed, repetition, fractions: [share], only, ...(!test && { parts: [2] }) };
    const inputs = test ? { data: test } : { data: train, among: splitOf(repetition, surrogateFraction) };
    const chosen = plan.add(split, parameters, inputs, `${prefixOf(repetition)}choice of ${what}`);
    return partAt(inputs.data, chosen, 0, rows);
  };
  return {
    target: (repetition) => partAt(train, splitOf(repetition, surrogateFraction), 0, shares[0] * rows),
    surrogate,
    trainingSet(set, fraction) {
      if (test) return surrogate(set, fraction);
      const share = (fraction * shares[1]) / (shares[0] + shares[1]);
      const parameters = { seed, repetition: set, fractions: [share], parts: [0, 1] };
      const inputs = { data: train, among: splitOf(0, 1) };
      const chosen = plan.add(split, parameters, inputs, `training set ${set + 1}`);
      return partAt(train, chosen, 0, fraction * shares[1] * rows);
    },
    attacked(repetition) {
      if (attacked) return withLabels(repetition, attacked, points, points / most, "points");
      if (!test) return partAt(train, splitOf(repetition, surrogateFraction), 2, points);
      const parameters = { seed, repetition, fractions: [points / attackable] };
      const chosen = plan.add(split, parameters, { data: test }, `${prefixOf(repetition)}choice of points`);
      return partAt(test, chosen, 0, points);
    },
    benign: (repetition) =>
      withLabels(repetition, labelsBut(source, classNames), attackable - most, 1, "benign points"),
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

function labelsBut(left: number | undefined, classNames: readonly string[]): readonly number[] {
  return classNames.flatMap((_, label) => (label === left ? [] : [label]));
}
