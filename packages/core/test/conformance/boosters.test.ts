// The conformance suite over the registry of boosters, and boosters that must not pass it.

import { describe, expect, test } from "vitest";
import { rowOf } from "../../src/attacks/attack.ts";
import { type AnyBooster, chooseBooster, type Estimate } from "../../src/attacks/boosters/booster.ts";
import { boosterByName, boosters } from "../../src/attacks/boosters/index.ts";
import { buildEvasion } from "../../src/attacks/evasion/evasionAttack.ts";
import { evasionAttacks } from "../../src/attacks/evasion/index.ts";
import { uniformDomain } from "../../src/data/domain.ts";
import { l1, l2, linf } from "../../src/threat/norm.ts";
import { boosterCases } from "./boosterCases.ts";

describe.each(Object.values(boosters))("$name", (booster) => {
  describe.each([l1, l2, linf])("$label", (norm) => {
    for (const { name, check } of boosterCases) test(name, () => check(booster, norm));
  });

  test("is listed under its name, with a default for every option, and says where it comes from", () => {
    expect(boosters[booster.name]).toBe(booster);
    expect(() => booster.options.parse({})).not.toThrow();
    expect(booster.reference).toMatch(/\d{4}/);
  });
});

const { vmi } = boosters;

/** An entry around an estimate that is none. */
const impostor = (wrap: (inner: Estimate, context: Parameters<AnyBooster["wrap"]>[2]) => Estimate): AnyBooster => ({
  ...vmi,
  name: "impostor",
  gradientsPerStep: () => 1,
  wrap: (inner, _, context) => wrap(inner, context),
});

/** Changes what comes out of the inner estimate, in place. */
const changing = (change: (data: Float64Array, rows: number, context: Parameters<AnyBooster["wrap"]>[2]) => void) =>
  impostor((inner, context) => async (points, indices, step) => {
    const found = await inner(points, indices, step);
    const data = Float64Array.from(found.data);
    change(data, found.rows, context);
    return { ...found, data };
  });

/** Multiplies each number by another that is made for it. */
const eachTimes = (factor: () => number) => (data: Float64Array) => {
  for (let at = 0; at < data.length; at++) data[at] *= factor();
};

let calls = 0;
let kept: Float64Array | undefined;

const impostors: readonly (readonly [what: string, booster: AnyBooster, caughtBy: RegExp])[] = [
  ["the gradient itself", changing(() => {}), /^estimates something else/],
  ["the way down", changing(eachTimes(() => -1)), /^raises/],
  ["one that does not listen", changing((data) => data.fill(1)), /^is obeyed/],
  [
    "the mean over a batch",
    changing((data, rows) => {
      const columns = data.length / rows;
      for (let at = data.length - 1; at >= 0; at--) {
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += data[row * columns + (at % columns)];
        data[at] += sum;
      }
    }),
    /^does to a row the same/,
  ],
  [
    "one stream for a batch",
    changing((data, _, context) => {
      const draw = context.random(0, "batch");
      eachTimes(() => draw.uniform() - 0.3)(data);
    }),
    /^does to a row the same/,
  ],
  ["another estimate at each call", changing((data) => (data[0] = calls++ % 2 === 0 ? 50 : -50)), /^is the same/],
  [
    "memory that outlives a run",
    changing((data) => {
      const before = kept;
      kept = data.slice();
      if (before?.length === data.length) for (let at = 0; at < data.length; at++) data[at] += 2 * before[at];
    }),
    /^is the same/,
  ],
  [
    "more gradients than it says",
    impostor((inner) => async (points, indices, step) => {
      await inner(points, indices, step);
      return inner(points, indices, step);
    }),
    /^asks for as many/,
  ],
  [
    "points outside of the box",
    impostor((inner) => (points, indices, step) => {
      return inner({ ...points, data: points.data.map((value) => 3 * value - 1) }, indices, step);
    }),
    /^asks about nothing outside/,
  ],
  [
    "a change of the points",
    impostor((inner) => (points, indices, step) => {
      rowOf(points, 0)[1] += 0.01;
      return inner(points, indices, step);
    }),
    /^leaves the points/,
  ],
  ["help where it denies it", changing((data) => (data[3] = 9)), /^cannot help/],
];

describe("a booster that is none fails the suite", () => {
  test.each(impostors)("%s", async (_, booster, caughtBy) => {
    const failed: string[] = [];
    for (const { name, check } of boosterCases) await check(booster, linf).catch(() => failed.push(name));
    expect(failed.some((name) => caughtBy.test(name))).toBe(true);
  });
});

describe("what is refused", () => {
  const d = 4;
  const real = { norm: linf, domain: uniformDomain(d, 0, 1) };
  const mixed = { ...real, domain: { ...real.domain, kinds: ["real", "binary", "real", "fixed"] as const } };
  const image: AnyBooster = { ...vmi, data: "images" };

  test.each<readonly [string, () => unknown, RegExp]>([
    ["an unknown booster", () => boosterByName("vmii"), /^unknown booster "vmii": .*did you mean "vmi"\?/],
    ["an unknown option", () => chooseBooster(vmi, { neighbors: 3 }, real, [d]), /did you mean "neighbours"\?/],
    ["a value out of range", () => chooseBooster(vmi, { radius: -1 }, real, [d]), /^invalid option radius of vmi/],
    ["flat rows as images", () => chooseBooster(image, {}, real, [d]), /^unsupported features.*images.*shape \[4\]/],
    [
      "neighbours among binary features",
      () => chooseBooster(vmi, {}, mixed, [d]),
      /^unsupported features.*got binary ones/,
    ],
    [
      "boosters of an attack that has no steps of fixed length",
      () => buildEvasion(evasionAttacks["line-search"], {}, real, [chooseBooster(vmi, {}, real, [d])]),
      /^unsupported boosters of attack line-search: .*got vmi/,
    ],
  ])("%s", (_, call, sentence) => {
    expect(call).toThrow(sentence);
  });

  test("but features that may not change anyway may be of any kind", () => {
    const threat = { ...mixed, changeable: Uint8Array.of(1, 0, 1, 1) };
    expect(chooseBooster(vmi, {}, threat, [d]).options).toEqual({ neighbours: 20, radius: 1.5 });
  });
});
