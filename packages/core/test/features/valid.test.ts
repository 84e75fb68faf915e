// What is crafted under a feature schema satisfies all of it, also after it was written down and read back.

import { expect, test } from "vitest";
import type { Attack } from "../../src/attacks/attack.ts";
import { rowOf } from "../../src/attacks/attack.ts";
import { beamAttack } from "../../src/attacks/evasion/beam.ts";
import { caaAttack } from "../../src/attacks/evasion/caa.ts";
import { evolutionAttack } from "../../src/attacks/evasion/evolution.ts";
import { pgdAttack } from "../../src/attacks/evasion/pgd.ts";
import { pointsOf } from "../../src/attacks/latePoints.ts";
import { runAttack } from "../../src/attacks/run.ts";
import { denseRows } from "../../src/data/dataset.ts";
import { readCsv } from "../../src/data/formats/csv.ts";
import { checkRows } from "../../src/features/checkRows.ts";
import { resolveFeatures } from "../../src/features/resolve.ts";
import { threatOfFeatures } from "../../src/features/threat.ts";
import { toNumbers } from "../../src/tensor.ts";
import { normNames, norms } from "../../src/threat/norm.ts";
import { openLinear, randomFunctions } from "../linearWorld.ts";
import { randomWorld } from "./world.ts";

const attacks: readonly Attack[] = [
  caaAttack({ steps: 3, restarts: 1, generations: 3, population: 4, offspring: 4 }),
  pgdAttack({ steps: 5, stepSize: 0.4, momentum: 0 }),
  evolutionAttack({ generations: 4, population: 4, offspring: 6, stop: false }),
  beamAttack({ width: 2, changes: 2 }),
];

test("1,000 random schemas: rows satisfy all rules after they were written to CSV and read back", async () => {
  let [moved, rows] = [0, 0];
  const faults: string[] = [];
  for (let seed = 0; seed < 1000; seed++) {
    const { data, schema, faults: faultsOf } = randomWorld(seed, 3);
    const features = resolveFeatures(schema, data);
    expect(checkRows(features, data)).toEqual([]);
    const norm = normNames[Math.floor(seed / attacks.length) % normNames.length];
    const threat = threatOfFeatures(features, norm);
    const { opened } = await openLinear(randomFunctions(seed, 1, features.columns.length), data);
    const x = denseRows(data);
    const epsilon = (norms[norm].counts ? [1, 2, 3] : [0.3, 1, 3])[seed % 3];
    const result = await runAttack(attacks[seed % attacks.length], {
      models: [opened],
      x,
      labels: data.labels,
      threat: { ...threat, epsilon },
      seed,
    });
    await opened.close?.();
    const points = pointsOf(result.points);
    const text = Array.from({ length: points.rows }, (_, i) => [...rowOf(points, i), data.labels[i]].join(",")).join(
      "\n",
    );
    const back = readCsv(new TextEncoder().encode(`${text}\n`), "crafted.csv", { names: false });
    const width = features.columns.length;
    const values = toNumbers(back.features);
    const origin = toNumbers(x);
    for (let i = 0; i < points.rows; i++) {
      rows++;
      const [row, from] = [values, origin].map((all) => all.slice(i * width, (i + 1) * width));
      for (const fault of faultsOf(row, from)) faults.push(`${seed}: ${fault}`);
      expect(result.size[i]).toBeLessThanOrEqual(epsilon * (1 + 1e-6));
      const size = threat.norm.measure(Float64Array.from(row, (value, j) => value - from[j]));
      expect(Math.abs(size - result.size[i])).toBeLessThan(1e-5 * (1 + size));
      if (row.some((value, j) => value !== from[j])) moved++;
    }
  }
  expect(faults).toEqual([]);
  // Most rows could be moved at all.
  expect(moved / rows).toBeGreaterThan(0.6);
}, 120_000);

test("without the rules of its schema the same attack breaks them", async () => {
  let broken = 0;
  for (let seed = 0; seed < 40; seed++) {
    const { data, schema, faults } = randomWorld(seed, 3);
    const features = resolveFeatures(schema, data);
    const { rules, ...threat } = threatOfFeatures(features, "l2");
    if (!rules) continue;
    const { opened } = await openLinear(randomFunctions(seed, 1, features.columns.length), data);
    const x = denseRows(data);
    const task = { models: [opened], x, labels: data.labels, threat: { ...threat, epsilon: 1 }, seed };
    const points = pointsOf((await runAttack(attacks[1], task)).points);
    for (let i = 0; i < points.rows; i++) broken += faults(rowOf(points, i), rowOf(pointsOf(x), i)).length;
    await opened.close?.();
  }
  expect(broken).toBeGreaterThan(10);
});
