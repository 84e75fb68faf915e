// Several random starts of one attack, the best result of each point kept.

import { type Attack, type AttackContext, type AttackState, type Points, rowOf } from "../attack.ts";
import { overrideContext } from "../override.ts";
import { isClearlyBetter } from "./clearlyBetter.ts";

/**
 * The attack from its own start, then from `restarts` random points of the ball; each point keeps its best result.
 *
 * A start is a random direction of random length up to the budget, moved into the admissible set. It follows from the
 * seed, the point and the number of the restart alone.
 *
 * Source: Madry et al., ICLR 2018 (random starts of projected gradient ascent).
 */
export function withRestarts(attack: Attack, restarts: number): Attack {
  if (restarts === 0) return attack;
  return async function* restarted(context) {
    const all = Int32Array.from({ length: context.origin.rows }, (_, i) => i);
    let best: AttackState | undefined;
    for (let run = 0; run <= restarts; run++) {
      const before = best?.iteration ?? 0;
      const from = run === 0 ? context : restartOf(context, run, all);
      const states = attack(from);
      let next = await states.next();
      while (!next.done) {
        yield { ...next.value, iteration: before + next.value.iteration };
        next = await states.next();
      }
      const { points, iteration } = next.value;
      context.project(points, all);
      const reached = { ...next.value, iteration: before + iteration, objective: await context.objective(points, all) };
      best = best ? betterOf(best, reached) : reached;
    }
    return best!;
  };
}

/** Steps of the attack from all starts together. */
export const stepsOfAll = ({ steps, restarts }: { readonly steps: number; readonly restarts: number }): number =>
  steps * (1 + restarts);

function restartOf(context: AttackContext, run: number, all: Int32Array): AttackContext {
  const random: AttackContext["random"] = (index, ...labels) => context.random(index, "restart", run, ...labels);
  const start: Points = { ...context.origin, data: context.origin.data.slice() };
  const directions: Points = { ...start, data: new Float64Array(start.data.length) };
  const lengths = new Float64Array(start.rows);
  for (let i = 0; i < start.rows; i++) {
    const draw = random(i, "start");
    lengths[i] = context.budget(i) * draw.uniform();
    const direction = rowOf(directions, i);
    for (let j = 0; j < direction.length; j++) direction[j] = draw.normal();
  }
  context.unitLength(directions);
  for (let i = 0; i < start.rows; i++) {
    const point = rowOf(start, i);
    const direction = rowOf(directions, i);
    for (let j = 0; j < point.length; j++) point[j] += lengths[i] * direction[j];
  }
  context.project(start, all);
  return overrideContext(context, { start, random });
}

function betterOf(a: AttackState, b: AttackState): AttackState {
  b.objective.forEach((value, i) => {
    if (!isClearlyBetter(value, a.objective[i])) return;
    a.objective[i] = value;
    rowOf(a.points, i).set(rowOf(b.points, i));
  });
  return { ...a, iteration: b.iteration };
}
