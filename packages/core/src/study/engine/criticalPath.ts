// How urgent a task is: the time that passes from its beginning to the end of the plan, were workers without number.

import type { TaskGraph } from "./taskGraph.ts";

/**
 * The seconds of the longest path from each task to the end of what is needed, itself included, by number.
 *
 * A list schedule that begins the longest first leaves workers idle for at most the longest task at its end (Graham,
 * 1969).
 */
export function criticalPaths({ tasks, neededBy }: TaskGraph): Float64Array {
  const paths = new Float64Array(tasks.length);
  for (let i = tasks.length - 1; i >= 0; i--) {
    let longest = 0;
    for (const next of neededBy(i)) longest = Math.max(longest, paths[next]);
    paths[i] = tasks[i].seconds + longest;
  }
  return paths;
}
