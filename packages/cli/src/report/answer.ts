// The sentences at the top of a study's report: what it found.

import { type Claim, compare, mean, type Rate, shortId, signsOf, smallestPossibleP } from "@carom/core";

interface SurrogateRates {
  readonly surrogate: string;
  /** Mean over repetitions. */
  readonly rate: number;
  /** Of each repetition. */
  readonly rates: readonly number[];
}

/** What points of the best and of the worst surrogate do to the targets, to stand behind "At ε = 1, ". */
export function bestAndWorst(all: readonly SurrogateRates[]): string {
  const best = all.reduce((most, each) => (compare(each.rate, most.rate) > 0 ? each : most));
  const worst = all.reduce((least, each) => (compare(each.rate, least.rate) < 0 ? each : least));
  const percent = ({ rate }: SurrogateRates) => `${(100 * rate).toFixed(1)} %`;
  if (compare(best.rate, worst.rate) === 0) {
    const whom = all.length === 1 ? shortId(best.surrogate) : `any of the ${all.length} surrogates`;
    return `points crafted on ${whom} make the targets err on ${percent(best)} on average.`;
  }
  const { agreeing, repetitions } = signsOf(best.rates.map((rate, i) => compare(rate, worst.rates[i])));
  const often =
    repetitions > 1 ? `; the first did more than the last in ${agreeing} of ${repetitions} repetitions` : "";
  return (
    `points crafted on ${shortId(best.surrogate)} make the targets err on ${percent(best)} on average, the most of ` +
    `${all.length} surrogates, those crafted on ${shortId(worst.surrogate)} on ${percent(worst)}, the least${often}.`
  );
}

/** The mean error that points of a surrogate bring the models that judge them. */
export function meanError(
  cells: readonly { readonly surrogate: string; readonly errorUnderAttack: Rate }[],
  surrogate: string,
): number {
  return mean(
    cells.filter((cell) => cell.surrogate === surrogate).map(({ errorUnderAttack }) => errorUnderAttack.estimate),
  )!;
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
      ? ` No sign test over ${repetitions === 1 ? "1 repetition" : `${repetitions} repetitions`} can fall below p = ${Number(least.toPrecision(2))}.`
      : "";
  return [
    `Of the paper's ${tested} claims that could be tested here, ${held} ${held === 1 ? "holds" : "hold"} beyond chance` +
      `${open > 0 ? `, ${open} in the means alone` : ""}${failed > 0 ? `, ${failed} ${failed === 1 ? "does" : "do"} not hold` : ""}.${few}`,
  ];
}
