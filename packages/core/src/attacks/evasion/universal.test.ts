// Universal perturbations: one for all, the best there is where that is known, and within what each point allows.

import { describe, expect, test } from "vitest";
import { bestIncrease, boxPoints, marginOf, openLinear, randomFunctions, rowAt } from "../../../test/linearWorld.ts";
import { type Dataset, dataset, denseRows, takeRows } from "../../data/dataset.ts";
import { permutation, stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { norms } from "../../threat/norm.ts";
import { scaledNorm } from "../../threat/scaledNorm.ts";
import { runAttack } from "../run.ts";
import type { AttackTask } from "../task.ts";
import { type UniversalOptions, universalAttack } from "./universal.ts";

const [n, d] = [30, 12];
const [f] = randomFunctions(31, 1, d);
const epsilons = { l1: 0.15, l2: 0.15, linf: 0.05 };
/** Points that no budget here moves out of the box. */
const inner: Dataset = dataset({
  features: tensor(
    "float32",
    [n, d],
    Float32Array.from(denseRows(boxPoints(31, n, d)).data, (value) => 0.3 + 0.4 * value),
  ),
  labels: Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 1 : 0)),
  domain: [0, 1],
});

async function attacked(
  data: Dataset,
  name: keyof typeof epsilons,
  options: Partial<UniversalOptions> = {},
  more: Partial<AttackTask> = {},
) {
  const { opened } = await openLinear([f], data);
  const result = await runAttack(universalAttack({ steps: 60, stepSize: 0.1, perClass: false, ...options }), {
    models: [opened],
    x: denseRows(data),
    labels: data.labels,
    threat: { norm: norms[name], domain: data.domain, epsilon: epsilons[name] },
    seed: 0,
    ...more,
  });
  await opened.close();
  const moves = Array.from(data.labels, (_, i) => {
    const row = rowAt(data, i);
    return Float64Array.from(result.points.data.subarray(i * d, (i + 1) * d), (value, j) => value - row[j]);
  });
  return { ...result, moves };
}

const apart = (a: Float64Array, b: Float64Array) => Math.max(...a.map((value, j) => Math.abs(value - b[j])));

describe.each(["l1", "l2", "linf"] as const)("under %s", (name) => {
  const bounds = { lower: new Float64Array(d).fill(-9), upper: new Float64Array(d).fill(9) };

  test("each class's perturbation is the optimum of an affine model of two classes, and the other's turned round", async () => {
    const { moves, objective } = await attacked(inner, name, { perClass: true });
    inner.labels.forEach((label, i) => {
      const row = rowAt(inner, i);
      const { slopes, clean } = marginOf(f, row, label);
      const optimum = clean + bestIncrease(name, slopes, row, epsilons[name], bounds);
      expect(Math.abs(objective[i] - optimum)).toBeLessThan(1e-4);
      expect(apart(moves[i], moves[label === 0 ? 1 : 0])).toBeLessThan(1e-6);
    });
    expect(
      apart(
        moves[0],
        moves[1].map((value) => -value),
      ),
    ).toBeLessThan(1e-4);
  });

  test("of both classes all points get one, which leads those of the larger class to their goal", async () => {
    const { moves } = await attacked(inner, name);
    const { moves: ofClasses } = await attacked(inner, name, { perClass: true });
    for (const move of moves) expect(apart(move, moves[0])).toBeLessThan(1e-6);
    // Twice as many points are of class 0, whose directions outweigh the others.
    const cosine = moves[0].reduce((sum, value, j) => sum + value * ofClasses[1][j], 0);
    expect(cosine).toBeGreaterThan(0);
  });

  test("differs between points by the box alone, and lies in ball and box", async () => {
    const data = boxPoints(32, n, d);
    const { moves, size } = await attacked(data, name, { perClass: true });
    const of = [0, 1].map((label) => {
      const rows = moves.filter((_, i) => data.labels[i] === label);
      return Float64Array.from({ length: d }, (_, j) =>
        rows.reduce((most, move) => (Math.abs(move[j]) > Math.abs(most) ? move[j] : most), 0),
      );
    });
    moves.forEach((move, i) => {
      const row = rowAt(data, i);
      move.forEach((value, j) => {
        const whole = of[data.labels[i]][j];
        const cut = Math.min(1, Math.max(0, row[j] + whole)) - row[j];
        expect(Math.abs(value - cut)).toBeLessThan(1e-6);
      });
      expect(size[i]).toBeLessThanOrEqual(epsilons[name] * (1 + 1e-6));
    });
    expect(moves.some((move, i) => data.labels[i] === data.labels[0] && apart(move, moves[0]) > 0.01)).toBe(true);
  });

  test("does not depend on the order of the points", async () => {
    const order = permutation(stream(0, "order"), n);
    const [plain, turned] = [await attacked(inner, name), await attacked(takeRows(inner, order), name)];
    order.forEach((i, row) => {
      expect(apart(turned.moves[row], plain.moves[i])).toBeLessThan(1e-6);
    });
  });

  test("moves no feature that may not change, and spends nothing on it", async () => {
    const changeable = Uint8Array.from({ length: d }, (_, j) => (j % 3 === 0 ? 0 : 1));
    const threat = { norm: norms[name], domain: inner.domain, epsilon: epsilons[name], changeable };
    const { moves, size } = await attacked(inner, name, { perClass: true }, { threat });
    expect(moves.every((move) => move.every((value, j) => changeable[j] === 1 || value === 0))).toBe(true);
    for (const each of size) expect(each).toBeGreaterThan(epsilons[name] * (1 - 1e-4));
  });

  test("in units of features is the same perturbation, measured in them", async () => {
    const units = Float64Array.from({ length: d }, (_, j) => (j % 2 === 0 ? 0.5 : 0.25));
    const threat = { norm: scaledNorm(norms[name], units), domain: inner.domain, epsilon: epsilons[name] };
    const { objective } = await attacked(inner, name, { perClass: true }, { threat });
    inner.labels.forEach((label, i) => {
      const row = rowAt(inner, i);
      const { slopes, clean } = marginOf(f, row, label);
      const inUnits = slopes.map((slope, j) => slope * units[j]);
      const optimum = clean + bestIncrease(name, inUnits, row, epsilons[name], bounds);
      expect(Math.abs(objective[i] - optimum)).toBeLessThan(1e-4);
    });
  });
});
