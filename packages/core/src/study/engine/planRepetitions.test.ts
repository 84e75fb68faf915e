// Repetitions that are too many are refused once the second is planned; all others are planned.

import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { jsonCodec } from "./codec.ts";
import { startPlan } from "./plan.ts";
import { planRepetitions } from "./planRepetitions.ts";
import type { TaskKind } from "./task.ts";

const kind: TaskKind<{ readonly what: string }, object, number> = {
  ...{ name: "count", version: 1, output: jsonCodec<number>("count") },
  estimate: () => ({ seconds: 1 }),
  run: async () => 1,
};

/** Plans repetitions of two tasks, and one that they share, where so many tasks may be; tells how many were planned. */
function planned(count: number, most: number) {
  const plan = startPlan(most);
  let repetitions = 0;
  const one = (repetition: number) => {
    repetitions++;
    for (const what of ["shared", `a ${repetition}`, `b ${repetition}`]) plan.add(kind, { what }, {}, what);
    return repetition;
  };
  const plans = () => planRepetitions(plan, count, one);
  return { plans, plan, repetitions: () => repetitions };
}

describe("repetitions of a plan", () => {
  it("are all planned, in order, where their tasks are as many as there may be", () => {
    for (const count of [1, 2, 3, 20]) {
      const { plans, plan } = planned(count, 2 * count + 1);
      expect(plans()).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(plan.tasks.length).toBe(2 * count + 1);
    }
  });

  it("are refused when two are planned, where one task would be too many", () => {
    for (const count of [3, 20, 1e9]) {
      const { plans, repetitions } = planned(count, 2 * count);
      expect(plans).toThrow(InputError);
      expect(repetitions()).toBe(2);
    }
  });
});
