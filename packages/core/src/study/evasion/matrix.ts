// The tasks of a transfer matrix: models, what is crafted on each, who judges it, and what follows.

import { type Attacker, withDefaults } from "../../attacks/attacker.ts";
import { InputError } from "../../errors.ts";
import type { SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { Transfer } from "../result.ts";
import { type CraftParameters, craft } from "../tasks/craft.ts";
import { type CraftFacts, craftCost } from "../tasks/craftCost.ts";
import type { CraftOutcome } from "../tasks/craftOutcome.ts";
import { type CleanEvaluation, evaluateClean } from "../tasks/evaluateClean.ts";
import { type Configured, fit, type StoredModel } from "../tasks/fit.ts";
import { type Judgement, judge } from "../tasks/judge.ts";
import type { Variability } from "../tasks/lossVariability.ts";
import { perturbationCorrelation } from "../tasks/perturbationCorrelation.ts";
import { queryTarget, type ServiceIdentity } from "../tasks/queryTarget.ts";
import { smoothness } from "../tasks/smoothness.ts";
import { type MeasuredCraft, type MeasuredModel, transferMetrics } from "../tasks/transferMetrics.ts";

/** A model that takes part, or a service that can only be asked. */
export type Participant = Pick<MeasuredModel, "id" | "role" | "learner" | "complexity"> & {
  /** The models that judge what is crafted on this one; nothing is crafted where absent. */
  readonly judges?: readonly string[];
} & ({ readonly model: Ref<StoredModel> } | { readonly service: Ref<ServiceIdentity> });

/** Points that another attacker crafts, or that are crafted on several models at once. */
export interface FurtherCraft {
  /** The participant that they are crafted on, or what results call several. */
  readonly surrogate: string;
  /** The participants that are attacked at once, where they are several. */
  readonly of?: readonly string[];
  /** Who crafts them; the matrix's own attacker where absent. */
  readonly attacker?: { readonly name: string; readonly how: Attacker };
  /** The rule by which several models are combined, where the attacker says none. */
  readonly ensemble?: string;
  /** The models that judge them. */
  readonly judges: readonly string[];
}

/** Who is attacked on whom, with which points, and which metrics are wanted. */
export interface MatrixQuestion extends CraftParameters {
  readonly participants: readonly Participant[];
  readonly further?: readonly FurtherCraft[];
  readonly attacked: Part;
  /** Where starting points of other classes come from: what the attacker has. */
  readonly pool: Part;
  /** Metrics that cost extra: rho; smoothness on so many points; S under another definition than the primary one. */
  readonly extra?: {
    readonly perturbations?: boolean;
    readonly smoothness?: { readonly points: number };
    readonly size?: SizeDefinition;
  };
  /** Stands in front of what people are told, such as "repetition 2: ". */
  readonly prefix: string;
}

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
  readonly looks: ReadonlyMap<string, Ref<CleanEvaluation>>;
  /** What the matrix's own attacker crafts, by the model that it is crafted on. */
  readonly crafts: ReadonlyMap<string, MatrixCraft>;
  /** What was asked for beside that. */
  readonly further: readonly (MatrixCraft & Pick<FurtherCraft, "surrogate" | "attacker" | "of">)[];
}

/** Crafted points, what they did, and what they took. */
interface MatrixCraft {
  readonly craft: Ref<CraftOutcome>;
  readonly judge: Ref<Judgement>;
  readonly judged: readonly string[];
  readonly cost: Ref<readonly CraftFacts[]>;
}

/** Adds the tasks of a matrix to a plan. */
export function planMatrix(plan: PlanBuilder, question: MatrixQuestion): Matrix {
  const { participants, further = [], attacked, pool, epsilons, norm, direction, seed, prefix, extra } = question;
  const goal = question.target !== undefined && { target: question.target };
  const inUnits = question.features
    ? { features: question.features }
    : question.units === "ranges" && { units: question.units };
  if (inUnits && extra?.smoothness) throw noSmoothness();
  const budgets = epsilons.length;
  const services = new Map<string, Ref<ServiceIdentity>>();
  const models = new Map<string, Ref<StoredModel>>();
  const looks = new Map<string, Ref<CleanEvaluation>>();
  for (const participant of participants) {
    const { id } = participant;
    if ("service" in participant) {
      const { service } = participant;
      services.set(id, service);
      const answers = plan.add(queryTarget, {}, { service, attacked }, `${prefix}asking ${id}`);
      looks.set(id, plan.add(evaluateClean, {}, { attacked, answers }, `${prefix}answers of ${id}`));
      continue;
    }
    const { model } = participant;
    models.set(id, model);
    const size = extra?.size ? { size: extra.size, norm, ...inUnits } : {};
    looks.set(id, plan.add(evaluateClean, size, { attacked, model }, `${prefix}gradients of ${id}`));
  }
  /** Crafts points and has them judged; `id` is what people are told. */
  const attack = (
    id: string,
    on: { readonly model: Ref<StoredModel> } | { readonly models: readonly Ref<StoredModel>[] },
    attacker: Attacker | undefined,
    judged: readonly string[],
  ): MatrixCraft => {
    const how = attacker && withDefaults(attacker);
    // Who names no part of an attacker means the one that is meant where none is named, and gets its results.
    const who = how && Object.keys(how).length > 0 && { attacker: how };
    const parameters = { norm, ...inUnits, epsilons, seed, ...(direction && { direction }), ...goal, ...who };
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
  };
  const crafts = new Map<string, MatrixCraft>();
  for (const { id, judges: judged } of participants) {
    const model = models.get(id);
    if (judged && model) crafts.set(id, attack(id, { model }, question.attacker, judged));
  }
  const furtherCrafts = further.map(({ surrogate, of, attacker, ensemble, judges }) => {
    const on = of ? { models: of.map((id) => models.get(id)!) } : { model: models.get(surrogate)! };
    const how = { ...(of && { ensemble }), ...(attacker ? attacker.how : question.attacker) };
    const id = attacker ? `${surrogate} by ${attacker.name}` : surrogate;
    const made = attack(id, on, how, judges);
    return { ...made, surrogate, ...(of && { of }), ...(attacker && { attacker }) };
  });
  const correlate = (id: string, points: Ref<CraftOutcome>, judged: readonly string[]) => {
    const others = judged.flatMap((other) => {
      const crafted = other === id ? undefined : crafts.get(other)?.craft;
      return crafted ? [{ id: other, craft: crafted }] : [];
    });
    const inputs = { attacked, craft: points, others };
    return plan.add(perturbationCorrelation, { budgets, ...inUnits }, inputs, `${prefix}perturbations of ${id}`);
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
  const transfer = plan.add(
    transferMetrics,
    { norm, ...inUnits, epsilons, seed, ...goal, size: extra?.size },
    { attacked, models: measuredModels, crafts: [...measuredCrafts, ...measuredFurther] },
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
  return { transfer, costs, wanted, looks, crafts, further: furtherCrafts, attacked };
}

/** The largest curvature of features in other units is another one; nobody has asked for it yet. */
function noSmoothness(): InputError {
  return new InputError("unsupported", "smoothness with budgets in units of ranges", {
    expected: "one of the two",
    got: "both",
    remedy: "measure smoothness with budgets in the features' own units",
  });
}

/** A model to be trained. */
export interface TrainedModel extends Configured {
  readonly training: Part;
  /** Names the random stream of training. */
  readonly label: string;
}

/** Adds the training of a model. */
export function planFit(
  plan: PlanBuilder,
  id: string,
  { learner, options, training, label }: TrainedModel,
  { seed, prefix }: Pick<MatrixQuestion, "seed" | "prefix">,
): Ref<StoredModel> {
  return plan.add(fit, { learner, options, seed, label }, { training }, `${prefix}training ${id}`);
}
