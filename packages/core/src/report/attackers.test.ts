// What is said of attackers' gains, from intervals whose side of 0 is known.

import { expect, it } from "vitest";
import type { AttackerGain } from "../study/evasion/attackerGains.ts";
import type { StudyResult } from "../study/evasion/result.ts";
import { gainSentences } from "./attackers.ts";

const gain = (attacker: string, low: number, high: number): AttackerGain => ({
  ...{ attacker, against: "mi", epsilon: 1, gradients: 10, gradientsOfOther: 10, error: 0.5 },
  gain: { estimate: (low + high) / 2, low, high },
});
const said = (...gains: AttackerGain[]) =>
  gainSentences(
    { attackerGains: { gains, explained: [] }, study: { attack: { norm: "l2" } } } as unknown as StudyResult,
    1,
  );

it("names those beyond chance, the largest first, and counts the others", () => {
  const [sentence] = said(gain("a", 0.01, 0.03), gain("b", -0.01, 0.09), gain("c", 0.02, 0.1), gain("d", -0.3, -0.1));
  expect(sentence).toMatch(
    /^At ε = 1, c and a do more .*, by 6\.0 and 2\.0 points in 100; d does less, by 20\.0 points in 100; of the other 1 /,
  );
});

it("says of nobody what intervals do not show, and nothing where none is compared", () => {
  expect(said(gain("a", -0.01, 0.2), gain("b", 0, 0.2))).toEqual([
    expect.stringMatching(/^At ε = 1, none of 2 attackers can be told from one without boosters/),
  ]);
  expect(said()).toEqual([]);
  expect(gainSentences({} as StudyResult, 1)).toEqual([]);
});
