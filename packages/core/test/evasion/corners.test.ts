// Steps in the graph where slopes differ by orders of magnitude and most features are at the sides of the box: they end
// where the framework's exact projections do.

import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { pgdAttack } from "../../src/attacks/evasion/pgd.ts";
import { runAttack } from "../../src/attacks/run.ts";
import { uniformDomain } from "../../src/data/domain.ts";
import { modelFromGraph } from "../../src/models/model.ts";
import { openModel } from "../../src/models/open.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { GraphBuilder, modelOf } from "../../src/onnx/builder.ts";
import { stream } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";
import { l2 } from "../../src/threat/norm.ts";

const [n, d] = [40, 64];

/** A linear model whose weights are of three orders of magnitude. */
async function steepAndFlat() {
  const random = stream(1, "weights");
  const weights = Array.from({ length: 2 * d }, () => random.normal() * 10 ** (3 * random.uniform() - 1.5));
  const g = new GraphBuilder();
  g.output(g.node("MatMul", [g.input("x", "float32", ["N", d]), g.constant(tensor("float32", [d, 2], weights))]), "s");
  return (await openModel(runtimeFrom(ort), modelFromGraph(modelOf(g.graph())))).differentiable!;
}

test("single steps and steps in the graph end within 1e-4 budgets of each other, in the ball", async () => {
  const inGraph = await steepAndFlat();
  const { ascend, ...stepByStep } = inGraph;
  let bound = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = stream(seed, "points");
    const atSides = 0.3 + 0.7 * random.uniform();
    const value = () => (random.uniform() < atSides ? Math.round(random.uniform()) : random.uniform());
    const epsilon = 0.1 + 3.9 * random.uniform();
    const task = {
      x: tensor("float32", [n, d], Float32Array.from({ length: n * d }, value)),
      labels: Int32Array.from({ length: n }, (_, i) => i % 2),
      threat: { norm: l2, domain: uniformDomain(d, 0, 1), epsilon },
      seed: 0,
    };
    const attack = pgdAttack({ steps: 1 + random.integer(20), stepSize: 0.05 + 0.95 * random.uniform() });
    const [a, b] = [
      await runAttack(attack, { ...task, models: [inGraph] }),
      await runAttack(attack, { ...task, models: [stepByStep] }),
    ];
    for (let i = 0; i < n; i++) {
      const row = (values: ArrayLike<number>) => Array.from({ length: d }, (_, j) => values[i * d + j]);
      const other = row(b.points.data);
      const apart = Math.hypot(...row(a.points.data).map((each, j) => each - other[j]));
      expect(apart / epsilon).toBeLessThan(1e-4);
      expect(a.size[i]).toBeLessThanOrEqual(epsilon * (1 + 1e-6));
      if (b.size[i] > 0.999 * epsilon) bound++;
    }
  }
  // Where no ball binds, nothing is to be found.
  expect(bound).toBeGreaterThan(30 * n);
});
