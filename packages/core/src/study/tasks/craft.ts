// Crafts evasion points on one model, for all budgets.

import { craftEvasion } from "../../attacks/evasion/craft.ts";
import { flipAttack } from "../../attacks/evasion/flips.ts";
import { denseRows } from "../../data/dataset.ts";
import type { Domain } from "../../data/domain.ts";
import { rangeUnits } from "../../data/units.ts";
import { withModel } from "../../models/pool.ts";
import { type FloatType, type Tensor, tensor } from "../../tensor.ts";
import { type Norm, norms } from "../../threat/norm.ts";
import { scaledNorm } from "../../threat/scaledNorm.ts";
import type { ThreatModel } from "../../threat/threat.ts";
import type { Artifact } from "../artifact.ts";
import type { Parameters, TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";
import { modelOfArtifact } from "./fit.ts";

/** Points crafted for one budget. */
export interface Crafted {
  readonly points: Tensor<FloatType>;
  /** Norm of each perturbation. */
  readonly size: Float64Array;
}

/** The norm that parameters name, its features in units of their ranges where `units` says so. */
export function normIn(domain: Domain, { norm, units }: Parameters): Norm {
  const plain = norms[norm as Norm["name"]];
  return units === "ranges" ? scaledNorm(plain, rangeUnits(domain)) : plain;
}

/**
 * Parameters: norm, units ("ranges", or absent), epsilons, seed, direction. Binary features under L1 are flipped one by one. Inputs: model, attacked, pool (where starts of
 * other classes come from).
 */
export const craft: TaskKind = {
  version: 6,
  async run(parameters, inputs, { runtime, onProgress }) {
    const model = modelOfArtifact(inputs.model);
    const attacked = partOf("attacked", parameters, inputs);
    const { domain } = attacked;
    const norm = normIn(domain, parameters);
    const direction = parameters.direction as ThreatModel["direction"];
    const flips = norm === norms.l1 && domain.kinds?.every((kind) => kind === "binary");
    const results = await withModel(runtime, model, async ({ differentiable, notDifferentiable }) => {
      if (!differentiable) return notDifferentiable;
      return craftEvasion({
        model,
        opened: differentiable,
        x: denseRows(attacked),
        labels: attacked.labels,
        threat: { norm, domain, ...(direction && { direction }) },
        ...(flips && { attack: flipAttack() }),
        epsilons: parameters.epsilons as number[],
        pool: partOf("pool", parameters, inputs),
        seed: parameters.seed as number,
        onProgress,
      });
    });
    if (typeof results !== "object") return { json: { noGradients: results }, arrays: {} };
    const arrays = results.flatMap(({ points, size }, i): [string, Tensor][] => [
      [`points:${i}`, points],
      [`size:${i}`, tensor("float64", [size.length], size)],
    ]);
    return {
      json: {
        queries: results.map(({ queries }) => ({ ...queries })),
        iterations: results.map(({ iterations }) => iterations),
        // Rows that met what is not finite at any budget.
        nonFinite: attacked.labels.filter((_, i) => results.some(({ nonFinite }) => nonFinite[i] === 1)).length,
      },
      arrays: Object.fromEntries(arrays),
    };
  },
};

/** What was crafted for each budget; nothing where the model has no gradients. */
export function craftedOf({ arrays }: Artifact, budgets: number): readonly Crafted[] {
  return Array.from({ length: budgets }, (_, i) => i)
    .filter((i) => arrays[`points:${i}`] !== undefined)
    .map((i) => ({
      points: arrays[`points:${i}`] as Tensor<FloatType>,
      size: arrays[`size:${i}`].data as Float64Array,
    }));
}

/** How many points met gradients or scores that are not finite while they were crafted; of a craft, or what judged it. */
export function nonFiniteOf({ json }: Artifact): number {
  return (json as { nonFinite?: number }).nonFinite ?? 0;
}
