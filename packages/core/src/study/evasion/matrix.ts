// The tasks of a transfer matrix: models, what is crafted on each, who judges it, and what follows.

import { InputError } from "../../errors.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { Transfer } from "../result.ts";
import type { CraftFacts } from "../tasks/craftCost.ts";
import type { CraftOutcome } from "../tasks/craftOutcome.ts";
import type { CleanEvaluation } from "../tasks/evaluateClean.ts";
import type { StoredModel } from "../tasks/fit.ts";
import type { Variability } from "../tasks/lossVariability.ts";
import type { MeasuredModel } from "../tasks/modelMetrics.ts";
import { modelPairs } from "../tasks/modelPairs.ts";
import { perturbationCorrelation } from "../tasks/perturbationCorrelation.ts";
import { smoothness } from "../tasks/smoothness.ts";
import { type MeasuredCraft, transferMetrics } from "../tasks/transferMetrics.ts";
import { type FurtherCraft, type MatrixQuestion, unitsIn } from "./matrixQuestion.ts";
import { type MatrixCraft, planAttack } from "./planAttack.ts";
import { planClean } from "./planClean.ts";

/** What a matrix leaves behind. */
export interface Matrix {
  /** The loss variability of each surrogate's learner, where it was asked for. */
  readonly variability?: ReadonlyMap<string, Ref<Variability>>;
  readonly transfer: Ref<Transfer>;
  /** What crafting took, all of it. */
  readonly costs: readonly Ref<readonly CraftFacts[]>[];
  /** The matrix of targets attacked white-box at further budgets, where they were asked for. */
  readonly curve?: Matrix;
  /** The points that are attacked. */
  readonly attacked: Part;
  /** All that is read when the plan has been executed. */
  readonly wanted: readonly Ref<unknown>[];
  /** The models that take part, by the names of participants; services have none. */
  readonly models: ReadonlyMap<string, Ref<StoredModel>>;
  readonly looks: ReadonlyMap<string, Ref<CleanEvaluation>>;
  /** What the matrix's own attacker crafts, by the model that it is crafted on. */
  readonly crafts: ReadonlyMap<string, MatrixCraft>;
  /** What was asked for beside that. */
  readonly further: readonly (MatrixCraft & Pick<FurtherCraft, "surrogate" | "attacker" | "of">)[];
}

/** Adds the tasks of a matrix to a plan. */
export function planMatrix(plan: PlanBuilder, question: MatrixQuestion): Matrix {
  const { participants, further: asked = [], attacked, epsilons, norm, seed, prefix, extra } = question;
  const inUnits = unitsIn(question);
  if ((question.features || question.units === "ranges") && extra?.smoothness) throw noSmoothness();
  const budgets = epsilons.length;
  const clean = planClean(plan, question);
  const { models, services, looks } = clean;
  const crafts = new Map<string, MatrixCraft>();
  for (const { id, judges: judged } of participants) {
    const model = models.get(id);
    if (judged && model)
      crafts.set(id, planAttack(plan, question, clean, { id, on: { model }, attacker: question.attacker, judged }));
  }
  const furtherCrafts = asked.map(({ surrogate, of, attacker, ensemble, judges: judged }) => {
    const on = of ? { models: of.map((id) => models.get(id)!) } : { model: models.get(surrogate)! };
    const how = { ...(of && { ensemble }), ...(attacker ? attacker.how : question.attacker) };
    const id = attacker ? `${surrogate} by ${attacker.name}` : surrogate;
    const made = planAttack(plan, question, clean, { id, on, attacker: how, judged });
    return { ...made, surrogate, ...(of && { of }), ...(attacker && { attacker }) };
  });
  const correlate = (id: string, points: Ref<CraftOutcome>, judged: readonly string[]) => {
    const others = judged.flatMap((other) => {
      const crafted = other === id ? undefined : crafts.get(other)?.craft;
      return crafted ? [{ id: other, craft: crafted }] : [];
    });
    const inputs = { attacked, craft: points, others };
    return plan.add(perturbationCorrelation, { budgets, norm, ...inUnits }, inputs, `${prefix}perturbations of ${id}`);
  };
  const smooth = (id: string, model: Ref<StoredModel>, points: number) => {
    const parameters = { points, radius: Math.min(...epsilons), seed };
    return plan.add(smoothness, parameters, { attacked, model }, `${prefix}smoothness of ${id}`);
  };
  const measuredModels = participants.map(({ id, role, learner, complexity }): MeasuredModel => {
    const model = models.get(id);
    return {
      id,
      role,
      ...(learner && { learner }),
      ...(complexity && { complexity }),
      model: model ?? services.get(id)!,
      look: looks.get(id)!,
      ...(extra?.smoothness && model && { smooth: smooth(id, model, extra.smoothness.points) }),
    };
  });
  const measuredCrafts = [...crafts].map(
    ([id, { craft, judge, judged }]): MeasuredCraft => ({
      ...{ id, judged, judge },
      ...(extra?.perturbations && { correlate: correlate(id, craft, judged) }),
    }),
  );
  const measuredFurther = furtherCrafts.map(
    ({ surrogate, attacker, judge, judged }, i): MeasuredCraft => ({
      id: ["further", String(i)],
      ...{ surrogate, judged, judge },
      ...(attacker && { attacker: attacker.name }),
    }),
  );
  // What attackers have in common with the matrix's own is of the same task, whoever they are.
  const further = furtherCrafts.flatMap(({ surrogate: id, judged: all }) => {
    const judged = all.filter((target) => !crafts.get(id)?.judged.includes(target));
    return models.has(id) && judged.length > 0 ? [{ id, judged }] : [];
  });
  const pairs = plan.add(
    modelPairs,
    { norm, ...inUnits, seed },
    {
      attacked,
      models: participants.map(({ id }) => ({ id, look: looks.get(id)! })),
      crafts: [...crafts].map(([id, { judged }]) => ({ id, judged })),
      ...(further.length > 0 && { further }),
    },
    `${prefix}alignments`,
  );
  const transfer = plan.add(
    transferMetrics,
    {
      epsilons,
      seed,
      ...(question.target !== undefined && { target: question.target }),
      size: extra?.size,
    },
    { attacked, models: measuredModels, pairs, crafts: [...measuredCrafts, ...measuredFurther] },
    `${prefix}metrics`,
  );
  const made = [...crafts.values(), ...furtherCrafts];
  const costs = made.map(({ cost }) => cost);
  const wanted = [
    ...[transfer, ...looks.values()],
    ...made.map(({ craft }) => craft),
    ...made.map(({ judge }) => judge),
    ...costs,
  ];
  return { transfer, costs, wanted, models, looks, crafts, further: furtherCrafts, attacked };
}

/** The largest curvature of features in other units is another one; nobody has asked for it yet. */
function noSmoothness(): InputError {
  return new InputError("unsupported", "smoothness with budgets in units of ranges", {
    expected: "one of the two",
    got: "both",
    remedy: "measure smoothness with budgets in the features' own units",
  });
}
