// The models of a transfer matrix as they stand without any attack.

import type { PlanBuilder } from "../engine/plan.ts";
import type { Ref } from "../engine/reference.ts";
import { type CleanEvaluation, evaluateClean } from "../tasks/evaluateClean.ts";
import type { StoredModel } from "../tasks/fit.ts";
import { queryTarget, type ServiceIdentity } from "../tasks/queryTarget.ts";
import { type MatrixQuestion, unitsIn } from "./matrixQuestion.ts";

/** Models, services, and what is known of each on clean points, by the names of participants. */
export interface CleanModels {
  readonly models: ReadonlyMap<string, Ref<StoredModel>>;
  readonly services: ReadonlyMap<string, Ref<ServiceIdentity>>;
  readonly looks: ReadonlyMap<string, Ref<CleanEvaluation>>;
}

/** Adds to a plan that participants are looked at on the points that are to be attacked. */
export function planClean(plan: PlanBuilder, question: MatrixQuestion): CleanModels {
  const { participants, attacked, norm, prefix, extra } = question;
  const services = new Map<string, Ref<ServiceIdentity>>();
  const models = new Map<string, Ref<StoredModel>>();
  const looks = new Map<string, Ref<CleanEvaluation>>();
  const size = extra?.size ? { size: extra.size, norm, ...unitsIn(question) } : {};
  for (const participant of participants) {
    const { id } = participant;
    if ("service" in participant) {
      const { service } = participant;
      services.set(id, service);
      const answers = plan.add(queryTarget, {}, { service, attacked }, `${prefix}asking ${id}`);
      looks.set(id, plan.add(evaluateClean, {}, { attacked, answers }, `${prefix}answers of ${id}`));
    } else {
      const { model } = participant;
      models.set(id, model);
      looks.set(id, plan.add(evaluateClean, size, { attacked, model }, `${prefix}gradients of ${id}`));
    }
  }
  return { models, services, looks };
}
