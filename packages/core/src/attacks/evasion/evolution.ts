// A search for points that satisfy the rules of a table, by scores alone: mutations and crossings of the best so far.

import { z } from "zod";
import type { Stream } from "../../random.ts";
import { type Attack, type AttackContext, type Points, rowOf, takePoints } from "../attack.ts";
import type { Queries } from "../queries.ts";
import { towardsRules } from "../towardsRules.ts";
import { type EvasionAttack, everyNorm } from "./evasionAttack.ts";

/** How much an evolutionary search tries. */
export interface EvolutionOptions {
  readonly generations: number;
  /** Points that are kept of each row. */
  readonly population: number;
  /** Points that are tried of each row in each generation. */
  readonly offspring: number;
  /** Whether rows that reached their goal are left alone. */
  readonly stop: boolean;
}

/** A point that was tried: how far it is from the rules, and its objective. */
interface Member {
  readonly point: Float64Array;
  readonly distance: number;
  readonly value: number;
}

/** First those nearer to the rules, then those of higher objective. */
const ranked = (a: Member, b: Member) => a.distance - b.distance || b.value - a.value;

/**
 * Keeps for each row the best `population` points, by distance from the rules first and objective then (Deb, 2000), of
 * those it had and `offspring` new ones. A new one is the better of two members, crossed with another in half of the
 * cases, moved along the difference of two others in a third, and changed in a few features or groups: back to the
 * row's own value, to any value within the budget, a little, or to that of a clean row of the attacker. It is
 * projected, moved to the relations and rounded before it is asked for its scores; only what satisfies the rules is
 * asked.
 *
 * Every row has a random stream of its own, so what is found for it depends on no other.
 *
 * Source: the search part of CAA (Simonetto, Ghamizi and Cordy, NeurIPS 2024) is MOEVA, Simonetto et al., IJCAI 2022,
 * with three objectives; here the budget is kept by projection and the rules by repair, which leaves one.
 */
export function evolutionAttack({ generations, population, offspring, stop }: EvolutionOptions): Attack {
  return async function* attack(context) {
    const n = context.start.rows;
    const all = Int32Array.from({ length: n }, (_, i) => i);
    const streams = Array.from(all, (i) => context.random(i, "evolution"));
    const reach = reachOf(context);
    const members: Member[][] = Array.from(all, () => []);
    const take = async (trials: Points, indices: Int32Array) => {
      const near = towardsRules(context, trials, indices);
      const valid = Int32Array.from(indices.keys()).filter((row) => near.isValid[row] === 1);
      const values = await context.objective(
        takePoints(near.points, valid),
        valid.map((row) => indices[row]),
      );
      const value = new Float64Array(indices.length).fill(Number.NEGATIVE_INFINITY);
      valid.forEach((row, k) => {
        value[row] = values[k];
      });
      indices.forEach((i, row) => {
        members[i].push({
          point: rowOf(near.points, row).slice(),
          distance: near.distance[row],
          value: value[row],
        });
      });
      for (const i of new Set(indices)) members[i] = members[i].sort(ranked).slice(0, population);
    };
    const best = () => {
      const points: Points = { ...context.start, data: context.start.data.slice() };
      const objective = new Float64Array(n);
      for (const i of all) {
        rowOf(points, i).set(members[i][0].point);
        objective[i] = members[i][0].value;
      }
      return { points, objective };
    };
    await take(context.start, all);
    await take(context.origin, all);
    let active = all;
    const open = () => (stop ? all.filter((i) => !(members[i][0].value > 0)) : all);
    for (let generation = 0; generation < generations; generation++) {
      active = open();
      if (active.length === 0) break;
      const indices = Int32Array.from(
        { length: active.length * offspring },
        (_, k) => active[Math.floor(k / offspring)],
      );
      const trials: Points = {
        ...context.origin,
        rows: indices.length,
        data: new Float64Array(indices.length * context.origin.columns),
      };
      indices.forEach((i, row) => {
        breed(context, rowOf(trials, row), members[i], rowOf(context.origin, i), rowOf(reach, i), streams[i]);
      });
      context.project(trials, indices);
      await take(trials, indices);
      yield { iteration: generation + 1, ...best(), active: active.length };
    }
    return { iteration: generations, ...best(), active: 0 };
  };
}

/** How far each feature of each row can go within the budget and its bounds, up or down, whichever is more. */
function reachOf(context: AttackContext): Points {
  const { origin, units } = context;
  const reach: Points = { ...origin, data: new Float64Array(origin.data.length) };
  const all = Int32Array.from({ length: origin.rows }, (_, i) => i);
  for (const side of [-1, 1]) {
    const ends: Points = { ...origin, data: origin.data.slice() };
    for (const i of all) {
      const end = rowOf(ends, i);
      for (let j = 0; j < end.length; j++) end[j] += side * context.budget(i) * (units?.[j] ?? 1);
    }
    context.clip(ends, all);
    ends.data.forEach((end, at) => {
      reach.data[at] = Math.max(reach.data[at], Math.abs(end - origin.data[at]));
    });
  }
  return reach;
}

/** Writes a new point made from members of a row's population. */
function breed(
  context: AttackContext,
  child: Float64Array,
  members: readonly Member[],
  origin: Float64Array,
  reach: Float64Array,
  stream: Stream,
): void {
  const { clean } = context;
  const moving = context.moving();
  const any = () => members[stream.integer(members.length)].point;
  child.set(members[Math.min(stream.integer(members.length), stream.integer(members.length))].point);
  if (moving.length === 0) return;
  if (stream.uniform() < 0.5) {
    const other = any();
    for (const block of moving) if (stream.uniform() < 0.5) for (const j of block) child[j] = other[j];
  }
  if (stream.uniform() < 1 / 3) {
    const [a, b, share] = [any(), any(), stream.uniform()];
    for (const block of moving) for (const j of block) child[j] += share * (a[j] - b[j]);
  }
  // One feature in half of the cases, two in a quarter, and so on.
  let count = 1;
  while (count < moving.length && stream.uniform() < 0.5) count++;
  const rows = clean?.labels.length ?? 0;
  const donor = rows > 0 && stream.uniform() < 0.2 ? clean!.row(stream.integer(rows)) : undefined;
  for (let k = 0; k < count; k++) {
    const block = moving[stream.integer(moving.length)];
    const way = stream.uniform();
    const width = 10 ** (-2 * stream.uniform());
    const chosen = block[stream.integer(block.length)];
    for (const j of block) {
      if (donor) child[j] = donor[j];
      else if (way < 0.2) child[j] = origin[j];
      else if (block.length > 1) child[j] = Number(j === chosen);
      else if (way < 0.5) child[j] = origin[j] + reach[j] * (2 * stream.uniform() - 1);
      else if (way < 0.6) child[j] = origin[j] + reach[j] * (stream.uniform() < 0.5 ? -1 : 1);
      else child[j] += reach[j] * width * stream.normal();
    }
  }
}

const options = z.strictObject({
  generations: z.number().int().positive().default(30).describe("how many generations"),
  population: z.number().int().positive().default(20).describe("points that are kept of each row"),
  offspring: z.number().int().positive().default(10).describe("points that are tried of each row in each generation"),
  stop: z.boolean().default(false).describe("rule by which rows that reached their goal are left alone"),
});

/** The start, the row itself and each child. */
export const askedByEvolution = ({ generations, offspring }: Omit<EvolutionOptions, "stop">): Queries => ({
  scores: 3 + generations * offspring,
  gradients: 0,
});

export const evolution: EvasionAttack<z.infer<typeof options>> = {
  name: "evolution",
  summary: "mutations and crossings of points under the rules of a table, by scores alone",
  options,
  capabilities: { norms: everyNorm, gradients: false, discrete: false, improves: true, boosters: false },
  reference: "after MOEVA, Simonetto et al., IJCAI 2022",
  asks: askedByEvolution,
  overhead: 30,
  build: evolutionAttack,
};
