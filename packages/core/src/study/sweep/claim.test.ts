// Claim E2 along made sweeps whose order is known.

import { expect, it } from "vitest";
import { lessFragile } from "./claim.ts";
import type { SweepResult } from "./sweep.ts";

const decays = [0, 0.01, 0.02, 0.05, 0.1, 0.2];
const along = (sizes: number[], errors: number[], order = sizes.map((_, i) => i)) =>
  lessFragile({
    asked: { option: "weightDecay" },
    models: order.map((i) => ({
      value: decays[i],
      size: { estimate: sizes[i] },
      errorUnderAttack: { estimate: errors[i] },
    })),
  } as unknown as SweepResult);

const falling = [6, 5, 4, 3, 2, 1];
const bumpy = [6, 4, 5, 3, 2, 1];

it("holds where both fall along the values, in whatever order these were asked, a bump that chance makes allowed", () => {
  expect(along(falling, falling).verdict).toBe("held");
  expect(along(falling, falling, [3, 0, 5, 1, 4, 2]).verdict).toBe("held");
  const { verdict, numbers } = along(bumpy, falling);
  expect(verdict).toBe("held");
  // One pair of fifteen out of order: tau = (1 - 14) / 15; of 720 orders 2 (1 + 5) are as extreme.
  expect(numbers[0]).toContain(`tau -0.867, p ${Number((12 / 720).toPrecision(3))}`);
});

it.each([
  ["S rises", [...falling].reverse(), falling],
  ["errors rise", falling, [...falling].reverse()],
  ["errors are all the same, as of a constant model", falling, falling.map(() => 0.5)],
  ["S is in no order", [3, 6, 1, 5, 2, 4], falling],
])("does not hold where %s", (_, sizes, errors) => {
  expect(along(sizes, errors).verdict).toBe("not held");
});

it("is not tested on four values, of which no p falls below .05", () => {
  expect(along(falling.slice(0, 4), falling.slice(0, 4)).verdict).toBe("not tested");
  expect(along(falling.slice(0, 5), falling.slice(0, 5)).verdict).toBe("held");
});
