// A norm whose features are measured in units of their own, such as the ranges of the columns of a table.

import type { Vector } from "../linalg.ts";
import { linf, type Norm } from "./norm.ts";

/**
 * The norm of v_j / unit_j, with what follows from it: the dual norm of unit_j g_j, the steepest direction, and the
 * nearest point of ball and box in these units. A feature of unit 0 cannot be moved. Reports name it by its label.
 */
export function scaledNorm(norm: Norm, units: Float64Array, label = "range-scaled"): Norm {
  const d = units.length;
  const [inner, center, low, high] = Array.from({ length: 4 }, () => new Float64Array(d));
  const divided = (v: Vector) => {
    for (let j = 0; j < d; j++) inner[j] = v[j] === 0 ? 0 : v[j] / units[j];
    return inner;
  };
  const times = (v: Vector) => {
    for (let j = 0; j < d; j++) inner[j] = v[j] * units[j];
    return inner;
  };
  return {
    ...norm,
    // How many features change is the same in any unit; what is nearest is not.
    label: norm.counts ? norm.label : `${label} ${norm.label}`,
    units,
    measure: (v) => norm.measure(divided(v)),
    dual: (g) => norm.dual(times(g)),
    steepest(g) {
      norm.steepest(times(g));
      for (let j = 0; j < d; j++) g[j] = inner[j] * units[j];
    },
    project(point, from, epsilon, lower, upper) {
      for (let j = 0; j < d; j++) {
        const per = units[j] > 0 ? 1 / units[j] : 0;
        inner[j] = (point[j] - from[j]) * per;
        low[j] = (lower[j] - from[j]) * per;
        high[j] = (upper[j] - from[j]) * per;
      }
      norm.project(inner, center, epsilon, low, high);
      for (let j = 0; j < d; j++) {
        // Rounding must not lead out of the box.
        point[j] = Math.min(Math.max(from[j] + units[j] * inner[j], lower[j]), upper[j]);
      }
    },
  };
}

/**
 * The norm that steps are measured by: for counts, which are no length, the longest change of a feature; else the
 * norm itself.
 */
export function normOfSteps(norm: Norm): Norm {
  if (!norm.counts) return norm;
  return norm.units ? scaledNorm(linf, norm.units) : linf;
}
