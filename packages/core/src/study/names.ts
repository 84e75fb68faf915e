// What results call the models of a study.

import type { LearnerChoice } from "./schema.ts";

/** Ids of models say which side they are on, because both sides may have the same learners. */
export const surrogateId = (name: string) => `surrogate/${name}`;
export const targetId = (name: string) => `target/${name}`;

/** An id without the side that it is on. */
export const shortId = (id: string) => id.slice(id.indexOf("/") + 1);

/** The budget at which the paper's claims are looked at: 1, else the smallest. */
export function referenceBudget(budgets: readonly number[]): number {
  return budgets.includes(1) ? 1 : Math.min(...budgets);
}

/** What results call a choice. */
export function nameOf({ name, learner, complexity, preset, fraction }: LearnerChoice): string {
  if (name !== undefined) return name;
  const level = complexity ?? preset?.split("/").at(-1);
  const whole = level === "high" || level === "low" ? `${learner}_${level === "high" ? "H" : "L"}` : learner;
  return fraction === undefined ? whole : `${whole}@${fraction}`;
}
