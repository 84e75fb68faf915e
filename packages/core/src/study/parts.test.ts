import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { dataset } from "../data/dataset.ts";
import { crossValidate } from "../learners/crossValidation.ts";
import { learnerByName } from "../learners/registry.ts";
import { runtimeFrom } from "../models/runtime.ts";
import { stream } from "../random.ts";
import { parseOptions } from "../registry.ts";
import { tensor } from "../tensor.ts";
import { execute } from "./engine/execute.ts";
import { startPlan } from "./engine/plan.ts";
import type { Ref } from "./engine/reference.ts";
import { inProcess } from "./engine/runTask.ts";
import { memoryStore, readRef } from "./engine/store.ts";
import { planFolds, planTrees } from "./parts.ts";
import { fit } from "./tasks/fit.ts";

const runtime = runtimeFrom(ort);
const [n, d] = [2000, 3];
const random = stream(1, "parts");
const x = Float32Array.from({ length: n * d }, () => 10 * random.uniform());
/** Three classes, which few splits do not tell apart. */
const labels = Array.from({ length: n }, (_, i) => Math.floor(x[d * i] + x[d * i + 1]) % 3);
const data = dataset({ features: tensor("float32", [n, d], x), labels });

async function computed(plan: ReturnType<typeof startPlan>, wanted: readonly Ref<unknown>[]) {
  const store = memoryStore();
  await execute(plan, wanted, store, inProcess(store, runtime));
  return store;
}

const forestOf = (given: Readonly<Record<string, unknown>>) => ({
  ...{ learner: "forest", options: parseOptions(learnerByName("forest"), given), seed: 5, label: "parts" },
});

test("a forest of trees that were grown in parts has the bytes of one that was fitted at once", async () => {
  const plan = startPlan();
  const training = plan.data(data);
  const forest = forestOf({ trees: 701, depth: 2 });
  const trees = planTrees(plan, forest, training, "trees");
  expect(trees).toHaveLength(2);
  const [inParts, atOnce] = [{ training, trees }, { training }].map((given) => plan.add(fit, forest, given, "fit"));
  expect(inParts.key).not.toBe(atOnce.key);
  const store = await computed(plan, [inParts, atOnce]);
  const [parts, whole] = [await readRef(store, inParts), await readRef(store, atOnce)];
  expect(parts).toEqual(whole);
  expect(parts.training).toMatchObject({ trees: 701 });
  const counts = await Promise.all(trees.map(async (ref) => (await readRef(store, ref)).length));
  expect(counts).toEqual([350, 351]);
});

test("what is soon trained is not divided", () => {
  const plan = startPlan();
  const training = plan.data(data);
  expect(planTrees(plan, forestOf({ trees: 10 }), training, "trees")).toEqual([]);
  expect(planTrees(plan, { ...forestOf({}), learner: "ridge", options: {} }, training, "trees")).toEqual([]);
  const settings = [{ trees: 10 }].map((given) => forestOf(given).options);
  expect(planFolds(plan, { learner: "forest", settings, folds: 5, seed: 2 }, training)).toBeUndefined();
  expect(plan.tasks).toEqual([]);
});

test("folds that are tasks have the errors of a cross-validation, and the same setting is chosen", async () => {
  const plan = startPlan();
  const settings = [1, 6].map((depth) => forestOf({ trees: 340, depth }).options);
  const folds = planFolds(plan, { learner: "forest", settings, folds: 2, seed: 2 }, plan.data(data))!;
  expect(plan.tasks).toHaveLength(4);
  const found = await folds.read(await computed(plan, folds.refs));
  const own = await crossValidate(learnerByName("forest"), data, settings, 2, { runtime, seed: 2 });
  expect(found).toEqual(own);
  expect(found.best.options).toMatchObject({ depth: 6 });
});
