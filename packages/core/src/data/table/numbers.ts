// Numbers as text, read from its bytes.

/** What stands before the fraction of a number. */
export type DecimalMark = "." | ",";

const [plus, minus, point, zero, exponentMark] = [43, 45, 46, 48, 101];

/** Powers of ten that are exact in float64. */
const powers = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
const EXACT = 2 ** 53;
/** Digits whose number is an int32. */
const CHUNK = 9;

const decoder = new TextDecoder();

/**
 * Reads the number in decimal notation, such as -12, +.5 or 3.1e-7, that begins at a byte: puts the nearest float64
 * into `into[0]`, and returns where the number ends, or -1 where none begins. The bytes must end in one that is no
 * digit. `mark` is the character code of the decimal mark.
 *
 * Digits below 2^53 and powers of ten below 10^23 are exact in float64, so that one product or quotient rounds once
 * (Clinger 1990). For up to 18 digits the same is done in pairs of float64 (Dekker 1971), unless that ends too near to
 * the middle between two numbers. All else is left to the language.
 */
export function scanNumber(bytes: Uint8Array, from: number, mark: number, into: Float64Array): number {
  let at = from;
  const sign = bytes[at];
  if (sign === minus || sign === plus) at++;
  const whole = at;
  let digit = bytes[at] - zero;
  // Leading zeros do not count. The next nine digits are one int32, and nine more another: those are fast.
  while (digit === 0) digit = bytes[++at] - zero;
  let [high, low, lowDigits] = [0, 0, 0];
  let stop = at + CHUNK;
  for (; digit >= 0 && digit <= 9 && at < stop; digit = bytes[++at] - zero) high = (Math.imul(high, 10) + digit) | 0;
  for (; digit >= 0 && digit <= 9 && lowDigits < CHUNK; digit = bytes[++at] - zero, lowDigits++) {
    low = (Math.imul(low, 10) + digit) | 0;
  }
  let isLong = digit >= 0 && digit <= 9;
  while (digit >= 0 && digit <= 9) digit = bytes[++at] - zero;
  let count = at - whole;
  let power = 0;
  if (bytes[at] === mark) {
    const fraction = at + 1;
    digit = bytes[++at] - zero;
    if (high === 0) {
      while (digit === 0) digit = bytes[++at] - zero;
      stop = at + CHUNK;
    } else {
      stop++;
    }
    for (; digit >= 0 && digit <= 9 && at < stop; digit = bytes[++at] - zero) high = (Math.imul(high, 10) + digit) | 0;
    for (; digit >= 0 && digit <= 9 && lowDigits < CHUNK; digit = bytes[++at] - zero, lowDigits++) {
      low = (Math.imul(low, 10) + digit) | 0;
    }
    isLong ||= digit >= 0 && digit <= 9;
    while (digit >= 0 && digit <= 9) digit = bytes[++at] - zero;
    count += at - fraction;
    power = fraction - at;
  }
  if (count === 0) return -1;
  if ((bytes[at] | 0x20) === exponentMark) {
    const isNegative = bytes[++at] === minus;
    if (isNegative || bytes[at] === plus) at++;
    const begin = at;
    let exponent = 0;
    for (digit = bytes[at] - zero; digit >= 0 && digit <= 9; digit = bytes[++at] - zero)
      exponent = 10 * exponent + digit;
    if (at === begin) return -1;
    power += isNegative ? -exponent : exponent;
  }
  const digits = high * powers[lowDigits] + low;
  let value = Number.NaN;
  if (!isLong && power >= -22 && power <= 22) {
    if (digits < EXACT) value = power < 0 ? digits / powers[-power] : digits * powers[power];
    else if (power <= 0) value = divided(high, low, lowDigits, -power);
  }
  if (Number.isNaN(value)) value = parsed(bytes, whole, at, mark);
  into[0] = sign === minus ? -value : value;
  return at;
}

/** The number that the language makes of bytes that are one. */
function parsed(bytes: Uint8Array, from: number, to: number, mark: number): number {
  const text = decoder.decode(bytes.subarray(from, to));
  return Number(mark === point ? text : text.replace(String.fromCharCode(mark), "."));
}

const SPLIT = 2 ** 27 + 1;

/** The error of a product of float64, exactly (Dekker 1971). */
function productError(a: number, b: number, product: number): number {
  const [p, q] = [a * SPLIT, b * SPLIT];
  const aHigh = p - (p - a);
  const bHigh = q - (q - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** (high 10^digits + low) / 10^power to the nearest float64; NaN where its neighbour is as near, to what is known. */
function divided(high: number, low: number, digits: number, power: number): number {
  const product = high * powers[digits];
  const error = productError(high, powers[digits], product);
  const sum = product + low;
  const numerator = sum;
  const rest = low - (sum - product) + error;
  const divisor = powers[power];
  const quotient = numerator / divisor;
  const back = quotient * divisor;
  const correction = (numerator - back - productError(quotient, divisor, back) + rest) / divisor;
  const margin = quotient * 2 ** -98;
  const value = quotient + (correction - margin);
  return value === quotient + (correction + margin) ? value : Number.NaN;
}

const scanned = new Float64Array(1);
/** The bytes of a short text, as tables have millions of. */
const SHORT = new Uint8Array(64);

/** The number that a text is, NaN where it is none. */
export function textNumber(text: string, mark: DecimalMark): number {
  const { length } = text;
  const bytes = length < SHORT.length ? SHORT : new Uint8Array(length + 1);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return Number.NaN;
    bytes[i] = code;
  }
  bytes[length] = 0;
  return scanNumber(bytes, 0, mark.charCodeAt(0), scanned) === length ? scanned[0] : Number.NaN;
}
