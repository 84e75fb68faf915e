import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { tensor } from "../tensor.ts";
import { type Model, modelFromGraph } from "./model.ts";
import { withModel } from "./pool.ts";
import { type Runtime, runtimeFrom } from "./runtime.ts";

/** Scores (w x, -w x). */
function linear(w: number): Model {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", 1]);
  g.output(g.node("MatMul", [x, g.initializer("w", tensor("float32", [1, 2], [w, -w]))]), "scores");
  return modelFromGraph({ ...modelOf(g.graph()), metadata: { scores: "logits" } });
}

/** A runtime that counts how many sessions it has open, and how many it opened. */
function counting(models: number): { readonly runtime: Runtime; readonly count: { open: number; opened: number } } {
  const runtime = runtimeFrom(ort);
  const count = { open: 0, opened: 0 };
  return {
    count,
    runtime: {
      ...runtime,
      limits: { ...runtime.limits, pool: { models, bytes: 2 ** 20 } },
      async compile(bytes) {
        const session = await runtime.compile(bytes);
        count.open++;
        count.opened++;
        const release = async () => {
          count.open--;
          await session.release();
        };
        return { ...session, release };
      },
    },
  };
}

const one = tensor("float32", [1, 1], [1]);
const scoreOf = (runtime: Runtime, model: Model) =>
  withModel(runtime, model, async (opened) => (await opened.scores(one)).data[0]);

test("a model is compiled once as long as it is among those used last", async () => {
  const { runtime, count } = counting(2);
  const [a, b, c] = [linear(1), linear(2), linear(3)];
  for (const model of [a, b, a, b, a]) expect(await scoreOf(runtime, model)).toBe(model === a ? 1 : 2);
  expect(count).toEqual({ open: 2, opened: 2 });
  // b was used longest ago.
  expect(await scoreOf(runtime, c)).toBe(3);
  expect(await scoreOf(runtime, a)).toBe(1);
  expect(count).toEqual({ open: 2, opened: 3 });
  expect(await scoreOf(runtime, b)).toBe(2);
  expect(count).toEqual({ open: 2, opened: 4 });
});

test("no model is closed while somebody uses it, and none that failed is kept", async () => {
  const { runtime, count } = counting(1);
  const [a, b] = [linear(1), linear(2)];
  const both = await withModel(runtime, a, async (opened) => {
    expect(await scoreOf(runtime, b)).toBe(2);
    return [(await opened.scores(one)).data[0], await scoreOf(runtime, a)];
  });
  expect(both).toEqual([1, 1]);
  expect(count).toEqual({ open: 1, opened: 2 });
  await expect(withModel(runtime, a, () => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
  expect(count.open).toBe(0);
  await expect(withModel(runtime, { ...a, bytes: new Uint8Array(4) }, async () => 0)).rejects.toThrow("ONNX");
  expect(count.open).toBe(0);
});

test("a model larger than the pool is closed after use", async () => {
  const { runtime, count } = counting(3);
  const large = linear(1);
  const bytes = { ...runtime, limits: { ...runtime.limits, pool: { models: 3, bytes: large.bytes.length - 1 } } };
  expect(await scoreOf(bytes, large)).toBe(1);
  expect(count).toEqual({ open: 0, opened: 1 });
});
