import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { norms } from "./norm.ts";
import { checkThreat, roundToGrid, type ThreatModel, writeBounds } from "./threat.ts";

interface Case {
  readonly threat: ThreatModel;
  readonly origin: Float32Array;
  /** An admissible point but for the grid. */
  readonly point: Float32Array;
  readonly step: number;
  readonly epsilon: number;
}

const cases = (norm: (typeof norms)[keyof typeof norms]): fc.Arbitrary<Case> =>
  fc
    .record({
      d: fc.integer({ min: 1, max: 40 }),
      kind: fc.constantFrom("8 bits", "integer", "binary"),
      epsilon: fc.double({ min: 1e-3, max: 20, noNaN: true }),
      direction: fc.constantFrom(undefined, "add" as const, "remove" as const),
      offGrid: fc.boolean(),
      shares: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    })
    .map(({ d, kind, epsilon, direction, offGrid, shares }) => {
      const share = () => shares.next().value as number;
      const [step, top] = kind === "8 bits" ? [1 / 255, 1] : kind === "integer" ? [1, 9] : [1, 1];
      const domain = {
        lower: new Float64Array(d),
        upper: new Float64Array(d).fill(top),
        ...(kind !== "8 bits" && { kinds: new Array<"integer" | "binary">(d).fill(kind as "integer") }),
      };
      const threat: ThreatModel = {
        norm,
        epsilon,
        domain,
        changeable: Uint8Array.from({ length: d }, () => (share() < 0.8 ? 1 : 0)),
        ...(direction && { direction }),
        ...(kind === "8 bits" && { grid: step }),
      };
      const origin = Float32Array.from({ length: d }, () => {
        const value = top * share();
        return offGrid ? value : Math.round(value / step) * step;
      });
      const point = origin.map((value) => value + 6 * (share() - 0.5));
      const lower = new Float64Array(d);
      const upper = new Float64Array(d);
      writeBounds(threat, origin, lower, upper);
      norm.project(point, origin, epsilon, lower, upper);
      return { threat, origin, point, step, epsilon };
    });

const rounded = ({ threat, point, origin, epsilon }: Case) => {
  const copy = point.slice();
  roundToGrid(threat, copy, origin, epsilon);
  return copy;
};

const distance = ({ threat, origin }: Case, point: Float32Array) =>
  threat.norm.measure(Float64Array.from(point, (value, j) => value - origin[j]));

describe.each(Object.values(norms))("rounding to a grid in the $label ball", (norm) => {
  test("ends on the grid or at the origin, in ball, box, mask and direction, less than a step away", () => {
    fc.assert(
      fc.property(cases(norm), (each) => {
        const { threat, origin, point, step, epsilon } = each;
        const result = rounded(each);
        const lower = new Float64Array(point.length);
        const upper = new Float64Array(point.length);
        writeBounds(threat, origin, lower, upper);
        result.forEach((value, j) => {
          const isOnGrid = value === Math.fround(Math.round(value / step) * step);
          expect(isOnGrid || value === origin[j]).toBe(true);
          expect(Math.abs(value - point[j])).toBeLessThan(step * (1 + 1e-6));
          expect(value).toBeGreaterThanOrEqual(lower[j]);
          expect(value).toBeLessThanOrEqual(upper[j]);
        });
        expect(distance(each, result)).toBeLessThanOrEqual(epsilon * (1 + 2e-6) + 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  test("is idempotent", () => {
    fc.assert(
      fc.property(cases(norm), (each) => {
        const once = rounded(each);
        expect(rounded({ ...each, point: once })).toEqual(once);
      }),
      { numRuns: 300 },
    );
  });

  test("is the nearest rounding wherever that stays in the ball", () => {
    fc.assert(
      fc.property(cases(norm), (each) => {
        const { threat, origin, point, step } = each;
        const lower = new Float64Array(point.length);
        const upper = new Float64Array(point.length);
        writeBounds(threat, origin, lower, upper);
        const nearest = point.map((value, j) =>
          value === origin[j] ? value : Math.min(Math.max(Math.round(value / step) * step, lower[j]), upper[j]),
        );
        fc.pre(distance(each, nearest) <= each.epsilon);
        expect(rounded(each)).toEqual(nearest);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a threat model that does not fit", () => {
  const domain = { lower: new Float64Array(3), upper: new Float64Array(3).fill(1) };
  const sound: ThreatModel = { norm: norms.l2, epsilon: 1, domain };

  test.each<readonly [string, Partial<ThreatModel>, RegExp]>([
    ["a negative budget", { epsilon: -1 }, /^invalid epsilon: expected a number from 0, got -1/],
    ["a budget that is no number", { epsilon: Number.NaN }, /^invalid epsilon: .* got NaN/],
    ["one bad budget of many", { epsilon: Float64Array.of(1, -2) }, /^invalid epsilon: .* got -2/],
    ["a short mask", { changeable: new Uint8Array(2) }, /^invalid mask of changeable features: .* 3 features, got 2/],
    [
      "bounds of other features",
      { domain: { lower: new Float64Array(2), upper: new Float64Array(2) } },
      /^invalid domain/,
    ],
    ["an endless box", { domain: { ...domain, upper: domain.upper.map(() => Infinity) } }, /^invalid domain: .*finite/],
    ["a grid of no width", { grid: 0 }, /^invalid grid: expected a positive step, got 0/],
  ])("%s", (_, change, sentence) => {
    expect(() => checkThreat(sound, 3)).not.toThrow();
    expect(() => checkThreat({ ...sound, ...change }, 3)).toThrow(InputError);
    expect(() => checkThreat({ ...sound, ...change }, 3)).toThrow(sentence);
  });
});
