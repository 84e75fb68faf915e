// A target that can only be asked: judged as its file is, and estimated where its file is measured.

import { beforeAll, describe, expect, test } from "vitest";
import { boxPoints, runtime } from "../../../test/linearWorld.ts";
import { type Dataset, takeRows } from "../../data/dataset.ts";
import { splitHalves } from "../../data/split.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import { argMax } from "../../models/losses.ts";
import type { Model } from "../../models/model.ts";
import { type OpenModel, openModel } from "../../models/open.ts";
import { NO_GRADIENTS, type Service } from "../../models/service.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { audit } from "./audit.ts";
import { mostQueries } from "./plan.ts";
import type { AuditOutput } from "./read.ts";

const points = boxPoints(3, 160, 6, 2);
// Labels that can be learnt: a slanted plane.
const labels = points.labels.map((_, i) =>
  Number(rowAt(points, i).reduce((sum, value, k) => sum + (k - 2) * value, 0) > 1.2),
);
const data = { ...points, labels };
const [training, attacked] = splitHalves(data, stream(0, "halves")).map((rows) => takeRows(data, rows));
const question = {
  seed: 0,
  norm: "l2" as const,
  epsilons: [0.2, 0.5],
  surrogates: [
    { learner: "logistic", complexity: "high" as const },
    { learner: "svm-linear", complexity: "low" as const },
  ],
  attackers: [],
};

let model: Model;
let opened: OpenModel;
let ofFile: AuditOutput;
let asked = 0;

function rowAt({ features }: Dataset, i: number): number[] {
  return "start" in features ? [] : [...features.data.subarray(6 * i, 6 * i + 6)];
}

const service = (answers: Service["answers"]): Service => ({
  inputShape: opened.inputShape,
  classes: 2,
  probabilities: answers === "labels",
  answers,
  async scores(x) {
    asked += x.shape[0];
    const scores = await opened.scores(x);
    if (answers === "scores") return scores;
    const named = argMax(scores);
    return tensor(
      "float64",
      [named.length, 2],
      Float64Array.from({ length: 2 * named.length }, (_, i) => Number(named[i >> 1] === i % 2)),
    );
  },
  close: async () => {},
});

const run = (target: Model | Service, estimate?: { readonly points: number }) =>
  audit({ ...question, ...(estimate && { estimate }), runtime, target, training, attacked });

beforeAll(async () => {
  ({ model } = await fit(learnerByName("mlp"), data, { runtime, seed: 1, stream: "target", options: { epochs: 40 } }));
  opened = await openModel(runtime, model);
  ofFile = await run(model);
});

const onTarget = ({ result }: AuditOutput) =>
  result.cells
    .filter(({ surrogate, target }) => target === "target" && surrogate !== "target")
    .map(({ surrogate, epsilon, errorUnderAttack, success, netIncrease }) => ({
      surrogate,
      epsilon,
      errorUnderAttack,
      success,
      netIncrease,
    }));

describe("an audit of a service", () => {
  test("gives what the audit of its model gives, in errors and losses, and asks no more than was said", async () => {
    asked = 0;
    const output = await run(service("scores"));
    expect(onTarget(output)).toEqual(onTarget(ofFile));
    expect(onTarget(output).some(({ netIncrease }) => netIncrease.estimate > 0.1)).toBe(true);
    const losses = ({ samples }: AuditOutput) =>
      samples
        .filter(({ surrogate, target }) => surrogate !== "target" && target === "target")
        .map(({ lossAfter }) => [...lossAfter!]);
    expect(losses(output)).toEqual(losses(ofFile));
    expect(asked).toBe(mostQueries(attacked.labels.length, { surrogates: 2, epsilons: 2 }));
  });

  test("has neither S nor R nor a white-box reference, and says why", async () => {
    const { models, cells, pairs, answer } = (await run(service("scores"))).result;
    expect(models[0]).toMatchObject({ id: "target", noGradients: NO_GRADIENTS });
    expect(models[0]).not.toHaveProperty("gradientSize");
    expect(cells.filter(({ surrogate }) => surrogate === "target")).toEqual([]);
    expect(
      cells.filter((cell) => cell.target === "target" && ("ratio" in cell || "predictedIncrease" in cell)),
    ).toEqual([]);
    expect(pairs.map(({ target }) => target).sort()).toEqual(["logistic_H", "svm-linear_L"]);
    expect(answer.join(" ")).toMatch(/the target gives no gradients/);
  });

  test("that names classes gives the same errors and no losses", async () => {
    const output = await run(service("labels"));
    expect(onTarget(output)).toEqual(onTarget(ofFile));
    expect(output.result.models[0]).not.toHaveProperty("cleanLoss");
    expect(
      output.samples.filter(({ target }) => target === "target").every(({ lossAfter }) => lossAfter === undefined),
    ).toBe(true);
    expect(
      output.samples.filter(({ target }) => target !== "target").every(({ lossAfter }) => lossAfter !== undefined),
    ).toBe(true);
  });

  test("estimates R, here from all 6 directions, as the gradients of the model have it; from names it cannot", async () => {
    asked = 0;
    const n = attacked.labels.length;
    const { estimate, pairs } = (await run(service("scores"), { points: n })).result;
    const exact = ofFile.result.pairs.filter(({ target }) => target === "target");
    expect(exact.length).toBe(2);
    expect(pairs.every(({ target }) => target !== "target")).toBe(true);
    for (const { surrogate, alignment, slope } of estimate!.pairs) {
      const known = exact.find((pair) => pair.surrogate === surrogate)!.alignment;
      expect(alignment.estimate).toBeCloseTo(known.estimate, 2);
      expect(slope.estimate).toBeGreaterThan(0);
    }
    // Six directions are all there are: 12 rows at each point.
    expect(estimate!.queries).toBe(12 * n);
    expect(asked).toBe(mostQueries(n, { surrogates: 2, epsilons: 2 }) + 12 * n);
    await expect(run(service("labels"), { points: 5 })).rejects.toThrow(/names classes only; leave out --estimate/);
  });
});
