// The exact projection on an L2 ball and a box, by compiled loops where rows are long enough for them.

import { assembledAs } from "../assembledAs.ts";
import { lentLoops } from "../hostedLoops.ts";
import type { Vector } from "../linalg.ts";
import { projectL2 } from "./projectL2.ts";
import { projectL2Module } from "./projectL2Loop.ts";

const lend = lentLoops<"project">(assembledAs("projectL2", projectL2Module));

/** Rows of fewer numbers are done by plain loops before they are copied; longer ones do not stay in a cache. */
const [FEWEST, MOST] = [64, 2 ** 17];
/** Four that are given, moves, and their bounds: what the loops have side by side in their memory. */
const ROWS = 6;

/** `projectL2`, with the same bits. */
export function projectOnL2(
  point: Vector,
  center: Vector,
  epsilon: number,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const d = point.length;
  // Two numbers are taken at a time.
  const width = d + (d % 2);
  const lent = d < FEWEST || d > MOST ? undefined : lend(8 * ROWS * width);
  if (!lent) {
    projectL2(point, center, epsilon, lower, upper);
    return;
  }
  const { memory, loops } = lent;
  if (room.buffer !== memory.buffer) room = new Float64Array(memory.buffer);
  const given = [point, center, lower, upper];
  for (let k = 0; k < given.length; k++) {
    room.set(given[k], k * width);
    if (width > d) room[k * width + d] = 0;
  }
  loops.project(8 * width, epsilon);
  point.set(room.subarray(0, d));
}

/** The memory of the loops, as numbers. */
let room = new Float64Array(0);
