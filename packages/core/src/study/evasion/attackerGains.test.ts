// Gains of made-up attackers: who is compared with whom, gains that are known, and what alignment explains of them.

import { expect, it } from "vitest";
import { rate } from "../../transfer/rates.ts";
import type { NamedAttacker } from "../namedAttacker.ts";
import type { Transfer } from "../result.ts";
import { attackerGains } from "./attackerGains.ts";

const booster = { boosters: [{ name: "vmi" }] };
const attackers: NamedAttacker[] = [
  { name: "mi", how: {} },
  { name: "mi-50", how: {} },
  { name: "mi-300", how: {} },
  { name: "vmi", how: booster },
  { name: "pgn", how: booster },
];
const gradients: Readonly<Record<string, number>> = { mi: 10, "mi-50": 50, "mi-300": 300, vmi: 210, pgn: 400 };

/** Errors in thousandths by attacker and target; alignment is told for each target. */
function repetition(errors: Readonly<Record<string, readonly [number, number]>>, alignments = errors): Transfer {
  const models = ["a", "b"].flatMap((name) =>
    (["surrogate", "target"] as const).map((role) => ({ id: `${role}/${name}`, role, cleanError: rate(0, 1000) })),
  );
  const cells = Object.entries(errors).flatMap(([attacker, each]) =>
    each.map((count, i) => ({
      ...{ surrogate: "surrogate/a", target: `target/${"ab"[i]}`, epsilon: 1, attacker },
      errorUnderAttack: rate(count, 1000),
      netIncrease: { estimate: 0, low: 0, high: 0 },
      attackAlignment: alignments[attacker][i] / 1000,
      cost: { scores: 1, gradients: gradients[attacker] },
    })),
  );
  // What is crafted on a target itself is nobody's transfer.
  const white = { ...cells[0], surrogate: "target/a", errorUnderAttack: rate(1000, 1000) };
  return { models, cells: [...cells, white], pairs: [] };
}

const all = (vmi: number, pgn: number) => ({
  mi: [100, 200] as const,
  "mi-50": [110, 210] as const,
  "mi-300": [120, 220] as const,
  vmi: [vmi, vmi + 100] as const,
  pgn: [pgn, pgn + 100] as const,
});

it("compares a booster with what has at least as many gradients, else the most, and the others with the first", () => {
  const { gains } = attackerGains(attackers, [repetition(all(320, 420))], [1]);
  expect(gains.map(({ attacker, against }) => [attacker, against])).toEqual([
    ["mi-50", "mi"],
    ["mi-300", "mi"],
    ["vmi", "mi-300"],
    ["pgn", "mi-300"],
  ]);
  expect(gains.map(({ gain }) => Number(gain.estimate.toFixed(6)))).toEqual([0.01, 0.02, 0.2, 0.3]);
  expect(gains.map(({ error }) => Number(error.toFixed(6)))).toEqual([0.16, 0.17, 0.37, 0.47]);
  expect(gains.every(({ p, alignmentGain }) => p === undefined && alignmentGain === undefined)).toBe(true);
  // One repetition says nothing of how others would differ.
  expect(gains.every(({ gain }) => gain.low === -1 && gain.high === 1)).toBe(true);
});

it("has Student's interval over repetitions, wider the more gains there are", () => {
  const repetitions = [310, 320, 330].map((vmi) => repetition(all(vmi, 420)));
  const { gains } = attackerGains(attackers, repetitions, [1]);
  const { gain, p } = gains.find(({ attacker }) => attacker === "vmi")!;
  expect(gain.estimate).toBeCloseTo(0.2, 12);
  // t of 2 degrees at .05 / 4 is 8.8602 (scipy.stats.t.ppf(1 - .05 / 8, 2)); the standard error is .01 / sqrt(3).
  expect(gain.high - gain.estimate).toBeCloseTo((8.8602 * 0.01) / Math.sqrt(3), 5);
  expect(p).toBeLessThan(0.01);
  const two = attackerGains([attackers[2], attackers[3]], repetitions, [1]).gains[0].gain;
  expect(two.high - two.low).toBeLessThan(gain.high - gain.low);
});

it("explains all of gains that follow alignment, and with the sign that they have", () => {
  const errors = all(320, 420);
  const repetitions = [repetition(errors), repetition(errors)];
  expect(attackerGains(attackers, repetitions, [1]).explained[0].correlation.estimate).toBeCloseTo(1, 12);
  const opposite = Object.fromEntries(Object.entries(errors).map(([name, [a, b]]) => [name, [-a, -b] as const]));
  const turned = [repetition(errors, opposite), repetition(errors, opposite)];
  const [against] = attackerGains(attackers, turned, [1]).explained;
  expect([against.correlation.estimate, against.rankCorrelation.estimate]).toEqual([
    expect.closeTo(-1, 12),
    expect.closeTo(-1, 12),
  ]);
});
