// Gradients as attacks get them: where a slope is infinite or undefined, as of a square root at 0, they still can go
// on.

import type { Vector } from "../linalg.ts";

/** What an attack's flags say (`AttackResult.nonFinite`), in a sentence; undefined where every gradient was finite. */
export function nonFiniteSentence(count: number, rows: number): string | undefined {
  if (count === 0) return undefined;
  return (
    `${count} of ${rows} rows have no finite gradient, or scores that are not finite, on the way of the ` +
    "attack: an infinite slope counted as much as the steepest finite one, an undefined one as none, so attacks " +
    "on these rows may be weaker than others."
  );
}

/**
 * Makes a gradient finite, in place, and says whether it was not.
 *
 * An infinite slope keeps its sign and counts as much as the steepest finite one, or as 1 where there is none but
 * zeros; an undefined one counts as 0.
 */
export function madeFinite(gradient: Vector): boolean {
  let largest = 0;
  let areFinite = true;
  for (let j = 0; j < gradient.length; j++) {
    const size = Math.abs(gradient[j]);
    if (size < Number.POSITIVE_INFINITY) largest = Math.max(largest, size);
    else areFinite = false;
  }
  if (areFinite) return false;
  const steepest = largest > 0 ? largest : 1;
  for (let j = 0; j < gradient.length; j++) {
    if (Number.isNaN(gradient[j])) gradient[j] = 0;
    else gradient[j] = Math.min(Math.max(gradient[j], -steepest), steepest);
  }
  return true;
}
