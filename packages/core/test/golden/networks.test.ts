// Training of networks against PyTorch: the same 20 losses from the same weights.

import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { type Layer, networkOf } from "../../src/learners/networks/layers.ts";
import { trainSgd } from "../../src/learners/networks/sgd.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { stream } from "../../src/random.ts";
import { sizeOf, tensor } from "../../src/tensor.ts";

interface Case {
  readonly rowShape: readonly number[];
  readonly rows: number;
  readonly losses: readonly number[];
}

const file = new URL("../../../../fixtures/learners/networks.golden.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8"));

/** The numbers on [0, 1) that fixtures/learners/networks.py makes. */
function uniform(place: number, size: number): Float64Array {
  return Float64Array.from(
    { length: size },
    (_, i) => (Math.imul(i + place * 1_000_003, 2_654_435_761) >>> 0) / 2 ** 32,
  );
}

const networks: Readonly<Record<"mlp" | "cnn", readonly Layer[]>> = {
  mlp: [{ dense: 16 }, { dense: 12 }],
  cnn: [{ conv: 6, kernel: 3, stride: 2 }, { conv: 8, kernel: 2, stride: 1 }, { pool: 2 }, { dense: 10 }],
};

test.each(["mlp", "cnn"] as const)("%s: the losses of PyTorch within 1e-4", async (name) => {
  const { rowShape, rows, losses }: Case = golden[name];
  const network = networkOf(rowShape, networks[name], 3, stream(0, name));
  const weights = new Map(
    [...network.weights].map(([weight, { shape }], i) => {
      const inputs = shape.length === 4 ? sizeOf(shape.slice(1)) : shape[0];
      const values = uniform(i + 1, sizeOf(shape)).map((u) => (2 * u - 1) / Math.sqrt(inputs));
      return [weight, tensor("float32", shape, Float32Array.from(values))];
    }),
  );
  const x = uniform(0, rows * sizeOf(rowShape));
  const labels = Int32Array.from({ length: rows }, (_, i) => Math.floor(3 * x[i * sizeOf(rowShape)]));
  const examples = { x: tensor("float32", [rows, ...rowShape], Float32Array.from(x)), labels };
  const result = await trainSgd(runtimeFrom(ort), { ...network, weights }, examples, {
    ...golden.recipe,
    epochs: losses.length,
    batch: rows,
    unroll: 1,
    random: (label) => stream(0, label),
  });
  for (const [i, loss] of result.losses.entries()) expect(loss, `step ${i + 1}`).toBeCloseTo(losses[i], 4);
});
