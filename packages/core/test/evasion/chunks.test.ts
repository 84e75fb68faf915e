// Rows attacked some at a time end where rows attacked all at once do, to the last bit, and cost as much.

import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { craftInChunks } from "../../src/attacks/evasion/chunks.ts";
import { craftEvasion } from "../../src/attacks/evasion/craft.ts";
import { buildEvasion } from "../../src/attacks/evasion/evasionAttack.ts";
import { evasionByName } from "../../src/attacks/evasion/index.ts";
import { dataset, denseRows } from "../../src/data/dataset.ts";
import { fit } from "../../src/learners/fit.ts";
import { learners } from "../../src/learners/registry.ts";
import { openModel } from "../../src/models/open.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { stream } from "../../src/random.ts";
import { sliceRows, tensor } from "../../src/tensor.ts";
import { norms } from "../../src/threat/norm.ts";

const runtime = runtimeFrom(ort);
const [n, d] = [33, 5];
const random = stream(3, "chunks");
const x = Float32Array.from({ length: n * d }, () => random.uniform());
const data = dataset({
  features: tensor("float32", [n, d], x),
  labels: Int32Array.from({ length: n }, (_, i) => (x[d * i] + x[d * i + 1] > 1 ? 1 : 0)),
});

test.each([
  ["logistic", undefined, "l2"],
  ["mlp", undefined, "l2"],
  ["mlp", undefined, "l1"],
  ["mlp", "pgd", "linf"],
] as const)("%s, %s, %s", async (learner, name, norm) => {
  const { model } = await fit(learners[learner], data, { runtime, seed: 1, stream: "chunks" });
  const opened = await openModel(runtime, model);
  const threat = { norm: norms[norm], domain: data.domain };
  const common = {
    ...{ model, opened: opened.differentiable!, threat, epsilons: [0.05, 0.3], seed: 5, pool: data },
    ...(name && { attack: buildEvasion(evasionByName(name), {}, threat) }),
  };
  const whole = await craftEvasion({ ...common, x: denseRows(data), labels: data.labels });
  for (const rows of [1, 8, n]) {
    const placed = whole.map(() => 0);
    const queries = { scores: 0, gradients: 0 };
    const crafting = await craftInChunks({
      ...{ ...common, data, rows },
      place(e, from, { points, size, objective, iterations, queries: own }) {
        const to = from + size.length;
        expect(points).toEqual(sliceRows(whole[e].points, from, to));
        expect([size, objective]).toEqual([whole[e].size.slice(from, to), whole[e].objective.slice(from, to)]);
        expect(iterations).toBeLessThanOrEqual(whole[e].iterations);
        placed[e] += size.length;
        queries.scores += own.scores;
        queries.gradients += own.gradients;
      },
    });
    expect(placed).toEqual(whole.map(() => n));
    expect(crafting.queries).toEqual(queries);
    expect(crafting.nonFinite).toEqual(whole[0].nonFinite.map((flag, i) => flag | whole[1].nonFinite[i]));
    const asked = (name: keyof typeof queries) => whole.reduce((sum, each) => sum + each.queries[name], 0);
    expect(queries).toEqual({ scores: asked("scores"), gradients: asked("gradients") });
  }
  // Something was attacked at all.
  expect(Math.max(...whole[1].size)).toBeGreaterThan(0.1);
  await opened.close();
});
