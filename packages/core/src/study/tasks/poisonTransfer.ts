// Brings one repetition of poisoning together: errors of every target, S, R, rho and ratios.

import { columnUnits, inUnits } from "../../data/units.ts";
import { mean } from "../../stats/describe.ts";
import { meanInterval } from "../../stats/meanInterval.ts";
import { l2 } from "../../threat/norm.ts";
import { gradientAlignments, gradientSizes } from "../../transfer/gradients.ts";
import { perturbationCorrelations } from "../../transfer/perturbationCorrelation.ts";
import { errorRate, outcomeRates } from "../../transfer/rates.ts";
import { jsonCodec } from "../engine/codec.ts";
import type { Part, Ref, Values } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { withRatios } from "../measured.ts";
import type { PoisonCell, PoisonModel, PoisonTransfer } from "../poisoning/result.ts";
import type { AuditPair } from "../result.ts";
import { type Block, type BlockFacts, displacements, firstPoints, joinBlocks } from "./poison.ts";
import type { PoisonGradient } from "./poisonGradient.ts";
import type { PoisonVerdict } from "./poisonJudge.ts";

/** A model as the plan describes it, and what is known of it. */
export interface PoisonRow extends Pick<PoisonModel, "id" | "role" | "learner" | "complexity" | "options"> {
  /** Points that were crafted on it. */
  readonly blocks: readonly Ref<Block>[];
  readonly gradient?: Ref<PoisonGradient>;
  /** Without points; of targets. */
  readonly clean?: Ref<readonly PoisonVerdict[]>;
}

interface PoisonMetricsParameters {
  readonly fractions: readonly number[];
  readonly counts: readonly number[];
  readonly seed: number;
  readonly retune: boolean;
}

export interface PoisonMetricsInputs {
  readonly test: Part;
  readonly models: readonly PoisonRow[];
  /** Who learned from whose points: ids, their maker's first. */
  readonly judged: readonly {
    readonly id: readonly [maker: string, target: string];
    readonly judge: Ref<readonly PoisonVerdict[]>;
  }[];
}

/** Displacements are in the user's units or, where the bounds of features differ, each in units of its own range. */
export const poisonTransfer: TaskKind<PoisonMetricsParameters, PoisonMetricsInputs, PoisonTransfer> = {
  name: "poisonTransfer",
  version: 2,
  output: jsonCodec("poisoning transfer"),
  lists: { blocks: "blocks" },
  estimate: ({ counts }, { judged }) => ({ seconds: 1 + (judged.length * Math.max(...counts)) / 2000 }),
  async run({ fractions, counts, seed, retune }, { test, models, judged }) {
    const { labels, domain } = test;
    const units = columnUnits(domain);
    const crafted = new Map(
      models.flatMap(({ id, blocks }) => {
        const points = joinBlocks(blocks);
        if (!points) return [];
        return [[id, { ...points, x: inUnits(points.x, units), start: inUnits(points.start, units) }] as const];
      }),
    );
    const byId = new Map(models.map((model) => [model.id, model]));
    const modelOf = ({ blocks, gradient, clean, ...row }: Values<PoisonRow>): PoisonModel => {
      const own = crafted.get(row.id);
      const size = gradient && meanInterval(gradientSizes(gradient.gradient, l2), { seed, least: 0 });
      const moved = own && displacements(own);
      const displacement = moved && meanInterval(moved, { seed, least: 0 });
      return {
        ...row,
        ...(clean && { cleanError: errorRate(clean[0].labels, labels) }),
        ...(size && { gradientSize: size }),
        ...(displacement && { displacement }),
        ...(moved && { moved: moved.filter((distance) => distance > 1e-9).length / moved.length }),
        ...(own && { effort: effortOf(blocks) }),
      };
    };
    const cells = judged.flatMap(({ id: [surrogate, target], judge }) =>
      fractions.map((fraction, i): PoisonCell => {
        const { labels: attacked, options } = judge[i];
        const clean = byId.get(target)!.clean![0].labels;
        const { errorUnderAttack, netIncrease } = outcomeRates({ labels, clean, attacked, surrogate: attacked });
        const [from, to] = [crafted.get(surrogate), surrogate === target ? undefined : crafted.get(target)];
        const rho = from && to && correlationOf(from, to, counts[i]);
        return {
          surrogate,
          target,
          fraction,
          points: counts[i],
          errorUnderAttack,
          netIncrease,
          ...(rho !== undefined && { perturbationCorrelation: rho }),
          ...(retune && { options }),
        };
      }),
    );
    return {
      models: models.map(modelOf),
      cells: withRatios(cells),
      pairs: judged.flatMap(({ id: [surrogate, target] }) => pairOf(byId.get(surrogate)!, byId.get(target)!, seed)),
    };
  },
};

type Points = NonNullable<ReturnType<typeof joinBlocks>>;

/** rho of the first so many points; undefined where they do not start alike, or none was moved on both models. */
function correlationOf(from: Points, to: Points, count: number): number | undefined {
  const [a, b] = [firstPoints(from, count), firstPoints(to, count)];
  if (a.start.data.some((value, i) => value !== b.start.data[i])) return undefined;
  return mean(perturbationCorrelations(a.start, a.x, b.x).filter((value) => !Number.isNaN(value)));
}

/** R of two models; nothing of a model with itself, or without gradients. */
function pairOf(surrogate: Values<PoisonRow>, target: Values<PoisonRow>, seed: number): AuditPair[] {
  if (surrogate === target || !surrogate.gradient || !target.gradient) return [];
  const cosines = gradientAlignments(surrogate.gradient.gradient, target.gradient.gradient);
  const alignment = meanInterval(cosines, { seed, least: -1, most: 1 });
  return alignment ? [{ surrogate: surrogate.id, target: target.id, alignment }] : [];
}

function effortOf(blocks: readonly BlockFacts[]): NonNullable<PoisonModel["effort"]> {
  const sum = (name: "fits" | "gradients" | "evaluations") => blocks.reduce((total, each) => total + each[name], 0);
  return { fits: sum("fits"), gradients: sum("gradients"), evaluations: sum("evaluations") };
}
