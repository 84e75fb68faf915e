// Options of any size: a training ends in a sentence, or in a model whose scores are numbers.

import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { dataset, denseRows } from "../../src/data/dataset.ts";
import { InputError } from "../../src/errors.ts";
import { fit } from "../../src/learners/fit.ts";
import type { AnyLearner } from "../../src/learners/learner.ts";
import { learners } from "../../src/learners/registry.ts";
import { openModel } from "../../src/models/open.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { stream } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";

const runtime = runtimeFrom(ort);

/** Rows of 4 x 4 pixels of two classes, which some line tells apart or none does. */
function rows(separable: boolean) {
  const random = stream(3, "rows");
  const n = 24;
  const labels = Array.from({ length: n }, (_, i) => i % 2);
  const x = Array.from({ length: 16 * n }, (_, at) => {
    const isFirst = at % 16 === 0 && separable;
    return isFirst ? 0.1 + 0.8 * labels[Math.floor(at / 16)] : random.uniform();
  });
  return dataset({ features: tensor("float32", [n, 4, 4], x), labels, domain: [0, 1] });
}

const sizes = [5e-324, 1e-300, 1e-30, 1e-10, 0.01, 0.5, 1, 3, 1000, 1e6, 1e10, 1e26, 1e100, 1e200, Number.MAX_VALUE];
const counts = [1, 2, 3, 17, 1000, 1e5, 1e9, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER];

/** Short trainings where an option does not say otherwise. */
const short: Readonly<Record<string, object>> = {
  mlp: { widths: [4], epochs: 3, batch: 8 },
  cnn: { layers: [{ conv: 2, kernel: 2 }], epochs: 3, batch: 8 },
  forest: { trees: 3 },
};

const anyLayer = fc.oneof(
  fc.record({
    conv: fc.constantFrom(...counts),
    kernel: fc.constantFrom(1, 2, 2 ** 31),
    stride: fc.constantFrom(...counts),
  }),
  fc.record({ pool: fc.constantFrom(...counts) }),
  fc.record({ dense: fc.constantFrom(...counts) }),
  fc.record({ dropout: fc.constantFrom(0, 5e-324, 0.5, 1 - 2 ** -53) }),
);
const special: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  widths: fc.array(fc.constantFrom(...counts), { minLength: 1, maxLength: 3 }),
  layers: fc.array(anyLayer, { minLength: 1, maxLength: 3 }),
  loss: fc.constantFrom("hinge", "squared-hinge"),
  // What rounding does not reach is refused too, after fifty million steps.
  tolerance: fc.constantFrom(1e-10, 1e-6, 0.5, 1 - 2 ** -53),
  // What would take days is the user's to wait for.
  trees: fc.constantFrom(1, 17, 2 ** 50, Number.MAX_SAFE_INTEGER),
  epochs: fc.constantFrom(1, 17, 2 ** 50, Number.MAX_SAFE_INTEGER),
  milestones: fc.array(fc.constantFrom(...counts), { maxLength: 3 }),
};

/** One or two options at any size that their schema takes. */
function anyOptions({ name, options }: AnyLearner): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const { shape } = options as unknown as z.ZodObject;
  const values = Object.entries(shape).flatMap(([option, schema]) => {
    const takes = (value: unknown) => (schema as z.ZodType).safeParse(value).success;
    const given = special[option] ?? fc.constantFrom(...[...sizes, ...counts, 0, true, false].filter(takes));
    return [given.map((value) => ({ [option]: value }))];
  });
  return fc.tuple(fc.oneof(...values), fc.oneof(...values)).map(([a, b]) => ({ ...short[name], ...a, ...b }));
}

describe.each(Object.values(learners))("$name", (learner) => {
  it("ends in a sentence or in numbers", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyOptions(learner), fc.boolean(), async (options, separable) => {
        const data = rows(separable);
        try {
          const { model, training } = await fit(learner, data, { runtime, seed: 1, stream: "extreme", options });
          const opened = await openModel(runtime, model);
          const scores = await opened.scores(denseRows(data));
          await opened.close();
          expect([...scores.data].every(Number.isFinite)).toBe(true);
          expect(Object.values(training).every(Number.isFinite)).toBe(true);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.message).not.toMatch(/NaN|undefined/);
        }
      }),
      { numRuns: 20 },
    );
  });
});

it("logistic regression of any weight is at its optimum, or says that it is not", async () => {
  // Two points at -1 and +1: w minimises w^2 / 2 + 2 C log(1 + exp(-w)), so that w (1 + exp(w)) = 2 C.
  const data = dataset({ features: tensor("float64", [2, 1], [-1, 1]), labels: [0, 1], domain: [-1, 1] });
  const optimum = (C: number) => {
    let [low, high] = [0, 1000];
    for (let i = 0; i < 200; i++) {
      const w = (low + high) / 2;
      if (Math.log(w) + w + Math.log1p(Math.exp(-w)) < Math.log(2 * C)) low = w;
      else high = w;
    }
    return low;
  };
  const unscaled = { ...data, scaling: "none" as const };
  for (let exponent = -8; exponent <= 60; exponent += 4) {
    const C = 10 ** exponent;
    const fitted = await fit(learners.logistic, unscaled, { runtime, seed: 1, stream: "w", options: { C } }).catch(
      (error: unknown) => {
        // Where the first step drowns in rounding.
        if (exponent <= 20 || !(error instanceof InputError)) throw error;
      },
    );
    if (!fitted) continue;
    const { model } = fitted;
    const opened = await openModel(runtime, model);
    const { data: scores } = await opened.scores(denseRows(data));
    await opened.close();
    expect(Math.abs(scores[3] / optimum(C) - 1), `C = ${C}`).toBeLessThan(1e-4);
  }
});
