// Whether float32 holds the numbers of a table well enough.

/** How many times the range of a column its largest number may be, so that rounding is below 1e-4 of the range. */
const MOST_OFFSET = 2 ** 11;
/** The least whole number whose successor is no float32. */
const EXACT = 2 ** 24;
/** The least range of a column beside which the steps of the least float32 are small. */
const LEAST_RANGE = 2 ** -136;

/** The least number that float32 holds to its full precision. */
const LEAST_NORMAL = 2 ** -126;

/**
 * Whether float32 loses of a number what matters where 0 is among the others, as in sparse rows: an integer that it
 * does not hold, or one beyond its range.
 */
export function isLost(value: number): boolean {
  if (Math.fround(value) === value) return false;
  const size = Math.abs(value);
  return size < LEAST_NORMAL || (size > EXACT && Number.isInteger(value)) || !Number.isFinite(Math.fround(value));
}

export interface PrecisionCheck {
  /** Takes note of a number in a column. */
  note(column: number, value: number): void;
  /** Whether there was a whole number that float32 does not hold. */
  isTooNarrow(): boolean;
  /** Whether that is so, or a column lies so far from 0 that float32 rounds away what tells its numbers apart. */
  isTooNarrowInAll(): boolean;
}

/** Watches the numbers of so many columns. */
export function precisionCheck(columns: number): PrecisionCheck {
  const least = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  const isRounded = new Uint8Array(columns);
  let isTooNarrow = false;
  return {
    note(column, value) {
      if (value < least[column]) least[column] = value;
      if (value > greatest[column]) greatest[column] = value;
      if (Math.fround(value) === value) return;
      isRounded[column] = 1;
      if ((value > EXACT || value < -EXACT) && Number.isInteger(value)) isTooNarrow = true;
    },
    isTooNarrow: () => isTooNarrow,
    isTooNarrowInAll() {
      const isFar = (_: number, column: number) => {
        const [low, high] = [least[column], greatest[column]];
        const most = Math.min(MOST_OFFSET * (high - low), high - low < LEAST_RANGE ? 0 : Number.POSITIVE_INFINITY);
        return isRounded[column] === 1 && high > low && Math.max(-low, high) > most;
      };
      return isTooNarrow || least.some(isFar);
    },
  };
}

/** Watches numbers of sparse rows. */
export function sparsePrecisionCheck(): PrecisionCheck {
  let isTooNarrow = false;
  return {
    note(_, value) {
      if (isLost(value)) isTooNarrow = true;
    },
    isTooNarrow: () => isTooNarrow,
    isTooNarrowInAll: () => isTooNarrow,
  };
}
