// Points that break a rule are counted, once for all chunks, and those that would have been successes apart.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Attack } from "../../src/attacks/attack.ts";
import { craftInChunks } from "../../src/attacks/evasion/chunks.ts";
import { dataset } from "../../src/data/dataset.ts";
import { resolveFeatures } from "../../src/features/resolve.ts";
import { featureSchema } from "../../src/features/schema.ts";
import { threatOfFeatures } from "../../src/features/threat.ts";
import { tensor } from "../../src/tensor.ts";
import { openLinear } from "../linearWorld.ts";

/** Raises the first column as far as the budget goes, whatever the rules say. */
const raise: Attack = async function* (context) {
  const { origin, start } = context;
  const points = { ...start, data: start.data.slice() };
  for (let i = 0; i < origin.rows; i++) points.data[2 * i] += 100;
  context.project(
    points,
    Int32Array.from({ length: origin.rows }, (_, i) => i),
  );
  return { iteration: 1, points, objective: new Float64Array(origin.rows), active: 0 };
};

test("broken, wrong but invalid and invalid themselves, in closed form", async () => {
  const row = fc.tuple(fc.nat(20), fc.nat(20), fc.boolean());
  let [invalid, wrong] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 12 }), async (rows) => {
      fc.pre(rows.some(([a, b]) => a <= b));
      const columns = rows.flatMap((each) => each.slice(0, 2).map(Number));
      const data = dataset({
        features: tensor("float32", [rows.length, 2], Float32Array.from(columns)),
        labels: Int32Array.from(rows, ([, , label]) => Number(label)),
        classNames: ["0", "1"],
        featureNames: ["a", "b"],
      });
      const schema = featureSchema.parse({
        columns: { a: { bounds: [0, 40], scale: 1 }, b: { bounds: [0, 40], scale: 1, mutable: false } },
        relations: ["a <= b"],
      });
      const threat = threatOfFeatures(resolveFeatures(schema, data), "linf");
      // Class 1 from a = 10.5 on.
      const { model, opened } = await openLinear([{ weights: Float64Array.of(1, 0), bias: -10.5 }], data);
      const epsilons = [2, 6];
      const count = (epsilon: number, of: (a: number, b: number, label: boolean) => boolean) =>
        rows.filter(([a, b, label]) => of(a + epsilon, b, label)).length;
      const itself = count(0, (a, b) => a > b);
      const expected = epsilons.map((epsilon) => ({
        broken: count(epsilon, (a, b) => a > b),
        // The smaller budget's point, where it obeyed, is where the larger one begins.
        wrongButInvalid: rows.filter(([a, b, label]) => {
          const at = a + epsilon;
          const back = epsilon === 6 && a + 2 <= b ? a + 2 : a;
          const isWrong = (value: number) => value > 10.5 !== label;
          return at > b && isWrong(at) && !(isWrong(back) && a <= b);
        }).length,
        invalidRows: itself,
      }));
      for (const size of [1, 5, rows.length]) {
        const task = { model, opened, data, rows: size, threat, epsilons, attack: raise, seed: 0 };
        const { rules } = await craftInChunks({ ...task, place: () => {} });
        expect(rules).toEqual(expected);
      }
      invalid += itself;
      wrong += expected[0].wrongButInvalid;
      await opened.close?.();
    }),
    { numRuns: 25, seed: 5 },
  );
  expect(Math.min(invalid, wrong)).toBeGreaterThan(10);
});
