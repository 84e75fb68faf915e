// Laws of features with another zero and unit: data, box, budget and model moved and scaled together give points moved
// and scaled, as far as the type that the model takes can hold them; where float32 cannot, that is told.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { craftEvasion } from "../../src/attacks/evasion/craft.ts";
import { dataset, denseRows } from "../../src/data/dataset.ts";
import { openNpz, writeNpz } from "../../src/data/formats/npz.ts";
import { spacingOf } from "../../src/float32.ts";
import { modelFromGraph } from "../../src/models/model.ts";
import { openModel } from "../../src/models/open.ts";
import { GraphBuilder, modelOf } from "../../src/onnx/builder.ts";
import { type FloatType, tensor, toFloat } from "../../src/tensor.ts";
import { norms } from "../../src/threat/norm.ts";
import { precisionWarning } from "../../src/threat/precision.ts";
import { boxPoints, randomFunctions, runtime } from "../linearWorld.ts";

const [n, d] = [12, 6];
const types = ["float32", "float64"] as const;

/** x -> f((x - offset) / unit), with a kink where asked for, so that it is not affine. */
function model(type: FloatType, offset: number, unit: number, kinked: boolean) {
  const [{ weights, bias }, other] = randomFunctions(5, 2, d);
  const g = new GraphBuilder();
  const x = g.input("x", type, ["N", d]);
  const inner = g.node("Div", [g.node("Sub", [x, g.scalar(offset, x)]), g.scalar(unit, x)]);
  const columns = [weights, other.weights, weights.map((w, j) => w * other.weights[j])];
  const matrix = tensor(type, [d, 3], Array.from({ length: d }, (_, j) => columns.map((column) => column[j])).flat());
  const linear = g.node("Add", [
    g.node("MatMul", [inner, g.constant(matrix)]),
    g.constant(tensor(type, [1, 3], [bias, 0, 0.1])),
  ]);
  g.output(kinked ? g.node("Add", [linear, g.node("Relu", [linear])]) : linear, "scores");
  return modelFromGraph(modelOf(g.graph(), { scores: "logits" }));
}

async function craft(
  type: FloatType,
  offset: number,
  unit: number,
  kinked: boolean,
  norm: keyof typeof norms,
  epsilon: number,
) {
  const plain = boxPoints(3, n, d, 3);
  const data = dataset({
    features: tensor(
      "float64",
      [n, d],
      Float64Array.from(denseRows(plain).data, (value) => offset + unit * value),
    ),
    labels: [...plain.labels],
    domain: [offset, offset + unit],
  });
  const file = model(type, offset, unit, kinked);
  const opened = (await openModel(runtime, file)).differentiable!;
  const threat = { norm: norms[norm], domain: data.domain };
  const [result] = await craftEvasion({
    ...{ model: file, opened, x: denseRows(data), labels: data.labels, threat, epsilons: [epsilon * unit], seed: 1 },
  });
  await opened.close();
  return { data, threat, result, epsilon: epsilon * unit };
}

/** What is on disk, read back. */
function saved({ points }: Awaited<ReturnType<typeof craft>>["result"]): Float64Array {
  const array = openNpz(writeNpz({ x: points })).read("x");
  return toFloat(array as typeof points, "float64").data;
}

const worlds = fc.record({
  offset: fc.oneof(
    fc.constant(0),
    fc.double({ min: 0, max: 28, noNaN: true }).map((power) => Math.round(2 ** power)),
  ),
  unit: fc.integer({ min: -6, max: 12 }).map((power) => 2 ** power),
  kinked: fc.boolean(),
  norm: fc.constantFrom("l1" as const, "l2" as const, "linf" as const),
  share: fc.double({ min: 0.05, max: 0.6, noNaN: true }),
});

describe.each(types)("a model that takes %s", (type) => {
  test("gets points that lie where they lay, measured as they are saved", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ offset, unit, kinked, norm, share }) => {
        const plain = await craft(type, 0, 1, kinked, norm, share);
        expect(Math.max(...plain.result.size)).toBeGreaterThan(0.5 * share);
        const { data, threat, result, epsilon } = await craft(type, offset, unit, kinked, norm, share);
        const origin = denseRows(data).data;
        const points = saved(result);
        const step = type === "float64" ? 1e-12 * (offset + unit) : spacingOf(offset + unit);
        for (let i = 0; i < n; i++) {
          const size = norms[norm].measure(
            points.slice(i * d, (i + 1) * d).map((value, j) => value - origin[i * d + j]),
          );
          // What the type does not hold of the row, or of float64 numbers so far from zero, is beyond the budget.
          const lost = origin
            .slice(i * d, (i + 1) * d)
            .map((value) => (type === "float64" ? step : Math.fround(value) - value));
          expect(size).toBeLessThanOrEqual(epsilon * (1 + 1e-6) + norms[norm].measure(lost));
          expect(result.size[i]).toBe(size);
        }
        points.forEach((value) => {
          expect(value).toBeGreaterThanOrEqual(offset - step);
          expect(value).toBeLessThanOrEqual(offset + unit + step);
        });
        // What rounding may cost: each feature by a step or two of the type, against slopes of the scores by features
        // in the unit.
        const cost = (4 * d * step * 8) / unit + 1e-5;
        const isTold = (() => {
          try {
            return precisionWarning(data, threat, [epsilon]) !== undefined;
          } catch {
            return true;
          }
        })();
        if (type === "float32" && isTold) return;
        result.objective.forEach((value, i) => {
          expect(Math.abs(value - plain.result.objective[i])).toBeLessThanOrEqual(cost);
        });
        if (type === "float32")
          expect(norms[norm].measure(new Float64Array(d).fill(step / 2))).toBeLessThanOrEqual(
            0.1 * epsilon * (1 + 1e-9),
          );
      }),
      { numRuns: 25 },
    );
  });
});
