// How numbers are written, in figures, sentences and reports alike.

/**
 * A share in percent without the sign: integers, one decimal below `small`, and as many decimals as it takes where
 * rounding would claim "none" or "all".
 *
 * 0.424 -> "42", 0.004 -> "0.4", 0.0004 -> "0.04", 0.998 -> "99.8", 0 -> "0", 1 -> "100".
 */
export function percent(share: number, small = 0.01): string {
  const size = Math.abs(share);
  const isSmall = (size > 0 && size < small) || (size >= 0.995 && size < 1);
  const rest = Math.min(size, Math.abs(1 - size));
  return minus((share * 100).toFixed(isSmall ? Math.min(6, Math.max(1, Math.ceil(-2 - Math.log10(rest)))) : 0));
}

/** A share in running text: "4.5 %", "42 %". */
export function percentage(share: number): string {
  return `${percent(share, 0.1)} %`;
}

/** Several: "4.5, 42 and 100 %". */
export function percentages(shares: readonly number[]): string {
  return `${list(shares.map((share) => percent(share, 0.1)))} %`;
}

/**
 * A range of shares in percent without the sign, with as many decimals as it takes to tell its ends apart; one number
 * where they are equal: "38 to 40", "95.1 to 95.2", "38".
 */
export function percentRange(low: number, high: number): string {
  const texts = [percent(low, 0.1), percent(high, 0.1)] as const;
  if (low === high) return texts[0];
  if (texts[0] !== texts[1]) return texts.join(" to ");
  return apart(100 * low, 100 * high, 1)
    .map(minus)
    .join(" to ");
}

/**
 * A number with its interval, "0.62 (0.60 to 0.64)", of as many decimals as tell its ends apart; alone where six do
 * not.
 */
export function withRange({ estimate, low, high }: Record<"estimate" | "low" | "high", number>): string {
  if (minus(low.toFixed(MOST_DECIMALS)) === minus(high.toFixed(MOST_DECIMALS))) return minus(estimate.toFixed(2));
  const [from, to] = apart(low, high);
  const decimals = from.includes(".") ? from.length - from.indexOf(".") - 1 : 0;
  return `${minus(estimate.toFixed(decimals))} (${minus(from)} to ${minus(to)})`;
}

/** How many there are of something: "1 point", "40 points". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Items as in running text: "a, b and c". */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

/** More of them no reader wants. */
const MOST_DECIMALS = 6;

/** Numbers with two decimals, or as many as tell them apart where they differ. */
export function apart(a: number, b: number, least = 2): readonly [string, string] {
  for (let decimals = least; decimals <= MOST_DECIMALS; decimals++) {
    const texts = [a.toFixed(decimals), b.toFixed(decimals)] as const;
    // −0.00 is 0.00.
    if (minus(texts[0]) !== minus(texts[1]) || a === b) return texts;
  }
  return [String(a), String(b)];
}

/** A number to three significant digits, without an exponent where it stays readable. */
export function short(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return minus(value.toExponential(1));
  return minus(size >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));
}

/** An interval of shares: "42.4 % (38.1 to 46.8)". */
export function percentInterval({ estimate, low, high }: Record<"estimate" | "low" | "high", number>): string {
  const one = (share: number) => minus((share * 100).toFixed(1));
  return `${one(estimate)} % (${one(low)} to ${one(high)})`;
}

const minus = (text: string) => (/^-[0.]*$/.test(text) ? text.slice(1) : text.replace(/^-/, "−"));
