// Which agreement of predictions with labels counts as chance.

import { expect, test } from "vitest";
import { agreementOf } from "./chance.ts";

const N = 40;

test("rows that are all right are no chance, however rare a class is; one wrong row of them may be", () => {
  for (const rare of [1, 2, 5, 20]) {
    const labels = Int32Array.from({ length: N }, (_, i) => (i < rare ? 1 : 0));
    expect(agreementOf(labels, labels)).toMatchObject({ right: 1, isChance: false });
  }
  const labels = Int32Array.from({ length: N }, (_, i) => (i < 2 ? 1 : 0));
  const constant = new Int32Array(N);
  expect(agreementOf(constant, labels)).toMatchObject({ right: 1 - 2 / N, chance: 1 - 2 / N, isChance: true });
  expect(agreementOf(constant, constant).isChance).toBe(false);
});
