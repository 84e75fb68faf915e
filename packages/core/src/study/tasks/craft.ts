// Crafts evasion points on one model, or on several at once, for all budgets.

import { type Attacker, buildAttacker, gradientsPerSample } from "../../attacks/attacker.ts";
import { craftJoined, type Queries } from "../../attacks/evasion/chunks.ts";
import type { Domain } from "../../data/domain.ts";
import { rangeUnits } from "../../data/units.ts";
import { InputError } from "../../errors.ts";
import { learnerByName } from "../../learners/registry.ts";
import { withModels } from "../../models/pool.ts";
import { type FloatType, type Tensor, tensor } from "../../tensor.ts";
import { type Norm, norms } from "../../threat/norm.ts";
import { scaledNorm } from "../../threat/scaledNorm.ts";
import type { ThreatModel } from "../../threat/threat.ts";
import type { Json } from "../engine/artifact.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { modelOf, type StoredModel } from "./fit.ts";

/** Points crafted for one budget. */
export interface Crafted {
  readonly points: Tensor<FloatType>;
  /** Norm of each perturbation. */
  readonly size: Float64Array;
  /** Rows of scores and of gradients that were asked for, of all models and points together. */
  readonly queries: Queries;
}

/** What was crafted on a model. */
export interface CraftOutcome {
  /** In the order of the budgets; none where the model has no gradients. */
  readonly budgets: readonly Crafted[];
  /** How many points met gradients or scores that are not finite at some budget. */
  readonly nonFinite: number;
  /** Why the model has no gradients, or how often the attack went on; for people who look into a store. */
  readonly facts: { readonly [name: string]: Json };
}

const craftingCodec: Codec<CraftOutcome> = {
  name: "crafting",
  encode: ({ budgets, nonFinite, facts }) => ({
    json: {
      ...facts,
      ...(budgets.length > 0 && { queries: budgets.map(({ queries }) => ({ ...queries })) }),
      nonFinite,
    },
    arrays: Object.fromEntries(
      budgets.flatMap(({ points, size }, i): [string, Tensor][] => [
        [`points:${i}`, points],
        [`size:${i}`, tensor("float64", [size.length], size)],
      ]),
    ),
  }),
  decode({ json, arrays }) {
    const { nonFinite = 0, queries, ...facts } = json as CraftOutcome["facts"] & { readonly queries: Queries[] & Json };
    const budgets = Array.from({ length: Object.keys(arrays).length / 2 }, (_, i) => ({
      points: arrays[`points:${i}`] as Tensor<FloatType>,
      size: arrays[`size:${i}`].data as Float64Array,
      queries: queries[i],
    }));
    return { budgets, nonFinite: nonFinite as number, facts };
  },
};

/** What budgets are measured in: the features' own units, or the ranges of their bounds. */
export const unitsOfBudgets = ["features", "ranges"] as const;
/** What budgets are measured in. */
export type BudgetUnits = (typeof unitsOfBudgets)[number];

/** How perturbations are measured. */
export interface NormChoice {
  readonly norm: Norm["name"];
  /** "ranges": with each feature in units of its range. */
  readonly units?: BudgetUnits | undefined;
}

/** The norm of a choice, for features in these bounds. */
export function normIn(domain: Domain, { norm, units }: NormChoice): Norm {
  return units === "ranges" ? scaledNorm(norms[norm], rangeUnits(domain)) : norms[norm];
}

export interface CraftParameters extends NormChoice {
  readonly epsilons: readonly number[];
  readonly seed: number;
  readonly direction?: ThreatModel["direction"];
  /** The class that points should end in; where absent, any other than their own. */
  readonly target?: number;
  /** Who attacks; where absent the strongest attack there is, on binary features under L1 flips of one after another. */
  readonly attacker?: Attacker;
}

export interface CraftInputs {
  readonly model?: Ref<StoredModel>;
  /** In place of one, several that are attacked at once. */
  readonly models?: readonly Ref<StoredModel>[];
  readonly attacked: Part;
  /** Where starts of other classes come from. */
  readonly pool: Part;
}

/** The task that crafts points on one model, or on several at once, at each budget. */
export const craft: TaskKind<CraftParameters, CraftInputs, CraftOutcome> = {
  name: "craft",
  version: 7,
  output: craftingCodec,
  lists: { models: "model" },
  estimate({ epsilons, attacker = {} }, { model, models = [model!], attacked: { rows, features } }) {
    const gradients = gradientsPerSample(attacker);
    const seconds = models.reduce((sum, { learner }) => {
      const isAffine = learner !== undefined && learnerByName(learner).capabilities.affine;
      // Models that are not affine take iterations.
      const each = gradients === undefined ? (isAffine ? 1.2e-4 : 1e-3) : gradients * (isAffine ? 1e-5 : 3e-5);
      return sum + rows * epsilons.length * each;
    }, 0.03);
    const learner = models.length === 1 ? models[0].learner : undefined;
    return { seconds, bytes: 4 * rows * features * epsilons.length, learner, rows };
  },
  async run({ epsilons, seed, direction, target, attacker, ...choice }, inputs, { runtime, onProgress }) {
    const { attacked, pool, model, models: stored = [model!] } = inputs;
    const models = stored.map(modelOf);
    const { domain } = attacked;
    const threat = { norm: normIn(domain, choice), domain, ...(direction && { direction }) };
    const about = { threat, shape: attacked.featureShape, models: models.length };
    const { entry, attack, fromOrigin, secondStart, objective } = buildAttacker(attacker ?? {}, about);
    const results = await withModels(runtime, models, async (opened) => {
      const reason = opened.find(({ differentiable }) => !differentiable)?.notDifferentiable;
      if (reason !== undefined) return reason;
      requireSameClasses(opened);
      const [first, ...others] = opened.map(({ differentiable }, i) => ({ model: models[i], opened: differentiable! }));
      return craftJoined({
        ...first,
        ...(others.length > 0 && { others }),
        data: attacked,
        numbers: entry?.capabilities.mixesRows ? Number.POSITIVE_INFINITY : runtime.limits.chunk,
        ...(target !== undefined && { target }),
        threat,
        ...(attack && { attack }),
        ...(fromOrigin && { fromOrigin }),
        epsilons,
        // Who names no attack has always had the second start, flips included; without one they are clean rows to look at.
        ...((secondStart || fromOrigin || !attacker) && { pool }),
        ...(objective && { objective }),
        seed,
        onProgress,
      });
    });
    if (typeof results === "string") return { budgets: [], nonFinite: 0, facts: { noGradients: results } };
    return {
      budgets: results.map(({ points, size, queries }) => ({ points, size, queries })),
      nonFinite: attacked.labels.filter((_, i) => results.some(({ nonFinite }) => nonFinite[i] === 1)).length,
      facts: { iterations: results.map(({ iterations }) => iterations) },
    };
  },
};

function requireSameClasses(models: readonly { readonly classes: number }[]): void {
  const counts = [...new Set(models.map(({ classes }) => classes))];
  if (counts.length === 1) return;
  throw new InputError("invalid", "models of an ensemble", {
    expected: "scores of the same classes",
    got: `${counts.join(" and ")} classes`,
    remedy: "attack models of the same classes together",
  });
}
