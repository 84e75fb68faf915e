// Models that are there already: linear ones, whose S and R are known, and a target without gradients.

import { expect, it } from "vitest";
import { boxPoints, openLinear, randomFunctions, runtime } from "../../test/linearWorld.ts";
import { InputError } from "../errors.ts";
import { fit } from "../learners/fit.ts";
import { learnerByName } from "../learners/index.ts";
import { dot, norm } from "../linalg.ts";
import { explainModels } from "./explainModels.ts";

const data = boxPoints(7, 60, 10);
const [f, g] = randomFunctions(7, 2, 10);

async function linear(name: string, of: typeof f) {
  const { model, opened } = await openLinear([of], data);
  await opened.close();
  return { name, model };
}

const common = { runtime, data, norm: "l2" as const, epsilons: [0.05], seed: 0 };

it("gives R of linear models as the cosine of their weights, up to the sign of both gradients", async () => {
  const result = await explainModels({
    ...common,
    surrogates: [await linear("A", f)],
    targets: [await linear("B", g)],
    smoothness: 5,
  });
  const R = dot(f.weights, g.weights) / (norm(f.weights) * norm(g.weights));
  expect(result.pairs.find(({ target }) => target === "B")!.alignment.estimate).toBeCloseTo(R, 5);
  const cell = result.means.find(({ surrogate, target }) => surrogate === "A" && target === "B")!;
  const target = result.models.find(({ id }) => id === "B")!;
  expect(cell.linearised! / target.gradientSize!.estimate).toBeCloseTo(R, 5);
  expect(cell.decomposition!.bound).toBeCloseTo(0.05 * target.gradientSize!.estimate, 10);
  // A small step on a smooth loss: nearly all of it is first order.
  expect(cell.decomposition!.explained!).toBeGreaterThan(0.9);
  expect(result.undefinedFor).toEqual(["V of A: undefined, it needs at least two models of one learner and options"]);
  expect(result.findings).toHaveLength(1);
  expect(JSON.stringify(result)).not.toContain("NaN");
});

it("gives V for several models of one learner, 0 for the same model twice, and keeps what a forest has", async () => {
  const train = async (learner: string, seed: number, options: Record<string, unknown>) =>
    (await fit(learnerByName(learner), boxPoints(seed, 80, 10), { runtime, seed, label: "t", options })).model;
  const one = await train("logistic", 1, { C: 1 });
  const other = await train("logistic", 2, { C: 1 });
  const forest = { name: "forest", model: await train("forest", 1, { trees: 3 }) };
  const explain = (second: typeof one) =>
    explainModels({
      ...common,
      surrogates: [
        { name: "a", model: one },
        { name: "b", model: second },
      ],
      targets: [forest],
    });
  const same = await explain(one);
  expect(same.variability).toMatchObject([{ surrogates: ["a", "b"], perPoint: 0, ofMean: 0 }]);
  const different = await explain(other);
  expect(different.variability[0].perPoint!).toBeGreaterThan(0);
  expect(different.undefinedFor).toHaveLength(1);
  expect(different.undefinedFor[0]).toMatch(/^R, S, rho and predicted loss on forest: absent, .+/);
  const cells = different.means.filter(({ target }) => target === "forest");
  expect(cells).toHaveLength(2);
  for (const cell of cells) {
    expect(cell.alignment).toBeUndefined();
    expect(cell.decomposition).toBeUndefined();
    expect(cell.labelAgreement!).toBeGreaterThan(0);
    expect(Number.isFinite(cell.error)).toBe(true);
  }
  const refused = explainModels({ ...common, surrogates: [forest], targets: [{ name: "a", model: one }] });
  await expect(refused).rejects.toThrow(InputError);
  const twice = explainModels({ ...common, surrogates: [forest], targets: [forest] });
  await expect(twice).rejects.toThrow(/"forest" twice/);
});
