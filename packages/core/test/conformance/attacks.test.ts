// The conformance suite over the registry of evasion attacks, and attacks that must not pass it.

import { describe, expect, test } from "vitest";
import type { Attack, Points } from "../../src/attacks/attack.ts";
import { type AnyEvasionAttack, buildEvasion } from "../../src/attacks/evasion/evasionAttack.ts";
import { evasionAttacks, evasionByName } from "../../src/attacks/evasion/index.ts";
import { uniformDomain } from "../../src/data/domain.ts";
import { l1, l2, norms } from "../../src/threat/norm.ts";
import { attackCases } from "./attackCases.ts";

/** Cases that an attack is excused from, and why. */
const excused: Readonly<Record<string, { readonly reason: string; readonly cases: RegExp }>> = {
  noise: { reason: "it is the baseline that others must beat", cases: /^gains/ },
  universal: { reason: "its perturbation is made for all points together", cases: /^does to a point the same/ },
};

/** Linear models are no trees: what attacks those has tests of its own. */
const onLinear = Object.values(evasionAttacks).filter(({ capabilities }) => !capabilities.trees);

describe.each(onLinear)("$name", (entry) => {
  for (const name of entry.capabilities.norms) {
    describe(norms[name].label, () => {
      for (const each of attackCases) {
        const skip = excused[entry.name]?.cases.test(each.name) ? excused[entry.name].reason : undefined;
        test.skipIf(skip)(skip ? `${each.name} (excused: ${skip})` : each.name, () => each.check(entry, norms[name]));
      }
    });
  }

  test("is listed under its name, with a default for every option, and says where it comes from", () => {
    expect(evasionAttacks[entry.name]).toBe(entry);
    expect(() => entry.options.parse({})).not.toThrow();
    expect(entry.reference).toMatch(/\d{4}/);
  });
});

/** An entry around an attack that is none. */
const impostor = (attack: Attack): AnyEvasionAttack => ({
  ...evasionAttacks.pgd,
  name: "impostor",
  gradients: () => 1,
  asks: () => ({ scores: 1, gradients: 1 }),
  build: () => attack,
});

const moving = (move: (points: Points, context: Parameters<Attack>[0]) => Promise<void> | void): Attack =>
  async function* impostorAttack(context) {
    const points = { ...context.start, data: context.start.data.slice() };
    await move(points, context);
    const state = { iteration: 1, points, objective: new Float64Array(points.rows), active: 0 };
    yield state;
    return state;
  };

const climb = (sign: number) =>
  moving(async (points, context) => {
    const all = Int32Array.from({ length: points.rows }, (_, i) => i);
    const gradient = await context.gradient(points, all);
    context.steepest(gradient);
    for (let at = 0; at < points.data.length; at++) points.data[at] += sign * context.budget(0) * gradient.data[at];
    context.project(points, all);
  });

let calls = 0;

const impostors: readonly (readonly [what: string, attack: Attack, caughtBy: RegExp])[] = [
  ["the identity", moving(() => {}), /^gains/],
  ["no gradients where it says one", moving(() => {}), /^asks for about/],
  ["descent instead of ascent", climb(-1), /^gains/],
  ["states outside the ball", moving((points) => void points.data.fill(0.5)), /^yields/],
  ["another result at each call", moving((points) => void (points.data[calls++ % 5] += 0.01)), /^is the same/],
  [
    "a change of its input",
    moving((_, { origin }) => {
      origin.data[0] = origin.data[0] > 0.5 ? 0 : 1;
    }),
    /^leaves/,
  ],
];

describe("an attack that is none fails the suite", () => {
  test.each(impostors)("%s", async (_, attack, caughtBy) => {
    const failed: string[] = [];
    for (const { name, check } of attackCases) {
      await check(impostor(attack), l2).catch(() => failed.push(name));
    }
    expect(failed.some((name) => caughtBy.test(name))).toBe(true);
  });

  test("and true ascent passes it", async () => {
    for (const { check } of attackCases) await check(impostor(climb(1)), l2);
  });
});

describe("what the registry refuses", () => {
  const domain = uniformDomain(3, 0, 1);
  const threat = { norm: l2, domain };

  test.each<readonly [string, () => unknown, RegExp]>([
    ["an unknown attack", () => evasionByName("pdg"), /^unknown attack "pdg": .*did you mean "pgd"\?/],
    [
      "an unknown option",
      () => buildEvasion(evasionAttacks.pgd, { step: 3 }, threat),
      /^unknown option of pgd "step": .*did you mean "steps"\?/,
    ],
    [
      "a value that the attack refuses",
      () => buildEvasion(evasionAttacks.pgd, { steps: -3 }, threat),
      /^invalid option steps of pgd: .*got -3/,
    ],
    [
      "a norm it is not made for",
      () => buildEvasion(evasionAttacks.flips, {}, threat),
      /^unsupported norm of attack flips/,
    ],
    [
      "real features where binary ones are needed",
      () => buildEvasion(evasionAttacks.flips, {}, { norm: l1, domain }),
      /^unsupported features for attack flips: expected binary/,
    ],
  ])("%s", (_, call, sentence) => {
    expect(call).toThrow(sentence);
  });
});
