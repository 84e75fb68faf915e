// Points that are crafted on a model, or on several at once: the tasks that craft, judge and count them.

import { type Attacker, withDefaults } from "../../attacks/attacker.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import type { Ref } from "../engine/reference.ts";
import { craft } from "../tasks/craft.ts";
import { type CraftFacts, craftCost } from "../tasks/craftCost.ts";
import type { CraftOutcome } from "../tasks/craftOutcome.ts";
import type { StoredModel } from "../tasks/fit.ts";
import { type Judgement, judge } from "../tasks/judge.ts";
import { queryTarget, type ServiceIdentity } from "../tasks/queryTarget.ts";
import { type MatrixQuestion, unitsIn } from "./matrixQuestion.ts";
import type { CleanModels } from "./planClean.ts";

/** Crafted points, what they did, and what they took. */
export interface MatrixCraft {
  readonly craft: Ref<CraftOutcome>;
  readonly judge: Ref<Judgement>;
  readonly judged: readonly string[];
  readonly cost: Ref<readonly CraftFacts[]>;
}

interface PlannedAttack {
  /** What people are told. */
  readonly id: string;
  /** What the points are crafted on. */
  readonly on: { readonly model: Ref<StoredModel> } | { readonly models: readonly Ref<StoredModel>[] };
  readonly attacker?: Attacker | undefined;
  /** The participants that judge them. */
  readonly judged: readonly string[];
}

/** Adds to a plan that points are crafted and judged. */
export function planAttack(
  plan: PlanBuilder,
  question: MatrixQuestion,
  { models, services, looks }: CleanModels,
  { id, on, attacker, judged }: PlannedAttack,
): MatrixCraft {
  const { attacked, pool, epsilons, norm, direction, seed, prefix, target } = question;
  const budgets = epsilons.length;
  const how = attacker && withDefaults(attacker);
  const parameters = {
    ...{ norm, ...unitsIn(question), epsilons, seed },
    ...(direction && { direction }),
    ...(target !== undefined && { target }),
    // Who names no part of an attacker means the one that is meant where none is named, and gets its results.
    ...(how && Object.keys(how).length > 0 && { attacker: how }),
  };
  const points = plan.add(craft, parameters, { attacked, pool, ...on }, `${prefix}attack on ${id}`);
  const askAbout = (service: Ref<ServiceIdentity>) =>
    plan.add(queryTarget, { budgets }, { craft: points, service }, `${prefix}asking about points of ${id}`);
  const judges = judged.map((other) => {
    const service = services.get(other);
    const asked = service ? { answers: askAbout(service) } : { model: models.get(other)! };
    return { id: other, look: looks.get(other)!, ...asked };
  });
  const inputs = { attacked, craft: points, judged: judges };
  const verdicts = plan.add(judge, { budgets }, inputs, `${prefix}judging points of ${id}`);
  const cost = plan.add(craftCost, {}, { attacked, craft: points }, `${prefix}cost of points of ${id}`);
  return { craft: points, judge: verdicts, judged, cost };
}
