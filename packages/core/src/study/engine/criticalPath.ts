// How urgent a task is: the time that passes from its beginning to the end of the plan, were workers without number.

import type { Task } from "./task.ts";

/**
 * The length of the longest path from each task to the end of what is needed, itself included, by key.
 *
 * A list schedule that begins the longest first leaves workers idle for at most the longest task at its end (Graham,
 * 1969).
 */
export function criticalPaths(tasks: Iterable<Task>): ReadonlyMap<string, number> {
  const all = [...tasks];
  const needing = new Map<string, Task[]>(all.map(({ key }) => [key, []]));
  for (const task of all) for (const input of new Set(Object.values(task.inputs))) needing.get(input)?.push(task);
  const paths = new Map<string, number>();
  const pathOf = (task: Task): number => {
    const known = paths.get(task.key);
    if (known !== undefined) return known;
    const path = task.seconds + needing.get(task.key)!.reduce((longest, next) => Math.max(longest, pathOf(next)), 0);
    paths.set(task.key, path);
    return path;
  };
  for (const task of all) pathOf(task);
  return paths;
}
