// Which values features may take, in words, where nobody declared a box.

import { type Domain, sharedInterval } from "./domain.ts";

/** The bounds that data declare or show, in words. */
export function describeBounds(domain: Domain): string {
  const shared = sharedInterval(domain);
  if (shared) return `box [${shared.join(", ")}]: declared by the data, or its range`;
  const { lower, upper } = domain;
  const constant = lower.filter((low, j) => low === upper[j]).length;
  const kept =
    constant === 0
      ? ""
      : `; ${constant} that never ${constant === 1 ? "varies stays as it is" : "vary stay as they are"}`;
  return `bounds: each feature from its least to its greatest value in the data${kept}`;
}
