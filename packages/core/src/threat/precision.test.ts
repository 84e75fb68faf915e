import { describe, expect, test } from "vitest";
import { uniformDomain } from "../data/domain.ts";
import { tensor } from "../tensor.ts";
import { norms } from "./norm.ts";
import { precisionWarning } from "./precision.ts";

const at = (offset: number) => ({
  features: tensor(
    "float64",
    [2, 2],
    [0, 1, 2, 3].map((value) => offset + value),
  ),
  domain: uniformDomain(2, offset, offset + 3),
});
const warning = (offset: number, epsilon: number, changeable = Uint8Array.of(1, 1)) =>
  precisionWarning(at(offset), { norm: norms.l2, domain: at(offset).domain, changeable }, [epsilon]);

describe("float32 near features", () => {
  test("says nothing where budgets are far above its steps", () => {
    expect(warning(0, 0.1)).toBeUndefined();
    expect(warning(1e6, 10)).toBeUndefined();
  });

  test("tells how far apart its numbers lie and what that takes of the budget", () => {
    // At 2e8 they are 16 apart, so two features may be off by 8 each: 11.3 of a budget of 16 or 100.
    expect(warning(2e8, 16)).toMatch(/lie 16 apart: rounding to them may take 71 % of a budget of 16\./);
    expect(warning(2e8, 100)).toMatch(/may take 12 % of a budget of 100\./);
    expect(warning(2e8, 1000)).toBeUndefined();
    expect(warning(2e8, 100, Uint8Array.of(1, 0))).toBeUndefined();
  });

  test("refuses a budget within which no feature can change", () => {
    expect(() => warning(2e8, 1)).toThrow(/^unsupported budget of 1: expected at least 8/);
  });
});
