// Repetitions of a plan: what is alike is planned as often as asked, unless that is plainly too often.

import type { PlanBuilder } from "./plan.ts";

/**
 * What `planOne` gives for each of so many repetitions, in order. All but the first add equally many tasks, since the
 * first alone may add what they share: so the second tells how many there will be.
 *
 * @throws InputError after two where all together are more than a plan may have
 */
export function planRepetitions<T>(plan: PlanBuilder, count: number, planOne: (repetition: number) => T): T[] {
  return Array.from({ length: count }, (_, repetition) => {
    const before = plan.size();
    const planned = planOne(repetition);
    if (repetition === 1) plan.requireRoom((count - 2) * (plan.size() - before));
    return planned;
  });
}
