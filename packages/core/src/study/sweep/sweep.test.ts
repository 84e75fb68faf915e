// A sweep of ridge regression, whose gradients shrink with alpha by a known law.

import { expect, it } from "vitest";
import { boxPoints, runtime } from "../../../test/linearWorld.ts";
import { InputError } from "../../errors.ts";
import { execute } from "../engine/execute.ts";
import { startPlan } from "../engine/plan.ts";
import { inProcess } from "../engine/runTask.ts";
import { memoryStore } from "../engine/store.ts";
import { planSweep, readSweep, type SweepQuestion } from "./sweep.ts";

const data = boxPoints(5, 200, 6);
const question: SweepQuestion = {
  learner: "ridge",
  option: "alpha",
  values: [0.1, 100, 10000],
  options: {},
  norm: "l2",
  epsilon: 0.5,
  sets: 3,
  seed: 0,
};

async function sweep(changes: Partial<SweepQuestion>) {
  const plan = startPlan();
  const asked = { ...question, ...changes };
  const keys = planSweep(plan, asked, plan.data(data));
  const store = memoryStore();
  await execute(plan, keys.wanted, store, inProcess(store, runtime));
  return readSweep(store, keys, asked, "given");
}

it("finds S, V and the effect of attacks falling with regularisation, and the knee", async () => {
  const { models, knee, trainingRows, points } = await sweep({});
  const sizes = models.map(({ size }) => size!.estimate);
  const V = models.map(({ variability }) => variability!.perPoint);
  for (let i = 1; i < models.length; i++) {
    expect(sizes[i]).toBeLessThan(sizes[i - 1]);
    expect(V[i]).toBeLessThan(V[i - 1]);
  }
  // alpha so large that weights are about proportional to 1 / alpha.
  expect(sizes[2] / sizes[1]).toBeLessThan(0.05);
  expect(trainingRows).toBe(70);
  expect(points).toBeGreaterThan(50);
  expect(knee!.from.value).toBe(0.1);
  expect([100, 10000]).toContain(knee!.at.value);
});

it("says that V is undefined for one training set, and keeps the rest", async () => {
  const { models, undefinedFor } = await sweep({ sets: 1, points: 20 });
  expect(models[0].variability).toBeUndefined();
  expect(models[0].size!.estimate).toBeGreaterThan(0);
  expect(models[0].cleanError.n).toBeLessThanOrEqual(22);
  expect(undefinedFor).toEqual(["V: undefined, it is a variance over training sets and there is 1"]);
});

it.each([
  [{ learner: "forest", option: "trees", values: [1, 2] }, "sweep of forest"],
  [{ values: [1] }, "values of alpha"],
  [{ values: [1, 1] }, "values of alpha"],
  [{ option: "alhpa" }, "alhpa"],
] as const)("refuses %j", async (changes, message) => {
  const fault = await sweep(changes as Partial<SweepQuestion>).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(InputError);
  expect((fault as Error).message).toContain(message);
});
