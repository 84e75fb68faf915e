import { expect, it } from "vitest";
import { timeLeft } from "./progress.ts";

it("estimates from what was done since the first share was", () => {
  // Half of the work in 40 s, counted from a tenth: 0.1 per 10 s, so another half takes 50 s.
  expect(timeLeft(40_000, 0.1, 0.5)).toBe(", about 50 s left");
  expect(timeLeft(600_000, 0, 0.25)).toBe(", about 30 min left");
});

it("says nothing while there is too little to go by, nor when all is done", () => {
  for (const [from, done] of [
    [0.01, 0.04],
    [0.1, 0.11],
    [0.1, 1],
  ]) {
    expect(timeLeft(10_000, from, done)).toBe("");
  }
});
