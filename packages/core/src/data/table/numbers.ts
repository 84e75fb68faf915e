// Numbers as text, read from its bytes.

/** What stands before the fraction of a number. */
export type DecimalMark = "." | ",";

const [plus, minus, point, zero, exponentMark] = [43, 45, 46, 48, 101];

/** Powers of ten that are exact in float64. */
const powers = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
const EXACT = 2 ** 53;

const decoder = new TextDecoder();

/**
 * The float64 nearest to a number in decimal notation, such as -12, +.5 or 3.1e-7; NaN where the bytes are anything else.
 * `mark` is the character code of its decimal mark.
 *
 * Digits and powers of ten below 2^53 and 10^23 are exact in float64, so that one product or quotient rounds once
 * (Clinger 1990); longer ones are left to the language.
 */
export function numberOf(bytes: Uint8Array, from: number, to: number, mark: number): number {
  let at = from;
  const sign = bytes[at];
  if (sign === minus || sign === plus) at++;
  let digits = 0;
  const whole = at;
  for (; at < to; at++) {
    const digit = bytes[at] - zero;
    if (digit < 0 || digit > 9) break;
    digits = 10 * digits + digit;
  }
  let count = at - whole;
  let power = 0;
  if (at < to && bytes[at] === mark) {
    const fraction = ++at;
    for (; at < to; at++) {
      const digit = bytes[at] - zero;
      if (digit < 0 || digit > 9) break;
      digits = 10 * digits + digit;
    }
    count += at - fraction;
    power = fraction - at;
  }
  if (count === 0) return Number.NaN;
  if (at < to && (bytes[at] | 0x20) === exponentMark) {
    const isNegative = bytes[++at] === minus;
    if (isNegative || bytes[at] === plus) at++;
    const first = at;
    let exponent = 0;
    for (; at < to; at++) {
      const digit = bytes[at] - zero;
      if (digit < 0 || digit > 9) break;
      exponent = 10 * exponent + digit;
    }
    if (at === first) return Number.NaN;
    power += isNegative ? -exponent : exponent;
  }
  if (at !== to) return Number.NaN;
  let value: number;
  if (digits < EXACT && power >= -22 && power <= 22) {
    value = power < 0 ? digits / powers[-power] : digits * powers[power];
  } else {
    const text = decoder.decode(bytes.subarray(whole, to));
    value = Number(mark === point ? text : text.replace(String.fromCharCode(mark), "."));
  }
  return sign === minus ? -value : value;
}

/** The number that a text is, NaN where it is none. */
export function textNumber(text: string, mark: DecimalMark): number {
  const bytes = encoder.encode(text);
  return numberOf(bytes, 0, bytes.length, mark.charCodeAt(0));
}

const encoder = new TextEncoder();
