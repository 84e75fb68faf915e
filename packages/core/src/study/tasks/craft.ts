// Crafts evasion points on one model, for all budgets.

import { craftEvasion } from "../../attacks/evasion/craft.ts";
import { flipAttack } from "../../attacks/evasion/flips.ts";
import { denseRows } from "../../data/dataset.ts";
import type { Domain } from "../../data/domain.ts";
import { rangeUnits } from "../../data/units.ts";
import { learnerByName } from "../../learners/index.ts";
import { withModel } from "../../models/pool.ts";
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
}

/** What was crafted on a model. */
export interface CraftOutcome {
  /** In the order of the budgets; none where the model has no gradients. */
  readonly budgets: readonly Crafted[];
  /** How many points met gradients or scores that are not finite at some budget. */
  readonly nonFinite: number;
  /** Why the model has no gradients, or what crafting took; for people who look into a store. */
  readonly facts: { readonly [name: string]: Json };
}

const craftingCodec: Codec<CraftOutcome> = {
  name: "crafting",
  encode: ({ budgets, nonFinite, facts }) => ({
    json: { ...facts, nonFinite },
    arrays: Object.fromEntries(
      budgets.flatMap(({ points, size }, i): [string, Tensor][] => [
        [`points:${i}`, points],
        [`size:${i}`, tensor("float64", [size.length], size)],
      ]),
    ),
  }),
  decode({ json, arrays }) {
    const { nonFinite = 0, ...facts } = json as CraftOutcome["facts"];
    const budgets = Array.from({ length: Object.keys(arrays).length / 2 }, (_, i) => ({
      points: arrays[`points:${i}`] as Tensor<FloatType>,
      size: arrays[`size:${i}`].data as Float64Array,
    }));
    return { budgets, nonFinite: nonFinite as number, facts };
  },
};

/** What budgets are measured in: the features' own units, or the ranges of their bounds. */
export const unitsOfBudgets = ["features", "ranges"] as const;
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
}

export interface CraftInputs {
  readonly model: Ref<StoredModel>;
  readonly attacked: Part;
  /** Where starts of other classes come from. */
  readonly pool: Part;
}

/** Binary features under L1 are flipped one by one. */
export const craft: TaskKind<CraftParameters, CraftInputs, CraftOutcome> = {
  name: "craft",
  version: 7,
  output: craftingCodec,
  estimate({ epsilons }, { model: { learner }, attacked: { rows, features } }) {
    const isAffine = learner !== undefined && learnerByName(learner).capabilities.affine;
    // Models that are not affine take iterations.
    const seconds = 0.03 + rows * epsilons.length * (isAffine ? 1.2e-4 : 1e-3);
    return { seconds, bytes: 4 * rows * features * epsilons.length, learner, rows };
  },
  async run({ epsilons, seed, direction, ...choice }, { model: stored, attacked, pool }, { runtime, onProgress }) {
    const model = modelOf(stored);
    const { domain } = attacked;
    const norm = normIn(domain, choice);
    const flips = norm === norms.l1 && domain.kinds?.every((kind) => kind === "binary");
    const results = await withModel(runtime, model, async ({ differentiable, notDifferentiable }) => {
      if (!differentiable) return notDifferentiable!;
      return craftEvasion({
        model,
        opened: differentiable,
        x: denseRows(attacked),
        labels: attacked.labels,
        threat: { norm, domain, ...(direction && { direction }) },
        ...(flips && { attack: flipAttack() }),
        epsilons,
        pool,
        seed,
        onProgress,
      });
    });
    if (typeof results === "string") return { budgets: [], nonFinite: 0, facts: { noGradients: results } };
    return {
      budgets: results.map(({ points, size }) => ({ points, size })),
      nonFinite: attacked.labels.filter((_, i) => results.some(({ nonFinite }) => nonFinite[i] === 1)).length,
      facts: {
        queries: results.map(({ queries }) => ({ ...queries })),
        iterations: results.map(({ iterations }) => iterations),
      },
    };
  },
};
