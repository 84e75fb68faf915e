// An audit as tasks: surrogates are trained, all models craft, and all judge.

import type { Attacker } from "../../attacks/attacker.ts";
import { learnerByName } from "../../learners/registry.ts";
import { parseOptions } from "../../registry.ts";
import { norms } from "../../threat/norm.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import type { Part, Ref } from "../engine/reference.ts";
import { type Matrix, planMatrix } from "../evasion/matrix.ts";
import type { Participant } from "../evasion/matrixQuestion.ts";
import { planFit } from "../evasion/planFit.ts";
import type { AuditAttacker } from "../namedAttacker.ts";
import { levelName, TARGET } from "../names.ts";
import type { AlignmentEstimate } from "../result.ts";
import { estimateAlignment } from "../tasks/estimateAlignment.ts";
import type { ServiceIdentity } from "../tasks/queryTarget.ts";
import { furtherOf } from "./attackers.ts";
import type { AuditParts, AuditQuestion } from "./question.ts";

/** What an audit leaves behind. */
export interface AuditMatrix extends Matrix {
  /** The estimate of alignment, where it was asked for. */
  readonly estimate?: Ref<AlignmentEstimate>;
}

/** Directions at each point of an estimate, beside those of the surrogates' gradients. */
const RANDOM_DIRECTIONS = 16;

/** The most rows that an audit asks a service about: clean points, crafted ones, and those of an estimate. */
export function mostQueries(
  points: number,
  {
    surrogates,
    attackers = [],
    epsilons,
    estimate,
  }: {
    surrogates: number;
    attackers?: readonly AuditAttacker[];
    epsilons: number;
    estimate?: AuditQuestion["estimate"];
  },
): number {
  const crafts = surrogates + furtherOf(attackers, TARGET).length;
  const atEstimate = 2 * (surrogates + RANDOM_DIRECTIONS) * Math.min(points, estimate?.points ?? 0);
  return points * (1 + crafts * epsilons) + atEstimate;
}

/** Adds the tasks of an audit to a plan: all models craft, and all judge. */
export function planAudit(plan: PlanBuilder, question: AuditQuestion, parts: AuditParts): AuditMatrix {
  const { surrogates, attackers = [], norm, epsilons, seed, units, features, targetClass } = question;
  const attacker = aiming(question.attack, question);
  const { target, training, attacked } = parts;
  const how = { seed, prefix: "" };
  const ids = [TARGET, ...surrogates.map(({ learner, complexity }) => levelName(learner, complexity))];
  const about = { id: TARGET, role: "target" as const };
  const asked = (): Participant => {
    // Nothing can be crafted on what gives no gradients, so there is nothing to judge either.
    if ("service" in target) return { ...about, service: target.service };
    if ("model" in target) return { ...about, model: target.model, judges: ids };
    return { ...about, learner: target.learner, model: planFit(plan, TARGET, target, how), judges: ids };
  };
  const others = surrogates.map((choice): Participant => {
    const learner = learnerByName(choice.learner);
    const id = levelName(choice.learner, choice.complexity);
    const options = parseOptions(learner, learner.complexities[choice.complexity]);
    const model = planFit(plan, id, { learner: choice.learner, options, training, label: id }, how);
    return { id, role: "surrogate", ...choice, model, judges: ids };
  });
  const shared = {
    ...{ norm, units, epsilons, ...how },
    ...(features && { features }),
    ...(attacker && { attacker }),
    ...(targetClass && { target: targetClass.label }),
    participants: [asked(), ...others],
  };
  const further = furtherOf(attackers, TARGET).map(({ attacker: by, ...craft }) => ({
    ...craft,
    ...(by && { attacker: { ...by, how: aiming(by.how, question)! } }),
  }));
  const matrix = planMatrix(plan, { ...shared, further, attacked, pool: training });
  if (!("service" in target) || !question.estimate) return matrix;
  const estimate = planEstimate(plan, matrix, target.service, question, attacked);
  return { ...matrix, estimate, wanted: [...matrix.wanted, estimate] };
}

/** Adds the estimate of alignment. */
function planEstimate(
  plan: PlanBuilder,
  { crafts, looks }: Matrix,
  service: Ref<ServiceIdentity>,
  { seed, asked, estimate, norm, units, features, epsilons }: AuditQuestion,
  attacked: Part,
): Ref<AlignmentEstimate> {
  const { counts } = norms[norm];
  const [low, high] = units === "ranges" || counts ? [0, 1] : asked.box;
  const inCosts = features && !counts;
  const parameters = {
    points: Math.min(attacked.rows, estimate!.points),
    random: RANDOM_DIRECTIONS,
    // Long beside the rounding of scores, short beside the budgets of an audit: 1/20 of them, or of range sqrt(D) / 28.
    step: inCosts ? Math.min(...epsilons) / 20 : ((high - low) * Math.sqrt(attacked.features)) / 560,
    ...{ norm, seed },
    ...(features ? { features } : units === "ranges" && { units }),
  };
  const surrogates = [...crafts.keys()].map((id) => ({ id, look: looks.get(id)! }));
  return plan.add(estimateAlignment, parameters, { attacked, service, surrogates }, "estimate of alignment");
}

/** An attacker that raises what the question says; as it is where it says nothing. */
const aiming = (how: Attacker | undefined, { objective }: AuditQuestion): Attacker | undefined =>
  objective === undefined ? how : { ...how, objective };
