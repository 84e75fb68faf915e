// Wilson's score interval of a proportion (Wilson 1927).

import { InputError } from "../errors.ts";
import { normalQuantile } from "./normal.ts";
import { checkCount, checkLevel, type Interval } from "./sample.ts";

/**
 * The score interval of a proportion, k successes of n; `undefined` for n = 0.
 *
 * All proportions p with |k / n - p| <= z sqrt(p (1 - p) / n), z the normal quantile at (1 + level) / 2. Throws an
 * `InputError` on counts that are not 0 <= k <= n or a level outside (0, 1).
 *
 * @example
 * ```ts
 * import { wilson } from "@carom/core/stats";
 *
 * const { low, high } = wilson(1, 10)!;
 * console.log(low.toFixed(4), high.toFixed(4)); // 0.0179 0.4042
 * ```
 */
export function wilson(successes: number, n: number, level = 0.95): Interval | undefined {
  checkLevel(level);
  checkCount("number of successes", successes);
  checkCount("number of trials", n);
  if (successes > n) {
    throw new InputError("invalid", "number of successes", {
      expected: `at most the ${n} trials`,
      got: `${successes}`,
      remedy: "give successes first, trials second",
    });
  }
  if (n === 0) return undefined;
  const estimate = successes / n;
  const z = normalQuantile((1 + level) / 2);
  const scale = 1 + (z * z) / n;
  const centre = (estimate + (z * z) / (2 * n)) / scale;
  const half = (z * Math.sqrt((estimate * (1 - estimate)) / n + (z / (2 * n)) ** 2)) / scale;
  return {
    estimate,
    // Exact at the ends, where rounding would put the limit a hair off.
    low: successes === 0 ? 0 : centre - half,
    high: successes === n ? 1 : centre + half,
  };
}
