import { expect, test } from "vitest";
import { check, noFindings } from "./check.ts";
import { families, layerOf } from "./layers.ts";
import { expectAgreement } from "./suite.ts";

/** Layers of each family. */
const COUNT = 8;
const SEED = 7;

/** The most elements of an input: each costs four evaluations. */
const LIMIT = 60;

test.each(Object.keys(families))(
  `${COUNT} random layers of the family %s: gradients, simplification, runtime and shapes agree`,
  async (family) => {
    let smooth = 0;
    for (let number = 0; number < COUNT; number++) {
      const layer = layerOf(family, SEED, number, LIMIT);
      const findings = noFindings();
      smooth += Number(await check(layer, SEED, findings));
      expectAgreement(findings);
    }
    expect(smooth).toBeGreaterThanOrEqual(COUNT - 1);
  },
);

test("a layer is a function of family, seed and number", () => {
  const [first, again, other] = [3, 3, 4].map((number) => layerOf("Conv", SEED, number, LIMIT));
  expect(again.name).toBe(first.name);
  expect(other.name).not.toBe(first.name);
});
