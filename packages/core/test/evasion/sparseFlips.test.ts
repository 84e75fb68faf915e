// Flips among very many columns: the same as with all of them written out, and the best there is on linear models.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { flipAttack } from "../../src/attacks/evasion/flips.ts";
import { sparseFlips } from "../../src/attacks/evasion/sparseFlips.ts";
import { runAttack } from "../../src/attacks/run.ts";
import { type Dataset, dataset, denseRows } from "../../src/data/dataset.ts";
import { gunzip } from "../../src/data/formats/gzip.ts";
import { readSvmlight } from "../../src/data/formats/svmlight.ts";
import { denseFromSparse, sparseFromDense, takeSparseRows } from "../../src/data/sparse.ts";
import { fit } from "../../src/learners/fit.ts";
import { linearModel } from "../../src/learners/linearModel.ts";
import { learnerByName } from "../../src/learners/registry.ts";
import { onColumns, weightedColumns } from "../../src/models/columns.ts";
import { modelFromGraph } from "../../src/models/model.ts";
import { openModel } from "../../src/models/open.ts";
import { l1 } from "../../src/threat/norm.ts";
import { detectionScores, evasionRate, operatingPoint, rowsOfClass } from "../../src/transfer/operatingPoint.ts";
import { binaryPoints, runtime } from "../linearWorld.ts";
import { sharedData } from "../sharedData.ts";

const seed = 9;
const d = 150;
const written = binaryPoints(seed, 60, d);
const labels = Int32Array.from(written.labels, (_, i) => {
  const row = denseRows(written, i, i + 1).data;
  return row[0] + row[1] + row[2] + row[3] * 2 - row[4] >= 1 ? 1 : 0;
});
const sparse: Dataset = { ...written, labels, features: sparseFromDense(denseRows(written)) };

describe.each(["svm-linear", "svm-rbf", "mlp"])("%s", (learner) => {
  const trained = async () => {
    const options = learner === "mlp" ? { epochs: 40 } : learner === "svm-rbf" ? { C: 10, gamma: 0.02 } : { C: 1 };
    const data = learner === "mlp" ? { ...written, labels } : sparse;
    return (await fit(learnerByName(learner), data, { runtime, seed, stream: "test", options })).model;
  };

  test("on its columns alone it scores as the whole model", async () => {
    const model = await trained();
    const x = sparse.features as ReturnType<typeof sparseFromDense>;
    const columns = Int32Array.from(new Set([...weightedColumns(model), ...x.index])).sort();
    const full = await (await openModel(runtime, model)).scores(denseFromSparse(x));
    const cut = denseFromSparse(x);
    const narrow = {
      ...cut,
      shape: [60, columns.length],
      data: Float64Array.from({ length: 60 * columns.length }, (_, at) => {
        const [row, j] = [Math.floor(at / columns.length), at % columns.length];
        return cut.data[row * d + columns[j]];
      }),
    };
    const own = await (await openModel(runtime, onColumns(model, columns))).scores(narrow);
    own.data.forEach((value, i) => {
      expect(Math.abs(value - full.data[i])).toBeLessThan(1e-5);
    });
  });

  test.each([undefined, "add"] as const)(
    "direction %s: the points are those of the dense attack",
    async (direction) => {
      const model = await trained();
      const x = sparse.features as ReturnType<typeof sparseFromDense>;
      const epsilons = [6, 1, 3];
      const common = { model, runtime, x, labels, epsilons, ...(direction && { direction }) };
      const results = await sparseFlips({ ...common, perGradient: 1 });
      const opened = (await openModel(runtime, model)).differentiable!;
      for (const [e, epsilon] of epsilons.entries()) {
        const dense = await runAttack(flipAttack(), {
          models: [opened],
          x: denseRows({ ...written, labels }),
          labels,
          threat: { norm: l1, domain: written.domain, epsilon, ...(direction && { direction }) },
          seed,
        });
        expect(Float32Array.from(denseFromSparse(results[e].points).data)).toEqual(dense.points.data);
        expect(results[e].size).toEqual(dense.size);
        results[e].objective.forEach((value, i) => {
          expect(Math.abs(value - dense.objective[i])).toBeLessThan(1e-5);
        });
      }
    },
  );
});

test("rows that are not binary, and models that mix columns otherwise, are refused", async () => {
  const x = sparse.features as ReturnType<typeof sparseFromDense>;
  const { model } = await fit(learnerByName("svm-linear"), sparse, { runtime, seed, stream: "test" });
  const task = { model, runtime, labels, epsilons: [1] };
  await expect(sparseFlips({ ...task, x: { ...x, value: x.value.map((v) => 2 * v) } })).rejects.toThrow(
    /^invalid features to flip: expected binary ones, each 0 or 1, got 2/,
  );
  const forest = await fit(learnerByName("forest"), written, { runtime, seed, stream: "test", options: { trees: 2 } });
  await expect(sparseFlips({ ...task, model: forest.model, x })).rejects.toThrow(/^unsupported /);
});

const apps = sharedData("drebin/drebin-secml1000.svmlight.gz");

describe.skipIf(!apps)("real Android apps, 545,334 features, and two published linear models", () => {
  const all = apps ? readSvmlight(gunzip(readFileSync(apps)), "apps", { columns: 545_334 }) : undefined;

  test.each([
    ["secml-zoo-drebin-svm-weights.csv.gz", 0.99, 0.85, 0.003],
    ["secml-zoo-drebin-sec-svm-weights.csv.gz", 0.985, 0.79, 0.005],
  ])("%s: the best additions, and the security curve falls", async (file, accuracy, detected, alarms) => {
    const data = dataset({ ...all!, domain: [0, 1] });
    const text = gunzipSync(readFileSync(sharedData(`drebin/${file}`)!)).toString();
    const weights = new Float64Array(545_334);
    let bias = 0;
    for (const line of text.trim().split("\n").slice(1)) {
      const [name, value] = line.split(",");
      if (name === "bias") bias = Number(value);
      else weights[Number(name) - 1] = Number(value);
    }
    const model = modelFromGraph(linearModel([{ weights, bias }], data));
    const x = data.features as ReturnType<typeof sparseFromDense>;
    const score = (rows: typeof x) =>
      Float64Array.from({ length: rows.rows }, (_, i) => {
        let sum = bias;
        for (let entry = rows.start[i]; entry < rows.start[i + 1]; entry++) sum += weights[rows.index[entry]];
        return sum;
      });
    const clean = score(x);
    const right = clean.filter((value, i) => value > 0 === (data.labels[i] === 1)).length;
    expect(right / 1000).toBeCloseTo(accuracy, 3);
    const malware = rowsOfClass(data.labels, 1);
    const benign = rowsOfClass(data.labels, 0);
    const point = operatingPoint(
      Float64Array.from(benign, (i) => clean[i]),
      alarms * 1.05,
    );
    const attacked = takeSparseRows(x, malware);
    const before = evasionRate(score(attacked), point);
    expect(1 - before.estimate).toBeGreaterThan(detected - 0.07);
    const epsilons = [0, 1, 5, 10, 30];
    const results = await sparseFlips({
      model,
      runtime,
      x: attacked,
      labels: new Int32Array(malware.length).fill(1),
      epsilons,
      direction: "add",
    });
    const helpful = Array.from(weights.keys())
      .filter((j) => weights[j] < 0)
      .sort((a, b) => weights[a] - weights[b])
      .slice(0, 2000);
    let last = before.count;
    results.forEach(({ points, objective, size }, e) => {
      const after = score(points);
      malware.forEach((row, i) => {
        const own = new Set(x.index.subarray(x.start[row], x.start[row + 1]));
        const set = points.index.subarray(points.start[i], points.start[i + 1]);
        expect(set.length - own.size).toBe(size[i]);
        expect([...own].every((j) => set.includes(j))).toBe(true);
        const best = helpful
          .filter((j) => !own.has(j))
          .slice(0, epsilons[e])
          .map((j) => -weights[j]);
        expect(size[i]).toBe(best.length);
        const lowest = clean[row] - best.reduce((sum, gain) => sum + gain, 0);
        expect(Math.abs(after[i] - lowest)).toBeLessThan(1e-5 * Math.max(1, Math.abs(lowest)));
        expect(Math.abs(objective[i] + 2 * lowest)).toBeLessThan(2e-5 * Math.max(1, Math.abs(lowest)));
      });
      const evading = evasionRate(
        detectionScores({ type: "float64", shape: [malware.length, 2], data: pairs(after) }, 1).map((v) => v / 2),
        point,
      );
      expect(evading.count).toBeGreaterThanOrEqual(last);
      last = evading.count;
    });
    expect(last).toBeGreaterThan(before.count + 20);
  });
});

/** Scores (-f, f) of decision values f. */
function pairs(values: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * values.length }, (_, at) => (at % 2 === 0 ? -1 : 1) * values[at >> 1]);
}

test.skipIf(!apps)("sparse rows read and taken are the apps themselves", () => {
  const all = readSvmlight(gunzip(readFileSync(apps!)), "apps", { columns: 545_334 });
  expect((all.features as { index: Int32Array }).index.length).toBe(47_088);
});
