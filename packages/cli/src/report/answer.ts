// The sentences at the top of a study's report: what it found.

import { type Claim, shortId } from "@carom/core";

interface SurrogateRate {
  readonly surrogate: string;
  readonly rate: number;
}

/** What points of the best and of the worst surrogate do to the targets, to stand behind "At ε = 1, ". */
export function bestAndWorst(rates: readonly SurrogateRate[]): string {
  const best = rates.reduce((most, each) => (each.rate > most.rate ? each : most));
  const worst = rates.reduce((least, each) => (each.rate < least.rate ? each : least));
  const percent = ({ rate }: SurrogateRate) => `${(100 * rate).toFixed(1)} %`;
  return (
    `points crafted on ${shortId(best.surrogate)} make the targets err on ${percent(best)} on average, ` +
    `those crafted on ${shortId(worst.surrogate)} on ${percent(worst)}.`
  );
}

/** How the paper's claims fared; nothing where none was tested. */
export function claimsHeld(claims: readonly Claim[]): string[] {
  const tested = claims.filter(({ verdict }) => verdict !== "not tested");
  const held = tested.filter(({ verdict }) => verdict === "held").length;
  return tested.length > 0
    ? [`Of the paper's claims that could be tested here, ${held} of ${tested.length} hold.`]
    : [];
}
