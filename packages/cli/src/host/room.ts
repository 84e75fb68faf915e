// Refusals of what no process may hold, before memory is taken for it.

import { InputError } from "@carom/core";
import { limits, limitVariables } from "./limits.ts";

/** A size in gigabytes, in words. */
const inGigabytes = (bytes: number) => `${Number((bytes / 1e9).toPrecision(3))} GB`;

/** @throws InputError where something is larger than this process may be */
export function requireRoomFor(what: string, size: number): void {
  const { bytes } = limits();
  if (size <= bytes) return;
  throw new InputError("unsupported", what, {
    expected: `at most ${inGigabytes(bytes)} in memory`,
    got: inGigabytes(size),
    remedy: `give fewer rows, or set ${limitVariables.bytes} to more gigabytes`,
  });
}

/**
 * Refuses an audit that no process has room for: what is attacked, its gradients and the points of all budgets are in memory
 * together, and the points once more where they are written.
 *
 * @throws InputError with the number of points that there is room for
 */
export function requireRoomForAudit(points: number, features: number, budgets: number): void {
  const { bytes } = limits();
  const each = 4 * features * (2 * budgets + 4);
  if (points * each <= bytes) return;
  const possible = Math.floor(bytes / each);
  const remedy = possible > 0 ? `attack a sample of them (--points ${possible})` : "audit a model of fewer features";
  throw new InputError("unsupported", "audit of so many points", {
    expected: `points whose attacks take at most ${inGigabytes(bytes)} of memory`,
    got: `${points} points of ${features} features with ${budgets} budgets, which take ${inGigabytes(points * each)}`,
    remedy: `${remedy}, or set ${limitVariables.bytes} to more gigabytes`,
  });
}
