// How numbers are written, in figures and reports alike.

import type { Interval } from "../stats/sample.ts";

/**
 * A share in percent without the sign: integers, one decimal where rounding would claim "none" or "all".
 *
 * 0.424 -> "42", 0.004 -> "0.4", 0.998 -> "99.8", 0 -> "0", 1 -> "100".
 */
export function percent(share: number): string {
  const size = Math.abs(share);
  const hides = (size > 0 && size < 0.01) || (size >= 0.995 && size < 1);
  return minus((share * 100).toFixed(hides ? 1 : 0));
}

/** A number to three significant digits, without an exponent where it stays readable. */
export function short(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return minus(value.toExponential(1));
  return minus(size >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));
}

/** An interval of shares: "42.4 % (38.1 to 46.8)". */
export function percentInterval({ estimate, low, high }: Interval): string {
  const one = (share: number) => minus((share * 100).toFixed(1));
  return `${one(estimate)} % (${one(low)} to ${one(high)})`;
}

const minus = (text: string) => (/^-[0.]*$/.test(text) ? text.slice(1) : text.replace(/^-/, "−"));
