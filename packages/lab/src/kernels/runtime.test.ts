import {
  craftEvasion,
  dataset,
  denseRows,
  fit,
  l2,
  learnerByName,
  linf,
  openModel,
  type Runtime,
  runtimeFrom,
  stream,
  type Tensor,
  tensor,
} from "@carom/core";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { kernelRuntime } from "./runtime.ts";

/** The largest difference, relative to the largest value. */
function difference(a: Tensor, b: Tensor): number {
  const [left, right] = [a, b].map(({ data }) => Array.from(data as ArrayLike<number>, Number));
  const scale = Math.max(1e-3, ...right.map(Math.abs));
  return left.reduce((worst, value, i) => Math.max(worst, Math.abs(value - right[i]) / scale), 0);
}

/** ONNX Runtime, with everything that it is asked for asked of the kernels too. */
function both(): { runtime: Runtime; worst: () => number; runs: () => number } {
  const [reference, ours] = [runtimeFrom(ort), kernelRuntime()];
  let [worst, runs] = [0, 0];
  const runtime: Runtime = {
    ...reference,
    get processor() {
      return runtime;
    },
    async compile(model) {
      const [expected, own] = [await reference.compile(model), await ours.compile(model)];
      expect(own.inputs.map(({ name, type }) => [name, type])).toEqual(
        expected.inputs.map(({ name, type }) => [name, type]),
      );
      return {
        ...expected,
        async run(feeds, fetch) {
          const [right, result] = [await expected.run(feeds, fetch), await own.run(feeds, fetch)];
          runs++;
          expect(Object.keys(result).sort()).toEqual(Object.keys(right).sort());
          for (const [name, value] of Object.entries(right)) {
            expect([name, result[name].type, result[name].shape]).toEqual([name, value.type, value.shape]);
            worst = Math.max(worst, difference(result[name], value));
          }
          return right;
        },
      };
    },
  };
  return { runtime, worst: () => worst, runs: () => runs };
}

function threeClasses(n: number, d: number) {
  const random = stream(0, "lab", "kernels");
  const labels = Array.from({ length: n }, (_, i) => i % 3);
  const values = labels.flatMap((label) =>
    Array.from({ length: d }, (_, j) => 0.6 * random.uniform() + 0.4 * Number(j % 3 === label)),
  );
  return dataset({ features: tensor("float32", [n, d], values), labels, domain: [0, 1] });
}

test.each(["logistic", "ridge", "svm-linear", "svm-rbf", "mlp"])(
  "what fits and attacks of %s ask for is what ONNX Runtime gives",
  async (name) => {
    const data = threeClasses(60, 9);
    const { runtime, worst, runs } = both();
    const { model } = await fit(learnerByName(name), data, { runtime, seed: 0, stream: name });
    const { differentiable } = await openModel(runtime, model);
    for (const norm of [l2, linf]) {
      await craftEvasion({
        model,
        opened: differentiable!,
        x: denseRows(data),
        labels: data.labels,
        threat: { norm, domain: data.domain },
        epsilons: [0.05, 0.3],
        pool: data,
        seed: 0,
      });
    }
    expect(runs()).toBeGreaterThan(10);
    expect(worst()).toBeLessThan(2e-5);
  },
);
