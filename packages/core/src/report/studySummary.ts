// The sentences at the top of a study's report: what it found.

import type { Claim } from "../study/claim.ts";
import type { Found } from "../study/evidence.ts";
import { toErr } from "../study/goal.ts";
import { budgetOf, nameIn, rateIn } from "../study/measured.ts";
import { compare, signsOf, smallestPossibleP } from "../study/paper/signs.ts";

interface SurrogateRates {
  readonly name: string;
  /** Mean over repetitions. */
  readonly rate: number;
  /** Of each repetition. */
  readonly rates: readonly number[];
}

/** The transfer rates of all surrogates at a budget, in the means and in each repetition. */
export function ratesAt(
  { transferRates, repetitions }: Pick<Found, "transferRates" | "repetitions">,
  budget: number,
): SurrogateRates[] {
  const nameOf = nameIn(repetitions[0]);
  return transferRates
    .filter((each) => budgetOf(each) === budget)
    .map(({ surrogate, rate }) => ({
      name: nameOf(surrogate),
      rate,
      rates: repetitions.map((each) => rateIn(each, surrogate, budget)),
    }));
}

/** What points of the best and of the worst surrogate do to the targets, to stand behind "At ε = 1, ". */
export function bestAndWorst(all: readonly SurrogateRates[], targetClass?: string): string {
  const best = all.reduce((most, each) => (compare(each.rate, most.rate) > 0 ? each : most));
  const worst = all.reduce((least, each) => (compare(each.rate, least.rate) < 0 ? each : least));
  const percent = ({ rate }: SurrogateRates) => `${(100 * rate).toFixed(1)} %`;
  if (compare(best.rate, worst.rate) === 0) {
    const whom = all.length === 1 ? best.name : `any of the ${all.length} surrogates`;
    return `points crafted on ${whom} make the targets ${toErr(percent(best), targetClass)} on average.`;
  }
  const { agreeing, repetitions } = signsOf(best.rates.map((rate, i) => compare(rate, worst.rates[i])));
  const often =
    repetitions > 1 ? `; the first did more than the last in ${agreeing} of ${repetitions} repetitions` : "";
  return (
    `points crafted on ${best.name} make the targets ${toErr(percent(best), targetClass)} on average, the most of ` +
    `${all.length} surrogates, those crafted on ${worst.name} on ${percent(worst)}, the least${often}.`
  );
}

/** How the paper's claims fared; nothing where none was tested. */
export function claimsHeld(claims: readonly Claim[], repetitions: number): string[] {
  const count = (verdict: Claim["verdict"]) => claims.filter((each) => each.verdict === verdict).length;
  const tested = claims.length - count("not tested");
  if (tested === 0) return [];
  const [held, open, failed] = [count("held"), count("not shown"), count("not held")];
  const least = smallestPossibleP(repetitions);
  const few =
    open > 0 && least >= 0.05
      ? ` No sign test over ${repetitions === 1 ? "1 repetition" : `${repetitions} repetitions`} can fall below p ` +
        `= ${Number(least.toPrecision(2))}.`
      : "";
  return [
    `Of the paper's ${tested === 1 ? "one claim" : `${tested} claims`} that could be tested here, ${held} ` +
      `${held === 1 ? "holds" : "hold"} beyond ` +
      `chance${open > 0 ? `, ${open} in the means alone` : ""}${failed > 0 ? `, ${failed} ${failed === 1 ? "does" : "do"} not hold` : ""}.${few}`,
  ];
}
