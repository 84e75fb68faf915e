// The values that a feature can take where it cannot take all between its bounds: steps of a grid, or levels.

import { isWhole } from "../data/featureKind.ts";
import type { ThreatModel } from "./threat.ts";

export interface Lattice {
  /** The largest distance between neighbours. */
  readonly width: number;
  /** The nearest value between two bounds. */
  nearest(value: number, lower: number, upper: number): number;
  /** The nearest value no farther from an origin; an origin between values is kept rather than overshot. */
  inward(value: number, origin: number): number;
}

/** Multiples of a step. */
function steps(step: number): Lattice {
  return {
    width: step,
    nearest: (value, lower, upper) => Math.min(Math.max(Math.round(value / step) * step, lower), upper),
    inward: (value, origin) =>
      value > origin
        ? Math.max(Math.floor(value / step) * step, origin)
        : Math.min(Math.ceil(value / step) * step, origin),
  };
}

/** Some values, ascending. */
function levels(values: Float64Array): Lattice {
  const closest = (value: number, among: Float64Array, otherwise: number) =>
    among.length === 0 ? otherwise : among.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));
  return {
    width: values.reduce((most, value, k) => (k > 0 ? Math.max(most, value - values[k - 1]) : most), 0),
    nearest: (value, lower, upper) =>
      closest(
        value,
        values.filter((each) => each >= lower && each <= upper),
        value,
      ),
    inward(value, origin) {
      const [low, high] = value > origin ? [origin, value] : [value, origin];
      return closest(
        value,
        values.filter((each) => each >= low && each <= high),
        origin,
      );
    },
  };
}

/** The lattice of each of the D features, undefined for one that takes any value; undefined where all do. */
export function latticesOf(threat: ThreatModel): readonly (Lattice | undefined)[] | undefined {
  if (!known.has(threat)) known.set(threat, makeLattices(threat));
  return known.get(threat);
}

const known = new WeakMap<ThreatModel, ReturnType<typeof latticesOf>>();

function makeLattices({ domain, grid, rules }: ThreatModel): ReturnType<typeof latticesOf> {
  const { kinds, lower } = domain;
  if (grid === undefined && !kinds?.some(isWhole) && !rules?.values.some(Boolean)) return undefined;
  const whole = steps(1);
  const even = grid === undefined ? undefined : steps(grid);
  return Array.from(lower, (_, i) => {
    const own = rules?.values[i];
    return own ? levels(own) : kinds && isWhole(kinds[i]) ? whole : even;
  });
}
