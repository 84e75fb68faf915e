// The tasks of a transfer matrix: models, what is crafted on each, who judges it, and what follows.

import { InputError } from "../errors.ts";
import type { Norm } from "../threat/norm.ts";
import type { SizeDefinition } from "../transfer/sizeDefinitions.ts";
import type { PlanBuilder } from "./plan.ts";
import { secondsOfCraft, secondsOfFit, secondsOfSmoothness } from "./seconds.ts";
import type { Parameters } from "./task.ts";
import { type PartRef, partInputs, partParameters } from "./tasks/dataset.ts";
import type { CraftRow, ModelRow } from "./tasks/transfer.ts";

/** A model that takes part: given, or to be trained, or a service that can only be asked. */
export interface Participant extends ModelRow {
  readonly model: { readonly key: string } | { readonly service: string } | TrainedModel;
  /** Whether scores are an affine function of the input; such models are attacked much faster. */
  readonly affine?: boolean;
  /** The models that judge what is crafted on this one; nothing is crafted where absent. */
  readonly judges?: readonly string[];
}

export interface TrainedModel {
  readonly learner: string;
  readonly options: Parameters;
  readonly training: PartRef;
  readonly rows: number;
  /** Names the random stream of training. */
  readonly label: string;
}

/** What budgets are measured in: the features' own units, or the ranges of their bounds. */
export const unitsOfBudgets = ["features", "ranges"] as const;
export type BudgetUnits = (typeof unitsOfBudgets)[number];

export interface MatrixQuestion {
  readonly participants: readonly Participant[];
  readonly attacked: PartRef;
  /** Number of attacked points, for estimates of time. */
  readonly points: number;
  /** Number of features, for estimates of disk. */
  readonly features: number;
  /** Where starting points of other classes come from: what the attacker has. */
  readonly pool: PartRef;
  readonly norm: Norm["name"];
  /** "ranges": perturbations are measured with each feature in units of its range, where bounds differ. */
  readonly units?: BudgetUnits | undefined;
  readonly epsilons: readonly number[];
  /** Whether features may only rise or only fall. */
  readonly direction?: "add" | "remove";
  readonly seed: number;
  /** Metrics that cost extra: rho; smoothness on so many points; S under another definition than the primary one. */
  readonly extra?: {
    readonly perturbations?: boolean;
    readonly smoothness?: { readonly points: number };
    readonly size?: SizeDefinition;
  };
  /** Stands in front of what people are told, such as "repetition 2: ". */
  readonly prefix: string;
}

/** Keys of what a matrix leaves behind. */
export interface MatrixKeys {
  /** The loss variability of each surrogate's learner, where it was asked for. */
  readonly variability?: ReadonlyMap<string, string>;
  readonly transfer: string;
  /** The matrix of targets attacked white-box at further budgets, where they were asked for. */
  readonly curve?: MatrixKeys;
  /** The points that are attacked. */
  readonly attacked: PartRef;
  /** All that is read when the plan has been executed. */
  readonly wanted: readonly string[];
  readonly looks: ReadonlyMap<string, string>;
  readonly crafts: ReadonlyMap<
    string,
    { readonly craft: string; readonly judge: string; readonly judged: readonly string[] }
  >;
}

/** Adds the tasks of a matrix to a plan. */
export function planMatrix(plan: PlanBuilder, question: MatrixQuestion): MatrixKeys {
  const { participants, attacked, pool, epsilons, norm, direction, seed, points, features, prefix, extra } = question;
  const inUnits = question.units === "ranges" && { units: question.units };
  if (inUnits && extra?.smoothness) throw noSmoothness();
  const models = new Map<string, string>();
  const looks = new Map<string, string>();
  const onPoints = partInputs("attacked", attacked);
  const which = partParameters("attacked", attacked);
  const services = new Map(participants.flatMap(({ id, model }) => ("service" in model ? [[id, model.service]] : [])));
  for (const { id, model, learner } of participants) {
    if ("service" in model) {
      looks.set(id, planLookAtService(plan, id, model.service, question));
      continue;
    }
    const key = "key" in model ? model.key : planFit(plan, id, model, question);
    models.set(id, key);
    const about = {
      label: `${prefix}gradients of ${id}`,
      seconds: 0.03 + points / 40_000,
      bytes: 4 * points * features,
      learner,
    };
    const size = extra?.size && { size: extra.size, norm, ...inUnits };
    looks.set(id, plan.add("look", { ...which, ...size }, { ...onPoints, model: key }, about));
  }
  const crafts = new Map<string, { craft: string; judge: string; judged: readonly string[] }>();
  for (const { id, judges, affine, learner } of participants) {
    if (!judges) continue;
    const craft = plan.add(
      "craft",
      { ...which, ...partParameters("pool", pool), norm, ...inUnits, epsilons, seed, ...(direction && { direction }) },
      { ...onPoints, ...partInputs("pool", pool), model: models.get(id)! },
      {
        label: `${prefix}attack on ${id}`,
        seconds: secondsOfCraft(affine === true, points, epsilons.length),
        bytes: 4 * points * features * epsilons.length,
        learner,
      },
    );
    const judged = Object.fromEntries(
      judges.flatMap((judge) => [
        services.has(judge)
          ? [`answers:${judge}`, planAnswers(plan, id, craft, services.get(judge)!, question)]
          : [`model:${judge}`, models.get(judge)!],
        [`look:${judge}`, looks.get(judge)!],
      ]),
    );
    const judge = plan.add(
      "judge",
      { ...which, judged: judges, budgets: epsilons.length },
      { ...onPoints, craft, ...judged },
      {
        label: `${prefix}judging points of ${id}`,
        seconds: 0.02 + points * epsilons.length * judges.length * 1e-5,
        bytes: 20 * points * epsilons.length * judges.length,
      },
    );
    crafts.set(id, { craft, judge, judged: judges });
  }
  const crafted = [...crafts].map(([id, { craft }]) => [id, craft] as const);
  const correlates = extra?.perturbations ? planCorrelations(plan, question, crafts) : [];
  const smooths = extra?.smoothness ? planSmoothness(plan, question, models, extra.smoothness.points) : [];
  const rows = participants.map(
    ({ id, role, learner, complexity }): ModelRow => ({
      id,
      role,
      ...(learner && { learner }),
      ...(complexity && { complexity }),
    }),
  );
  const craftRows = [...crafts].map(([id, { judged }]): CraftRow => ({ id, judged }));
  const named = (prefix: string, keys: Iterable<readonly [string, string]>) =>
    Object.fromEntries([...keys].map(([id, key]) => [`${prefix}:${id}`, key]));
  const transfer = plan.add(
    "transfer",
    {
      ...which,
      models: rows,
      crafts: craftRows,
      norm,
      ...inUnits,
      epsilons,
      seed,
      size: extra?.size,
    } as unknown as Parameters,
    {
      ...onPoints,
      ...named("model", [...models, ...services]),
      ...named("look", looks),
      ...named("correlate", correlates),
      ...named("smooth", smooths),
      ...named(
        "judge",
        [...crafts].map(([id, { judge }]) => [id, judge] as const),
      ),
    },
    { label: `${prefix}metrics`, seconds: 0.05 + (participants.length ** 2 * points) / 200_000 },
  );
  const judged = [...crafts.values()].map(({ judge }) => judge);
  const wanted = [transfer, ...looks.values(), ...crafted.map(([, craft]) => craft), ...judged];
  return { transfer, wanted, looks, crafts, attacked };
}

/** Adds what a service says of clean points: its answers, then labels and losses. */
function planLookAtService(plan: PlanBuilder, id: string, service: string, question: MatrixQuestion): string {
  const { attacked, points, prefix } = question;
  const parameters = partParameters("attacked", attacked);
  const inputs = partInputs("attacked", attacked);
  const answers = plan.add(
    "ask",
    parameters,
    { ...inputs, service },
    { label: `${prefix}asking ${id}`, seconds: points / ASKED_PER_SECOND, bytes: 80 * points },
  );
  const about = { label: `${prefix}answers of ${id}`, seconds: 0.1, bytes: 20 * points };
  return plan.add("look", parameters, { ...inputs, answers }, about);
}

/** Adds what a service says of the points crafted on a model. */
function planAnswers(plan: PlanBuilder, id: string, craft: string, service: string, question: MatrixQuestion): string {
  const { epsilons, points, prefix } = question;
  const asked = points * epsilons.length;
  const about = {
    label: `${prefix}asking about points of ${id}`,
    seconds: asked / ASKED_PER_SECOND,
    bytes: 80 * asked,
  };
  return plan.add("ask", { budgets: epsilons.length }, { craft, service }, about);
}

/** A guess, for estimates of time: how many rows a service answers in a second. */
const ASKED_PER_SECOND = 500;

/** rho of each model that points are crafted on with those that judge them and are crafted on too. */
function planCorrelations(plan: PlanBuilder, question: MatrixQuestion, crafts: MatrixKeys["crafts"]) {
  const { attacked, epsilons, points, features, prefix, units } = question;
  return [...crafts].map(([id, { craft, judged }]) => {
    const others = judged.filter((other) => other !== id && crafts.has(other));
    const key = plan.add(
      "correlate",
      {
        ...partParameters("attacked", attacked),
        ...(units === "ranges" && { units }),
        ...{ others, budgets: epsilons.length },
      },
      {
        ...partInputs("attacked", attacked),
        craft,
        ...Object.fromEntries(others.map((other) => [`craft:${other}`, crafts.get(other)!.craft])),
      },
      {
        label: `${prefix}perturbations of ${id}`,
        seconds: 0.01 + points * features * epsilons.length * others.length * 1e-8,
      },
    );
    return [id, key] as const;
  });
}

function planSmoothness(
  plan: PlanBuilder,
  { participants, attacked, epsilons, seed, prefix }: MatrixQuestion,
  models: ReadonlyMap<string, string>,
  points: number,
) {
  const learnerOf = new Map(participants.map(({ id, learner }) => [id, learner]));
  return [...models].map(([id, model]) => {
    const parameters = { ...partParameters("attacked", attacked), points, radius: Math.min(...epsilons), seed };
    const inputs = { ...partInputs("attacked", attacked), model };
    const about = {
      label: `${prefix}smoothness of ${id}`,
      seconds: secondsOfSmoothness(points),
      learner: learnerOf.get(id),
    };
    return [id, plan.add("smooth", parameters, inputs, about)] as const;
  });
}

/** The largest curvature of features in other units is another one; nobody has asked for it yet. */
function noSmoothness(): InputError {
  return new InputError("unsupported", "smoothness with budgets in units of ranges", {
    expected: "one of the two",
    got: "both",
    remedy: "measure smoothness with budgets in the features' own units",
  });
}

/** Adds the training of a model. */
export function planFit(
  plan: PlanBuilder,
  id: string,
  model: TrainedModel,
  { seed, prefix }: Pick<MatrixQuestion, "seed" | "prefix">,
): string {
  const { learner, options, training, rows, label } = model;
  return plan.add(
    "fit",
    { ...partParameters("training", training), learner, options, seed, label },
    partInputs("training", training),
    { label: `${prefix}training ${id}`, seconds: secondsOfFit(learner, options, rows) },
  );
}

/** Adds V of models of one learner from several training sets, on clean points or on those of a craft. */
export function planVary(
  plan: PlanBuilder,
  id: string,
  models: readonly string[],
  attacked: PartRef,
  crafted?: { readonly craft: string; readonly budgets: number; readonly budget: number },
): string {
  const sets = models.length;
  const { craft, ...budget } = crafted ?? {};
  return plan.add(
    "vary",
    { ...partParameters("attacked", attacked), sets, ...budget },
    {
      ...partInputs("attacked", attacked),
      ...Object.fromEntries(models.map((model, set) => [`model:${set}`, model])),
      ...(craft !== undefined && { craft }),
    },
    { label: `variability of ${id}`, seconds: 0.01 * sets },
  );
}
