// Explains transfer between models that are already there: crafts on each, judges on the targets, keeps nothing.

import type { Attacker } from "../../attacks/attacker.ts";
import type { Dataset } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import type { ResolvedFeatures } from "../../features/resolve.ts";
import type { Model } from "../../models/model.ts";
import type { Runtime } from "../../models/runtime.ts";
import type { Norm } from "../../threat/norm.ts";
import type { SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import { lossVariability } from "../../transfer/variability.ts";
import { execute, type Progress } from "../engine/execute.ts";
import { type PlanBuilder, startPlan } from "../engine/plan.ts";
import type { Ref } from "../engine/reference.ts";
import { inProcess } from "../engine/runTask.ts";
import { memoryStore, readRef, type Store } from "../engine/store.ts";
import { briefly, type Findings, findingsOf } from "../findings.ts";
import { leftOutSentences } from "../leftOut.ts";
import { ofAttacker } from "../measured.ts";
import type { NamedAttacker } from "../namedAttacker.ts";
import { type MeanCell, meanCells, meanModels } from "../repetitionMeans.ts";
import type { Transfer } from "../result.ts";
import { requireDistinct } from "../studyModels.ts";
import type { BudgetUnits } from "../tasks/normChoice.ts";
import { type Matrix, planMatrix } from "./matrix.ts";
import type { FurtherCraft } from "./matrixQuestion.ts";
import { readTransfer } from "./readTransfer.ts";

/** A model under the name that results call it by. */
export interface NamedModel {
  readonly name: string;
  readonly model: Model;
}

/** Models to explain transfer between, and points to do so on. */
export interface ExplainQuestion {
  readonly surrogates: readonly NamedModel[];
  readonly targets: readonly NamedModel[];
  /** The points, labelled as the models number their classes. */
  readonly data: Dataset;
  readonly norm: Norm["name"];
  /** What budgets are measured in; the features' own units where absent. */
  readonly units?: BudgetUnits;
  /** What is known of the features, whose costs budgets are in then. */
  readonly features?: ResolvedFeatures;
  readonly epsilons: readonly number[];
  readonly seed: number;
  /** How points are crafted on each model by itself; by the strongest attack there is where absent. */
  readonly attack?: Attacker;
  /** Who crafts beside that on each surrogate, or on all together where the attacker has a rule of ensembles. */
  readonly attackers?: readonly NamedAttacker[];
  /** A definition of S to report beside the primary one. */
  readonly size?: SizeDefinition;
  /** Number of points on which smoothness is measured; not measured where absent. */
  readonly smoothness?: number;
}

/** The same, and where it is computed. */
export interface ExplainInput extends ExplainQuestion {
  readonly runtime: Runtime;
  onProgress?(progress: Progress): void;
}

/** V of a learner, from the surrogates that are models of it. */
export interface LearnerVariability {
  /** The learner and its options, as the models' metadata say. */
  readonly learner: string;
  readonly surrogates: readonly string[];
  /** Absent with fewer than two models, whose number is then the reason. */
  readonly perPoint?: number;
  readonly ofMean?: number;
}

/** How attacks transfer between models that are at hand, and why. */
export interface ModelsExplained extends Transfer, Findings {
  /** What the metrics mean together, one for each surrogate, target and budget. */
  readonly means: readonly MeanCell[];
  readonly variability: readonly LearnerVariability[];
  /** What is undefined, and why. */
  readonly undefinedFor: readonly string[];
}

const targetNames = (targets: readonly NamedModel[]) => targets.map(({ name }) => name);

/** What results call all surrogates together. */
const TOGETHER = "ensemble";

/**
 * S, R, rho, rates, predicted and observed loss increase of surrogates on targets, V where several surrogates are of
 * one learner with the same options, and findings in words.
 *
 * A target without gradients keeps its rates and agreement of outputs; the reason for the rest stands with it.
 *
 * What the metrics mean together is of `attack`; cells are of further attackers too.
 *
 * @throws InputError for two models of one name, for a surrogate without gradients, and for an attacker that does not
 * suit.
 */
export async function explainModels({ runtime, onProgress, ...question }: ExplainInput): Promise<ModelsExplained> {
  const plan = startPlan();
  const { wanted, read } = planExplanation(plan, question);
  const store = memoryStore();
  await execute(plan, wanted, store, inProcess(store, runtime), (progress) => onProgress?.(progress));
  return read(store);
}

/** An explanation that has been planned. */
export interface PlannedExplanation {
  /** What has to be computed. */
  readonly wanted: readonly Ref<unknown>[];
  /** What it comes to, once it is in a store. @throws InputError for a surrogate without gradients */
  read(store: Store): Promise<ModelsExplained>;
}

/** Adds what `explainModels` computes to a plan, for whoever has it computed. @throws InputError as that does */
export function planExplanation(plan: PlanBuilder, input: ExplainQuestion): PlannedExplanation {
  const { surrogates, targets, data, norm, epsilons, seed, size, smoothness } = input;
  requireDistinct("models", [...surrogates, ...targets]);
  const points = plan.data(data);
  const given = (model: Model) => ({ model: plan.model(model) });
  const keys = planMatrix(plan, {
    participants: [
      ...targets.map(({ name, model }) => ({
        id: name,
        role: "target" as const,
        ...given(model),
        judges: [name],
      })),
      ...surrogates.map(({ name, model }) => ({
        id: name,
        role: "surrogate" as const,
        ...given(model),
        judges: [...targetNames(targets), name],
      })),
    ],
    attacked: points,
    pool: points,
    norm,
    units: input.units,
    ...(input.features && { features: input.features }),
    epsilons,
    seed,
    ...(input.attack && { attacker: input.attack }),
    further: furtherOf(input),
    extra: {
      perturbations: true,
      ...(size !== undefined && { size }),
      ...(smoothness !== undefined && { smoothness: { points: smoothness } }),
    },
    prefix: "",
  });
  return {
    wanted: [keys.transfer, ...keys.looks.values(), ...keys.costs],
    read: (store) => explained(store, keys, input),
  };
}

async function explained(store: Store, keys: Matrix, input: ExplainQuestion): Promise<ModelsExplained> {
  const { surrogates, targets, epsilons, seed } = input;
  const transfer = await readTransfer(store, keys, epsilons);
  for (const { id, role, noGradients } of transfer.models) {
    if (role === "surrogate" && noGradients !== undefined) throw notAttackable(id, noGradients);
  }
  const losses = new Map<string, Float64Array>();
  for (const { name } of surrogates) losses.set(name, (await readRef(store, keys.looks.get(name)!)).losses!);
  const variability = variabilityOf(surrogates, losses);
  const V = new Map(
    variability.flatMap(({ surrogates: names, perPoint }) =>
      perPoint === undefined ? [] : names.map((name) => [name, perPoint] as const),
    ),
  );
  const alone = ofAttacker(transfer);
  const means = meanCells([alone]);
  return {
    ...transfer,
    means,
    variability,
    ...findingsOf(meanModels([alone]), means, targetNames(targets), V, { epsilons, seed }),
    undefinedFor: undefinedOf(transfer, variability),
  };
}

/**
 * What attackers craft beside what is crafted in any case.
 * @throws InputError for a rule of ensembles and one surrogate
 */
function furtherOf({ surrogates, targets, attackers = [] }: ExplainQuestion): FurtherCraft[] {
  const [of, judges] = [surrogates, targets].map((models) => models.map(({ name }) => name));
  return attackers.flatMap((attacker): FurtherCraft[] => {
    if (attacker.how.ensemble === undefined) return of.map((surrogate) => ({ surrogate, attacker, judges }));
    if (of.length < 2) throw oneSurrogate(attacker.name);
    return [{ surrogate: TOGETHER, of, attacker, judges }];
  });
}

function oneSurrogate(name: string): InputError {
  return new InputError("invalid", `attacker ${name}`, {
    expected: "several surrogates to attack together",
    got: "one",
    remedy: "give more, or leave it out",
  });
}

/** Groups surrogates by learner and options; a model that does not say what it is stands alone. */
function variabilityOf(
  surrogates: readonly NamedModel[],
  losses: ReadonlyMap<string, Float64Array>,
): LearnerVariability[] {
  const groups = new Map<string, string[]>();
  for (const { name, model } of surrogates) {
    const { learner, options } = model.metadata;
    const key = learner === undefined ? `unnamed learner of ${name}` : `${learner} ${options ?? ""}`.trim();
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups].map(([learner, names]) => {
    const found = lossVariability(names.map((name) => losses.get(name)!));
    return { learner, surrogates: names, ...(found && { perPoint: found.perPoint, ofMean: found.ofMean }) };
  });
}

function undefinedOf({ models }: Transfer, variability: readonly LearnerVariability[]): string[] {
  return [
    ...variability
      .filter(({ perPoint }) => perPoint === undefined)
      .map(
        ({ surrogates }) => `V of ${surrogates[0]}: undefined, it needs at least two models of one learner and options`,
      ),
    ...models
      .filter(({ noGradients }) => noGradients !== undefined)
      .map(({ id, noGradients }) => `R, S, rho and predicted loss on ${id}: absent, ${briefly(noGradients!)}`),
    ...leftOutSentences(models),
  ];
}

function notAttackable(name: string, reason: string): InputError {
  return new InputError("unsupported", `surrogate ${name}`, {
    expected: "a model with gradients to craft points by",
    got: reason,
    remedy: "name it as a target instead",
  });
}
