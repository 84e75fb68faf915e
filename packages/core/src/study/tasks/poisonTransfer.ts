// Brings one repetition of poisoning together: errors of every target, S, R, rho and ratios.

import { columnUnits, inUnits } from "../../data/units.ts";
import { mean } from "../../stats/describe.ts";
import { meanInterval } from "../../stats/meanInterval.ts";
import { l2 } from "../../threat/norm.ts";
import { gradientAlignments, gradientSizes } from "../../transfer/gradients.ts";
import { perturbationCorrelations } from "../../transfer/perturbationCorrelation.ts";
import { errorRate, outcomeRates } from "../../transfer/rates.ts";
import type { Artifact, Json } from "../artifact.ts";
import type { PoisonCell, PoisonModel, PoisonTransfer } from "../poisoningResult.ts";
import type { AuditPair } from "../result.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";
import { type BlockFacts, displacements, firstPoints, joinBlocks } from "./poison.ts";
import { gradientOf } from "./poisonGradient.ts";
import { judgedLabels, judgedOptions } from "./poisonJudge.ts";

/** A model as the plan describes it; `blocks` is how many blocks of points were crafted on it. */
export interface PoisonRow extends Pick<PoisonModel, "id" | "role" | "learner" | "complexity" | "options"> {
  readonly blocks: number;
}

/**
 * Parameters: models, judged (pairs of ids, points' maker first), fractions, counts, seed, retune.
 * Inputs: test, `clean:ID` of each target, `judge:MAKER:ID` of each pair, `gradient:ID`, `blocks:ID:0` and so on.
 *
 * Displacements are in the user's units or, where the bounds of features differ, each in units of its own range.
 */
export const poisonTransfer: TaskKind = {
  version: 2,
  async run(parameters, inputs) {
    const { labels, domain } = partOf("test", parameters, inputs);
    const units = columnUnits(domain);
    const rows = parameters.models as unknown as readonly PoisonRow[];
    const judged = parameters.judged as unknown as readonly (readonly [string, string])[];
    const fractions = parameters.fractions as readonly number[];
    const counts = parameters.counts as readonly number[];
    const seed = parameters.seed as number;
    const crafted = new Map(
      rows.flatMap(({ id, blocks }) => {
        const artifacts = Array.from({ length: blocks }, (_, i) => inputs[`blocks:${id}:${i}`]);
        const points = joinBlocks(artifacts);
        if (!points) return [];
        const measured = { ...points, x: inUnits(points.x, units), start: inUnits(points.start, units) };
        return [[id, { points: measured, artifacts }] as const];
      }),
    );
    const modelOf = ({ blocks: _, ...row }: PoisonRow): PoisonModel => {
      const own = crafted.get(row.id);
      const gradient = inputs[`gradient:${row.id}`];
      const size = gradient && meanInterval(gradientSizes(gradientOf(gradient), l2), { seed, least: 0 });
      const clean = inputs[`clean:${row.id}`];
      const moved = own && displacements(own.points);
      const displacement = moved && meanInterval(moved, { seed, least: 0 });
      return {
        ...row,
        ...(clean && { cleanError: errorRate(judgedLabels(clean, 0), labels) }),
        ...(size && { gradientSize: size }),
        ...(displacement && { displacement }),
        ...(moved && { moved: moved.filter((distance) => distance > 1e-9).length / moved.length }),
        ...(own && { effort: effortOf(own.artifacts) }),
      };
    };
    const cells = judged.flatMap(([surrogate, target]) =>
      fractions.map((fraction, i): PoisonCell => {
        const verdict = inputs[`judge:${surrogate}:${target}`];
        const attacked = judgedLabels(verdict, i);
        const clean = judgedLabels(inputs[`clean:${target}`], 0);
        const { errorUnderAttack, netIncrease } = outcomeRates({ labels, clean, attacked, surrogate: attacked });
        const [from, to] = [crafted.get(surrogate), surrogate === target ? undefined : crafted.get(target)];
        const rho = from && to && correlationOf(from.points, to.points, counts[i]);
        return {
          surrogate,
          target,
          fraction,
          points: counts[i],
          errorUnderAttack,
          netIncrease,
          ...(rho !== undefined && { perturbationCorrelation: rho }),
          ...(parameters.retune === true && { options: judgedOptions(verdict, i) }),
        };
      }),
    );
    const result: PoisonTransfer = {
      models: rows.map(modelOf),
      cells: cells.map((cell) => withRatio(cell, cells)),
      pairs: judged.flatMap(([surrogate, target]) => pairOf(surrogate, target, inputs, seed)),
    };
    return { json: result as unknown as Json, arrays: {} };
  },
};

type Points = NonNullable<ReturnType<typeof joinBlocks>>;

/** rho of the first so many points; undefined where they do not start alike, or none was moved on both models. */
function correlationOf(from: Points, to: Points, count: number): number | undefined {
  const [a, b] = [firstPoints(from, count), firstPoints(to, count)];
  if (a.start.data.some((value, i) => value !== b.start.data[i])) return undefined;
  return mean(perturbationCorrelations(a.start, a.x, b.x).filter((value) => !Number.isNaN(value)));
}

function withRatio(cell: PoisonCell, cells: readonly PoisonCell[]): PoisonCell {
  const { target, fraction, errorUnderAttack } = cell;
  const white = cells.find((each) => each.surrogate === target && each.target === target && each.fraction === fraction);
  if (!white || white.errorUnderAttack.count === 0) return cell;
  return { ...cell, ratio: errorUnderAttack.estimate / white.errorUnderAttack.estimate };
}

/** R of two models; nothing of a model with itself, or without gradients. */
function pairOf(
  surrogate: string,
  target: string,
  inputs: Readonly<Record<string, Artifact>>,
  seed: number,
): AuditPair[] {
  const [own, other] = [inputs[`gradient:${surrogate}`], inputs[`gradient:${target}`]];
  if (surrogate === target || !own || !other) return [];
  const cosines = gradientAlignments(gradientOf(own), gradientOf(other));
  const alignment = meanInterval(cosines, { seed, least: -1, most: 1 });
  return alignment ? [{ surrogate, target, alignment }] : [];
}

function effortOf(blocks: readonly Artifact[]): NonNullable<PoisonModel["effort"]> {
  const total = { fits: 0, gradients: 0, evaluations: 0 };
  for (const { json } of blocks) {
    const facts = json as unknown as BlockFacts;
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += facts[name];
  }
  return total;
}
