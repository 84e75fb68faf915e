// Beam search over single changes, by scores alone: of one feature or group after another, for tables and for trees.

import { z } from "zod";
import { type Attack, type AttackContext, type Points, rowOf, takePoints } from "../attack.ts";
import { towardsRules } from "../towardsRules.ts";
import { type EvasionAttack, everyNorm } from "./evasionAttack.ts";

/** How widely and how far a beam search looks. */
export interface BeamOptions {
  /** Points that are kept of each row; 1 is the greedy search. */
  readonly width: number;
  /** Features or groups that change at most. */
  readonly changes: number;
}

interface Member {
  readonly point: Float64Array;
  readonly value: number;
}

/**
 * For each row every change of one more feature or group is tried on each of the `width` best points so far: by the
 * whole budget, a half and an eighth of it, to each other column of a group. The best points of those that
 * satisfy all rules are kept for the next round, also where they are worse than the best before, which is what is
 * returned. A row is done when nothing else can change, or after `changes` rounds.
 *
 * With a width of 1 and binary features: the greedy attack on malware without its gradients.
 */
export function beamAttack({ width, changes }: BeamOptions): Attack {
  return async function* attack(context) {
    const { start, origin } = context;
    const all = Int32Array.from({ length: start.rows }, (_, i) => i);
    const initial = towardsRules(context, start, all);
    const objective = await context.objective(initial.points, all);
    const best: Points = initial.points;
    for (const i of all) if (initial.isValid[i] === 0) objective[i] = Number.NEGATIVE_INFINITY;
    const beams: Member[][] = Array.from(all, (i) => {
      const own = { point: rowOf(best, i).slice(), value: objective[i] };
      return initial.isValid[i] === 1 ? [own] : [{ point: rowOf(origin, i).slice(), value: Number.NEGATIVE_INFINITY }];
    });
    for (let round = 1; round <= changes; round++) {
      let active = 0;
      for (const i of all) {
        // Under L0 a further change would only take the place of another.
        if (beams[i].length === 0 || (context.isConvex === false && round > context.limit(i))) continue;
        beams[i] = await widened(context, i, beams[i], width);
        if (beams[i].length === 0) continue;
        active++;
        if (!(beams[i][0].value > objective[i])) continue;
        objective[i] = beams[i][0].value;
        rowOf(best, i).set(beams[i][0].point);
      }
      yield { iteration: round, points: best, objective, active };
      if (active === 0) break;
    }
    return { iteration: changes, points: best, objective, active: 0 };
  };
}

/** The best points that differ from a row's members in one more feature or group. */
async function widened(
  context: AttackContext,
  i: number,
  members: readonly Member[],
  width: number,
): Promise<Member[]> {
  const origin = rowOf(context.origin, i);
  const made: Float64Array[] = [];
  const moving = context.moving();
  for (const { point } of members) {
    for (const block of moving) {
      if (block.some((j) => point[j] !== origin[j])) continue;
      made.push(...changesOf(context, i, point, block));
    }
  }
  if (made.length === 0) return [];
  const trials: Points = {
    rows: made.length,
    columns: origin.length,
    data: new Float64Array(made.length * origin.length),
  };
  made.forEach((point, row) => {
    rowOf(trials, row).set(point);
  });
  const indices = new Int32Array(made.length).fill(i);
  context.project(trials, indices);
  const { points, isValid } = towardsRules(context, trials, indices);
  const isNew = distinctFrom(members.map(({ point }) => point));
  const rows = Int32Array.from(isValid.keys()).filter((row) => isValid[row] === 1 && isNew(rowOf(points, row)));
  const values = await context.objective(takePoints(points, rows), new Int32Array(rows.length).fill(i));
  return Array.from(rows, (row, k) => ({ point: rowOf(points, row).slice(), value: values[k] }))
    .sort((a, b) => b.value - a.value)
    .slice(0, width);
}

/** Whether a point is none of those given, nor of those that were asked about before. */
function distinctFrom(given: readonly Float64Array[]): (point: Float64Array) => boolean {
  const seen = new Map<number, Float64Array[]>();
  const isNew = (point: Float64Array) => {
    // A weighted sum, which equal points have in common; texts of points took most of the time of a search.
    let sum = 0;
    for (let j = 0; j < point.length; j++) sum += point[j] * Math.sqrt(j + 1);
    const alike = seen.get(sum);
    if (alike?.some((other) => other.every((value, j) => value === point[j]))) return false;
    if (alike) alike.push(point);
    else seen.set(sum, [point]);
    return true;
  };
  given.forEach(isNew);
  return isNew;
}

/** A point with one feature, or one group, changed in each way that is tried. */
function changesOf(context: AttackContext, i: number, point: Float64Array, block: Int32Array): Float64Array[] {
  const changed = (change: (copy: Float64Array) => void) => {
    const copy = point.slice();
    change(copy);
    return copy;
  };
  if (block.length > 1) {
    return Array.from(block)
      .filter((chosen) => point[chosen] !== 1)
      .map((chosen) =>
        changed((copy) => {
          for (const j of block) copy[j] = Number(j === chosen);
        }),
      );
  }
  const [j] = block;
  const longest = context.budget(i) * (context.units?.[j] ?? 1);
  return [1, 0.5, 0.125].flatMap((share) =>
    [-1, 1].map((side) =>
      changed((copy) => {
        copy[j] += side * share * longest;
      }),
    ),
  );
}

const options = z.strictObject({
  width: z.number().int().positive().default(1).describe("how many points are kept of each row; 1 is greedy"),
  changes: z.number().int().positive().default(50).describe("how many features or groups may change"),
});

export const beam: EvasionAttack<z.infer<typeof options>> = {
  name: "beam",
  summary: "one feature or group after another, the best by scores alone; several points kept of each row",
  options,
  capabilities: { norms: everyNorm, gradients: false, discrete: false, improves: false, boosters: false },
  reference: "greedy search as in Demontis et al. 2019, section 5.1, without gradients",
  // Three lengths up and down, of which about half leave the box.
  asks: ({ width, changes }, features) => ({
    scores: 1 + 3 * width * features * Math.min(changes, features),
    gradients: 0,
  }),
  build: beamAttack,
};
