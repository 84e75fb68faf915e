// Rows attacked in tasks of some rows each end where those of one task do, to the last bit, and cost as much.

import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { dataset, takeRows } from "../../src/data/dataset.ts";
import { fit } from "../../src/learners/fit.ts";
import { learners } from "../../src/learners/registry.ts";
import { processorLimits } from "../../src/models/limits.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { stream } from "../../src/random.ts";
import { allRows, type Rows } from "../../src/rows.ts";
import { execute } from "../../src/study/engine/execute.ts";
import { type PlanBuilder, startPlan } from "../../src/study/engine/plan.ts";
import { inProcess } from "../../src/study/engine/runTask.ts";
import { memoryStore, readRef } from "../../src/study/engine/store.ts";
import {
  type BlocksQuestion,
  type CraftedBlock,
  planCraftBlocks,
  planSmallestBlocks,
} from "../../src/study/evasion/blocks.ts";
import { tensor } from "../../src/tensor.ts";

const runtime = runtimeFrom(ort);
const [n, d] = [70, 5];
const random = stream(4, "blocks");
const x = Float32Array.from({ length: n * d }, () => random.uniform());
const data = dataset({
  features: tensor("float32", [n, d], x),
  labels: Int32Array.from({ length: n }, (_, i) => (x[d * i] + x[d * i + 1] > 1 ? 1 : 0)),
});
const { model } = await fit(learners.mlp, data, { runtime, seed: 1, stream: "blocks", options: { epochs: 400 } });

/** With restarts, which draw numbers for each row, and a second start among the rows. */
const question = (rows: number): BlocksQuestion => ({
  ...{ attacked: data, pool: data, models: [model], label: "rows" },
  changeable: Uint8Array.of(1, 1, 0, 1, 1),
  parameters: {
    ...{ norm: "l2", seed: 3 },
    attacker: { attack: { name: "line-search", options: { restarts: 1 } } },
  },
  limits: { ...processorLimits, chunk: { numbers: rows * d, rows: 1 } },
});

async function computed<T>(plan: PlanBuilder, blocks: readonly CraftedBlock<T>[]): Promise<T[]> {
  const store = memoryStore();
  await execute(
    plan,
    blocks.map(({ ref }) => ref),
    store,
    inProcess(store, runtime),
  );
  return Promise.all(blocks.map(({ ref }) => readRef(store, ref)));
}

const joined = async (parts: readonly Rows[]) =>
  (await Promise.all(parts.map(allRows))).flatMap((part) => Array.from(part.data));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test("points at each budget", async () => {
  const crafted = async (rows: number) => {
    const plan = startPlan();
    const blocks = planCraftBlocks(plan, question(rows), [0.1, 0.4]);
    expect(blocks.map(({ from }) => from)).toEqual([0, ...blocks.map(({ to }) => to)].slice(0, -1));
    expect(blocks[blocks.length - 1].to).toBe(n);
    const lengths = blocks.map(({ from, to }) => to - from);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(rows);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    const outcomes = await computed(plan, blocks);
    return {
      tasks: plan.tasks.length,
      points: await Promise.all([0, 1].map((e) => joined(outcomes.map(({ budgets }) => budgets[e].points)))),
      sizes: [0, 1].map((e) => outcomes.flatMap(({ budgets }) => Array.from(budgets[e].size))),
      gradients: sum(outcomes.flatMap(({ budgets }) => budgets.map(({ queries }) => queries.gradients))),
    };
  };
  const { tasks, ...whole } = await crafted(n);
  expect(tasks).toBe(1);
  for (const [rows, tasks] of [
    [8, 12],
    [33, 4],
    [40, 2],
  ])
    expect(await crafted(rows)).toEqual({ ...whole, tasks });
  expect(Math.max(...whole.sizes[1])).toBeGreaterThan(0.3);
  // What may not change has not.
  expect(whole.points[1].every((value, at) => at % d !== 2 || value === x[at])).toBe(true);
});

test("the smallest budget of each row", async () => {
  const searched = async (rows: number) => {
    const plan = startPlan();
    const outcomes = await computed(plan, planSmallestBlocks(plan, question(rows)));
    return {
      points: await joined(outcomes.map(({ points }) => points)),
      epsilon: outcomes.flatMap(({ epsilon }) => Array.from(epsilon)),
      scores: sum(outcomes.map(({ queries }) => queries.scores)),
    };
  };
  const whole = await searched(n);
  for (const rows of [9, 40]) expect(await searched(rows)).toEqual(whole);
  expect(whole.epsilon.filter((value) => value > 0 && value < 1).length).toBeGreaterThan(n / 2);
});

test("an attack that moves rows together is not divided, and few tasks share very many rows", () => {
  const plan = startPlan();
  expect(planCraftBlocks(plan, { ...question(8), mixesRows: true }, [0.1])).toHaveLength(1);
  const many = takeRows(
    data,
    Int32Array.from({ length: 1000 }, (_, i) => i % n),
  );
  const blocks = planCraftBlocks(startPlan(), { ...question(8), attacked: many }, [0.1]);
  expect(blocks).toHaveLength(32);
  expect(planCraftBlocks(startPlan(), { ...question(1), attacked: takeRows(data, [0, 1, 2]) }, [0.1])).toHaveLength(3);
});
