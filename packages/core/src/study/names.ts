// What results call the models of a study.

import type { LearnerChoice } from "./schema.ts";

/** Ids of models say which side they are on, because both sides may have the same learners. */
export const surrogateId = (name: string) => `surrogate/${name}`;
export const targetId = (name: string) => `target/${name}`;

/** What results call a choice. */
export function nameOf({ name, learner, complexity, preset, fraction }: LearnerChoice): string {
  if (name !== undefined) return name;
  const level = complexity ?? preset?.split("/").at(-1);
  const whole = level === "high" || level === "low" ? `${learner}_${level === "high" ? "H" : "L"}` : learner;
  return fraction === undefined ? whole : `${whole}@${fraction}`;
}
