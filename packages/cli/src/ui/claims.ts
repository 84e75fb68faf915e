// The paper's claims in a terminal.

import type { Claim } from "@carom/core/study";

/** A line for each claim; the numbers behind them are in the report. */
export function claimLines(claims: readonly Claim[]): string {
  return claims.map(({ id, verdict, claim }) => `${id}  ${verdict.padEnd(11)} ${claim}\n`).join("");
}
