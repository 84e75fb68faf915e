// The nearest point on which decision trees err: exact, where the search ends within its limit.

import { z } from "zod";
import { isWhole } from "../../data/featureKind.ts";
import { InputError } from "../../errors.ts";
import type { TreeSum } from "../../models/trees.ts";
import type { ThreatModel } from "../../threat/threat.ts";
import { type Attack, type AttackContext, type Points, rowOf } from "../attack.ts";
import { type EvasionAttack, everyNorm } from "./evasionAttack.ts";
import { holds, nearestOther, scoresOf } from "./nearestLeaf.ts";

interface TreesOptions {
  /** Boxes of leaves that are looked at for each row, at most. */
  readonly boxes: number;
}

/** Bounds that nothing meets. */
const FAR = 1e30;
/** Scores that are nearer, as a share of the weights, may be equal in the float32 of the model. */
const ROUNDING = 1e-6;

/**
 * For each row the nearest point on which the model errs (`nearestOther`), where that lies within the budget; else the
 * row itself, for which then no point of the ball does. Searched budgets (`minimumEpsilon`) are so the smallest there
 * are.
 *
 * @throws InputError where the model is no sum of trees of the features, the threat holds more than bounds, masks,
 * directions and whole numbers, or a row takes more boxes than are allowed
 */
export function treesAttack({ boxes }: TreesOptions, { norm, domain, grid, rules }: ThreatModel): Attack {
  if (rules || grid !== undefined) {
    throw refused(
      "expected bounds, masks, directions and whole numbers alone, as the nearest point of a box is exact under these",
      {
        got: rules ? "rules of a table" : "a grid",
        remedy: "choose beam, evolution or caa",
      },
    );
  }
  return async function* attack(context) {
    const sum = context.trees?.();
    if (!sum) throw noTrees();
    await requireSame(context, sum);
    const points: Points = { ...context.origin, data: context.origin.data.slice() };
    const [lower, upper] = [-1, 1].map((side) => {
      const ends: Points = { ...points, data: new Float64Array(points.data.length).fill(side * FAR) };
      context.clip(
        ends,
        Int32Array.from({ length: points.rows }, (_, i) => i),
      );
      return ends;
    });
    const least = ROUNDING * weightOf(sum);
    for (let i = 0; i < points.rows; i++) {
      const row = rowOf(points, i).map(Math.fround);
      const wanted = context.targets?.[i];
      const own = context.labels[i];
      const others = Array.from(sum.base.keys()).filter((k) => k !== (wanted ?? own));
      const nearest = nearestOther({
        ...{ sum, row, boxes, norm: norm.name, units: norm.units, limit: context.limit(i) },
        lower: rowOf(lower, i).map((value, j) => Math.min(value, row[j])),
        upper: rowOf(upper, i).map((value, j) => Math.max(value, row[j])),
        isWhole: (j) => domain.kinds !== undefined && isWhole(domain.kinds[j]),
        isGoal: (scores) =>
          wanted === undefined
            ? others.some((k) => scores[k] - scores[own] > least)
            : others.every((k) => scores[wanted] - scores[k] > least),
        mayBeGoal: (lead) =>
          wanted === undefined
            ? others.some((k) => lead(k, own) > least)
            : others.every((k) => lead(wanted, k) > least),
      });
      if (nearest === "limit") throw tooMany(boxes);
      if (nearest === "none") continue;
      const point = rowOf(points, i);
      // What did not move keeps the value that it had before the model's rounding.
      nearest.forEach((value, j) => {
        if (value !== row[j]) point[j] = value;
      });
    }
    const objective = await context.objective(
      points,
      Int32Array.from({ length: points.rows }, (_, i) => i),
    );
    const state = { iteration: 1, points, objective, active: 0 };
    yield state;
    return state;
  };
}

/** The largest score that trees can add up to. */
function weightOf({ base, trees }: TreeSum): number {
  const largest = (scores: Float64Array) => scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  return trees.reduce(
    (sum, leaves) => sum + leaves.reduce((most, { scores }) => Math.max(most, largest(scores)), 0),
    largest(base),
  );
}

/** Holds that the answers of the trees are those of the model, on the rows themselves. */
async function requireSame({ origin, labels, targets, objective }: AttackContext, sum: TreeSum): Promise<void> {
  const values = await objective(origin, Int32Array.from(labels.keys()));
  const near = ROUNDING * weightOf(sum);
  values.forEach((value, i) => {
    const row = rowOf(origin, i).map(Math.fround);
    const leaves = sum.trees.map((tree) => tree.find((leaf) => holds(leaf, row))!);
    const scores = scoresOf(sum, leaves);
    const wanted = targets?.[i];
    const of = wanted ?? labels[i];
    const others = scores.filter((_, k) => k !== of).reduce((most, score) => Math.max(most, score), -Infinity);
    const margin = (scores[of] - others) * (wanted === undefined ? -1 : 1);
    if (Math.abs(margin) > near && margin > 0 !== value > 0) throw noTrees();
  });
}

const refused = (expected: string, { got, remedy }: { readonly got: string; readonly remedy: string }) =>
  new InputError("unsupported", "attack trees", { expected: expected.replace(/^expected /, ""), got, remedy });

const noTrees = () =>
  refused("one model that is a sum of decision trees of its features, a tree, a forest or boosted trees", {
    got: "another, or several",
    remedy: "choose beam or evolution, which ask any model for scores",
  });

const tooMany = (boxes: number) =>
  refused(`a nearest point that is found among ${boxes} boxes of leaves`, {
    got: "a row that takes more",
    remedy: "allow more (--set boxes=...), or choose beam or evolution, which are not exact",
  });

const options = z.strictObject({
  boxes: z.number().int().positive().default(2000).describe("boxes of leaves that are looked at for each row, at most"),
});

export const trees: EvasionAttack<z.infer<typeof options>> = {
  name: "trees",
  summary: "the nearest point on which a tree, a small forest or boosted trees err: exact, or refused",
  options,
  capabilities: { norms: everyNorm, gradients: false, discrete: false, improves: false, boosters: false, trees: true },
  reference: "after Chen et al., NeurIPS 2019; Kantchelian et al., ICML 2016",
  asks: () => ({ scores: 2, gradients: 0 }),
  build: (given, _, threat) => treesAttack(given, threat),
};
