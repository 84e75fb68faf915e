// Crafts evasion points on one model, or on several at once, for all budgets.

import { type Attacker, buildAttacker, gradientsPerSample } from "../../attacks/attacker.ts";
import { craftInChunks, type Queries, type RuleCounts } from "../../attacks/evasion/chunks.ts";
import { featureCount, rowCount } from "../../data/dataset.ts";
import type { Domain } from "../../data/domain.ts";
import { rangeUnits } from "../../data/units.ts";
import { InputError } from "../../errors.ts";
import type { ResolvedFeatures } from "../../features/resolve.ts";
import { costNorm, costUnits, threatOfFeatures } from "../../features/threat.ts";
import { learnerByName } from "../../learners/registry.ts";
import { rowsOfChunk } from "../../models/limits.ts";
import { withModels } from "../../models/pool.ts";
import { type AnyRows, inMemory, type Rows, type RowsRoom, rowsOf } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import { type Norm, norms } from "../../threat/norm.ts";
import { scaledNorm } from "../../threat/scaledNorm.ts";
import type { Direction, ThreatModel } from "../../threat/threat.ts";
import type { Json } from "../engine/artifact.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { modelOf, type StoredModel } from "./fit.ts";

/** Points crafted for one budget. */
export interface Crafted {
  /** [N, ...], in the type that the models take. */
  readonly points: Rows;
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
  /** What became of the rules of a table, of each budget; absent where there are none. */
  readonly rules?: readonly RuleCounts[];
  /** Why the model has no gradients, or how often the attack went on; for people who look into a store. */
  readonly facts: { readonly [name: string]: Json };
}

const craftingCodec: Codec<CraftOutcome> = {
  name: "crafting",
  encode: ({ budgets, nonFinite, rules, facts }) => ({
    json: {
      ...facts,
      ...(rules && { rules: rules.map((counts) => ({ ...counts })) }),
      ...(budgets.length > 0 && { queries: budgets.map(({ queries }) => ({ ...queries })) }),
      nonFinite,
    },
    arrays: Object.fromEntries(
      budgets.flatMap(({ points, size }, i): [string, AnyRows][] => [
        [`points:${i}`, points],
        [`size:${i}`, tensor("float64", [size.length], size)],
      ]),
    ),
  }),
  decode({ json, arrays }) {
    const {
      nonFinite = 0,
      queries,
      rules,
      ...facts
    } = json as CraftOutcome["facts"] & {
      readonly queries: Queries[] & Json;
      readonly rules?: RuleCounts[] & Json;
    };
    const budgets = Array.from({ length: Object.keys(arrays).length / 2 }, (_, i) => ({
      points: rowsOf(arrays[`points:${i}`] as AnyRows),
      size: inMemory(arrays[`size:${i}`]).data as Float64Array,
      queries: queries[i],
    }));
    return { budgets, nonFinite: nonFinite as number, ...(rules && { rules }), facts };
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
  /** What is known of features, in whose units of cost perturbations are measured then. */
  readonly features?: ResolvedFeatures | undefined;
}

/** The norm of a choice, for features in these bounds. */
export function normIn(domain: Domain, { norm, units, features }: NormChoice): Norm {
  if (features) return costNorm(features, norm);
  return units === "ranges" ? scaledNorm(norms[norm], rangeUnits(domain)) : norms[norm];
}

/** What each feature is measured in; undefined where that is its own unit. */
export function unitsIn(domain: Domain, { units, features }: Omit<NormChoice, "norm">): Float64Array | undefined {
  if (features) return costUnits(features);
  return units === "ranges" ? rangeUnits(domain) : undefined;
}

/** The threat of a choice, without its budget: what features say of themselves, or the bounds and kinds of the data. */
export function threatIn(domain: Domain, choice: NormChoice, direction: Direction | undefined): ThreatModel {
  if (choice.features) return threatOfFeatures(choice.features, choice.norm);
  return { norm: normIn(domain, choice), domain, ...(direction && { direction }) };
}

export interface CraftParameters extends NormChoice {
  readonly epsilons: readonly number[];
  readonly seed: number;
  readonly direction?: Direction;
  /** The class that points should end in; where absent, any other than their own. */
  readonly target?: number;
  /**
   * Who attacks; where absent the strongest attack there is, on binary features under L1 flips of one after another.
   */
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
  version: 9,
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
  async run({ epsilons, seed, direction, target, attacker, ...choice }, inputs, { runtime, room, onProgress }) {
    const { attacked, pool, model, models: stored = [model!] } = inputs;
    const models = stored.map(modelOf);
    const { domain } = attacked;
    const threat = threatIn(domain, choice, direction);
    const about = { threat, shape: attacked.featureShape, models: models.length };
    const { entry, attack, fromOrigin, secondStart, objective } = buildAttacker(attacker ?? {}, about);
    const n = rowCount(attacked);
    const budgets: (Crafted & { readonly points: RowsRoom; iterations: number; queries: Queries })[] = [];
    const crafting = await withModels(runtime, models, async (opened) => {
      const reason = opened.find(({ differentiable }) => !differentiable)?.notDifferentiable;
      if (reason !== undefined && entry?.capabilities.gradients !== false) return reason;
      requireSameClasses(opened);
      const [first, ...others] = opened.map((each, i) => ({
        model: models[i],
        opened: each.differentiable ?? { ...each, inputGradient: neverAsked },
      }));
      return craftInChunks({
        ...first,
        ...(others.length > 0 && { others }),
        data: attacked,
        rows: entry?.capabilities.mixesRows ? n : rowsOfChunk(runtime.limits, featureCount(attacked)),
        ...(target !== undefined && { target }),
        threat,
        ...(attack && { attack }),
        ...(fromOrigin && { fromOrigin }),
        epsilons,
        // Who names no attack has always had the second start, flips included; without one they are clean rows to look
        // at.
        ...((secondStart || fromOrigin || !attacker) && { pool }),
        ...(objective && { objective }),
        seed,
        onProgress,
        async place(budget, from, { points, size, iterations, queries }) {
          const all = (budgets[budget] ??= {
            points: await room(points.type, [n, ...points.shape.slice(1)]),
            size: new Float64Array(n),
            iterations: 0,
            queries: { scores: 0, gradients: 0 },
          });
          await all.points.write(from, points);
          all.size.set(size, from);
          // An iteration counts once where some rows took it.
          all.iterations = Math.max(all.iterations, iterations);
          const { scores, gradients } = all.queries;
          all.queries = { scores: scores + queries.scores, gradients: gradients + queries.gradients };
        },
      });
    });
    if (typeof crafting === "string") return { budgets: [], nonFinite: 0, facts: { noGradients: crafting } };
    return {
      budgets: budgets.map(({ points, size, queries }) => ({ points, size, queries })),
      nonFinite: crafting.nonFinite.reduce((sum, flag) => sum + flag, 0),
      ...(crafting.rules && { rules: crafting.rules }),
      facts: { iterations: budgets.map(({ iterations }) => iterations) },
    };
  },
};

/** Searches by scores are not given gradients. */
function neverAsked(): Promise<never> {
  return Promise.reject(new Error("internal: gradient"));
}

function requireSameClasses(models: readonly { readonly classes: number }[]): void {
  const counts = [...new Set(models.map(({ classes }) => classes))];
  if (counts.length === 1) return;
  throw new InputError("invalid", "models of an ensemble", {
    expected: "scores of the same classes",
    got: `${counts.join(" and ")} classes`,
    remedy: "attack models of the same classes together",
  });
}
