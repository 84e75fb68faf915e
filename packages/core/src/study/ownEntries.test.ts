// Learners and attacks of a program's own take part in studies under their names, as those do that come along.

import { expect, it } from "vitest";
import { z } from "zod";
import { runtime } from "../../test/linearWorld.ts";
import { addEvasionAttack } from "../attacks/evasion/index.ts";
import { dataset } from "../data/dataset.ts";
import { linearModel } from "../learners/linearModel.ts";
import { addLearner } from "../learners/registry.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { execute } from "./engine/execute.ts";
import { startPlan } from "./engine/plan.ts";
import { inProcess } from "./engine/runTask.ts";
import { memoryStore } from "./engine/store.ts";
import { planStudy } from "./evasion/plan.ts";
import { readStudy } from "./evasion/read.ts";
import { studySchema } from "./evasion/schema.ts";

const options = z.strictObject({ threshold: z.number().default(0.5).describe("where the classes meet") });

addLearner({
  name: "own-threshold",
  summary: "the first feature against a threshold",
  family: "linear",
  options,
  complexities: { high: { threshold: 0.5 }, low: { threshold: 0.6 } },
  capabilities: { differentiable: true, affine: true, sparse: false },
  reference: "none",
  estimates: { fit: () => 0.01 },
  fit: async (data, { threshold }) => ({
    model: linearModel([{ weights: Float64Array.of(1, 0), bias: -threshold }], data),
    training: {},
  }),
});

addEvasionAttack({
  name: "own-shift",
  summary: "the first feature moves by the budget, towards the other class of the threshold",
  options: z.strictObject({}),
  capabilities: { norms: ["l2"], gradients: false, discrete: false, improves: false, boosters: false },
  asks: () => ({ scores: 1, gradients: 0 }),
  reference: "none",
  build: () =>
    async function* attack(context) {
      const points = { ...context.start, data: context.start.data.slice() };
      context.labels.forEach((label, i) => {
        points.data[2 * i] += context.budget(i) * (label === 1 ? -1 : 1);
      });
      const all = Int32Array.from(context.labels.keys());
      context.project(points, all);
      const state = { iteration: 1, points, objective: new Float64Array(all.length).fill(Number.NaN), active: 0 };
      yield state;
      return state;
    },
});

it("errors are those that the own attack makes on the own learner, in closed form", async () => {
  const n = 400;
  const random = stream(5, "points");
  const x = Float32Array.from({ length: 2 * n }, () => random.uniform());
  const labels = Array.from({ length: n }, (_, i) => Number(x[2 * i] > 0.5));
  const data = dataset({ features: tensor("float32", [n, 2], x), labels, domain: [0, 1] });
  const study = studySchema.parse({
    name: "own",
    data: { train: "unused" },
    split: { target: 0.3, surrogate: 0.3, attacked: 0.4 },
    surrogates: [{ learner: "own-threshold" }],
    targets: [{ learner: "own-threshold" }],
    attack: { epsilons: [0.05, 0.2] },
    attackers: [{ name: "shift", attack: { name: "own-shift" } }],
    permutations: 99,
  });
  const plan = startPlan();
  const keys = planStudy(plan, study, { train: { part: plan.data(data), dataset: data, hash: "" } });
  const store = memoryStore();
  await execute(
    plan,
    keys.flatMap(({ transfer, costs }) => [transfer, ...costs]),
    store,
    inProcess(store, runtime),
  );
  const { repetitions } = await readStudy(store, keys, study, { train: "given" });
  const [{ cells, models }] = repetitions;
  expect(models.map(({ learner }) => learner)).toEqual(expect.arrayContaining(["own-threshold"]));
  const white = cells.filter(({ surrogate, target }) => surrogate === target);
  for (const { epsilon, errorUnderAttack, n } of white.map((cell) => ({ ...cell, n: cell.errorUnderAttack.n }))) {
    // Of points that lie uniformly in [0, 1] those within epsilon of the threshold are moved across it.
    const sd = Math.sqrt((2 * epsilon * (1 - 2 * epsilon)) / n);
    expect(Math.abs(errorUnderAttack.estimate - 2 * epsilon)).toBeLessThan(4 * sd);
  }
  expect(white.length).toBe(2);
});

it("a name that is taken is refused", () => {
  const entry = { name: "own-threshold" } as Parameters<typeof addLearner>[0];
  expect(() => addLearner(entry)).toThrow(/name of learner: expected one that is not taken, got "own-threshold"/);
});
