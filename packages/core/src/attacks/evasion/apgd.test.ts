// Auto-PGD: its laws, the optimum of affine models, and its strength beside steps of fixed length.

import { beforeAll, describe, expect, test } from "vitest";
import {
  bestIncrease,
  boundsOf,
  boxPoints,
  marginOf,
  openLinear,
  randomFunctions,
  rowAt,
  runtime,
} from "../../../test/linearWorld.ts";
import { type Dataset, denseRows, takeRows } from "../../data/dataset.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import { type Differentiable, openModel } from "../../models/open.ts";
import { norms } from "../../threat/norm.ts";
import { type Attack, rowOf } from "../attack.ts";
import { overrideContext } from "../override.ts";
import { runAttack } from "../run.ts";
import type { AttackTask } from "../task.ts";
import { apgdAttack, checkpoints } from "./apgd.ts";
import { lineSearchAttack } from "./lineSearch.ts";
import { pgdAttack } from "./pgd.ts";

const [n, d] = [60, 20];
const epsilons = { l0: 3, l1: 1.5, l2: 0.6, linf: 0.2 };
const points = boxPoints(3, n, d, 3);
/** Three classes that no affine function tells apart. */
const data: Dataset = {
  ...points,
  labels: Int32Array.from({ length: n }, (_, i) => {
    const row = rowAt(points, i);
    return Math.abs(row[0] - 0.5) + row[1] * row[2] < 0.4 ? 0 : row[3] > row[4] ? 1 : 2;
  }),
};
let network: Differentiable;

beforeAll(async () => {
  const { model } = await fit(learnerByName("mlp"), data, {
    runtime,
    seed: 1,
    stream: "apgd",
    options: { epochs: 150 },
  });
  network = (await openModel(runtime, model)).differentiable!;
});

const run = (attack: Attack, name: keyof typeof norms, more: Partial<AttackTask> = {}) =>
  runAttack(attack, {
    models: [network],
    x: denseRows(data),
    labels: data.labels,
    threat: { norm: norms[name], domain: data.domain, epsilon: epsilons[name] },
    seed: 5,
    ...more,
  });
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("100 steps look back after those of the paper", () => {
  expect(checkpoints(100)).toEqual([22, 41, 57, 70, 80, 87, 93, 99]);
});

describe.each(["l1", "l2", "linf"] as const)("Auto-PGD, %s", (name) => {
  test("reaches the optimum of an affine model within 1e-5", async () => {
    const linear = boxPoints(4, n, d);
    const [f] = randomFunctions(4, 1, d);
    const { opened } = await openLinear([f], linear);
    for (const epsilon of [0.05, 0.4, 3]) {
      const threat = { norm: norms[name], domain: linear.domain, epsilon };
      const task = { models: [opened], x: denseRows(linear), labels: linear.labels, threat };
      const { objective } = await run(apgdAttack({ steps: 100 }), name, task);
      linear.labels.forEach((label, i) => {
        const row = rowAt(linear, i);
        const { slopes, clean } = marginOf(f, row, label);
        const optimum = clean + bestIncrease(name, slopes, row, epsilon, boundsOf(threat, row));
        expect(Math.abs(objective[i] - optimum)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(optimum)));
      });
    }
  });

  test("ends at its best iterate, and what it shows of itself never falls", async () => {
    const highest = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
    let falls = 0;
    const watched: Attack = (context) =>
      apgdAttack({ steps: 40 })(
        overrideContext(context, {
          async objective(points, indices) {
            const values = await context.objective(points, indices);
            indices.forEach((i, row) => {
              if (values[row] < highest[i]) falls++;
              highest[i] = Math.max(highest[i], values[row]);
            });
            return values;
          },
        }),
      );
    const shown: Float64Array[] = [];
    const { objective } = await run(watched, name, { onState: (state) => shown.push(state.objective.slice()) });
    // Where iterates never fell, any attack would pass.
    expect(falls).toBeGreaterThan(n);
    shown.forEach((values, k) => {
      values.forEach((value, i) => {
        if (k > 0) expect(value).toBeGreaterThanOrEqual(shown[k - 1][i]);
      });
    });
    objective.forEach((value, i) => {
      expect(Math.abs(value - highest[i])).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
    });
  });

  test("closes in on an optimum inside the ball, around which steps of its first length would go to and fro", async () => {
    const center = Float64Array.from({ length: d }, (_, j) => 0.3 + 0.02 * j);
    const quadratic: Attack = (context) => {
      const from = { ...context.origin, data: context.origin.data.map((_, at) => center[at % d] + 0.01 * (at % 3)) };
      return apgdAttack({ steps: 100 })(
        overrideContext(context, {
          start: from,
          objective: async (points, indices) =>
            Float64Array.from(indices, (_, row) =>
              rowOf(points, row).reduce((sum, value, j) => sum - (j + 1) * (value - center[j]) ** 2, 0),
            ),
          gradient: async (points) => ({
            ...points,
            data: points.data.map((value, at) => 2 * ((at % d) + 1) * (center[at % d] - value)),
          }),
          project: () => {},
        }),
      );
    };
    const { points } = await run(quadratic, name, {
      x: { ...denseRows(data), data: new Float32Array(n * d).fill(0.5) },
      threat: { norm: norms[name], domain: data.domain, epsilon: 20 },
    });
    points.data.forEach((value, at) => {
      expect(Math.abs(value - center[at % d])).toBeLessThan(0.1);
    });
  });

  test("is at least as strong on a network as as many steps of one length, targeted or not", async () => {
    for (const targets of [undefined, data.labels.map((label) => (label + 1) % 3)]) {
      const more = targets ? { targets } : {};
      const own = await run(apgdAttack({ steps: 40 }), name, more);
      expect(own.queries.gradients).toBe(40 * n);
      for (const stepSize of [0.05, 0.1, 0.25]) {
        const fixed = await run(pgdAttack({ steps: 40, stepSize }), name, more);
        expect(mean(own.objective), `steps of ${stepSize}`).toBeGreaterThanOrEqual(mean(fixed.objective) - 1e-3);
      }
      // With a sixth of the gradients the line search comes as close as its stopping rule lets it.
      const line = await run(lineSearchAttack(), name, more);
      expect(mean(own.objective)).toBeGreaterThanOrEqual(mean(line.objective) - 5e-3);
    }
  });

  test("does to a point of the network the same in any batch", async () => {
    const ids = Int32Array.of(41, 3);
    const rows = takeRows(data, ids);
    const together = await run(apgdAttack({ steps: 20 }), name);
    const apart = await run(apgdAttack({ steps: 20 }), name, { x: denseRows(rows), labels: rows.labels, ids });
    ids.forEach((i, row) => {
      expect(apart.points.data.subarray(row * d, (row + 1) * d)).toEqual(
        together.points.data.subarray(i * d, (i + 1) * d),
      );
    });
  });
});
