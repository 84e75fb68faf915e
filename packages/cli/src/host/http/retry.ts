// Which failures are worth another attempt, and how long to wait before it.

/** A failure that may not happen again. */
export interface Failure {
  /** What happened, to be told if it keeps happening. */
  readonly got: string;
  /** How long the server asks us to wait, in seconds. */
  readonly retryAfter?: number;
  /** Whether the server says that it is asked too often. */
  readonly tooFast?: boolean;
}

const FIRST_WAIT_MS = 500;
/** A server that asks for more patience than this is left alone. */
export const LONGEST_WAIT_S = 120;

/** Status codes that say "not now": timeouts, too early, too many requests, faults of the server. */
export function isTransient(status: number): boolean {
  return [408, 425, 429, 500, 502, 503, 504].includes(status);
}

/** Milliseconds before the attempt after the given one, counted from 0: doubled each time unless the server says. */
export function waitBefore(attempt: number, { retryAfter }: Failure): number {
  const own = Math.min(FIRST_WAIT_MS * 2 ** attempt, 1000 * LONGEST_WAIT_S);
  return retryAfter === undefined ? own : Math.max(1000 * retryAfter, 1);
}

/**
 * Seconds in a Retry-After header: a number of them, or a date.
 *
 * @param date the server's own time, as it says; a date is measured by it, since our clocks may differ
 */
export function parseRetryAfter(header: string | null, date: string | null): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  if (!Number.isNaN(seconds)) return Math.max(0, seconds);
  const now = Date.parse(date ?? "");
  const wait = (Date.parse(header) - (Number.isNaN(now) ? Date.now() : now)) / 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** Seconds in words, as long as people count in them. */
export function duration(seconds: number): string {
  if (seconds < 7200) return `${Math.ceil(seconds)} s`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} hours`;
  return Number.isFinite(seconds) ? `${Math.round(seconds / 86_400).toLocaleString("en")} days` : "unlimited time";
}
