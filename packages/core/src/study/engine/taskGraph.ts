// Which tasks need which, by their numbers: some bytes for each, however many there are.

import { assert } from "../../errors.ts";
import type { Task } from "./task.ts";

export interface TaskGraph {
  readonly tasks: readonly Task[];
  numberOf(task: Pick<Task, "key">): number;
  /** How many of the tasks each one needs. */
  readonly needs: Int32Array;
  /** The numbers of the tasks that need one, ascending. */
  neededBy(number: number): Int32Array;
}

/** @param tasks in an order in which inputs come before what needs them; what else they need is no task of the graph */
export function taskGraph(tasks: readonly Task[]): TaskGraph {
  const numbers = new Map(tasks.map(({ key }, i) => [key, i]));
  const inputsOf = ({ inputs }: Task) =>
    [...new Set(Object.values(inputs))].map((key) => numbers.get(key)).filter((input) => input !== undefined);
  const needs = new Int32Array(tasks.length);
  /** Where the numbers of those that need a task begin, one behind another. */
  const starts = new Int32Array(tasks.length + 1);
  for (const [i, task] of tasks.entries()) {
    for (const input of inputsOf(task)) {
      assert(input < i, `task ${task.key} stands before its input`);
      needs[i]++;
      starts[input + 1]++;
    }
  }
  for (let i = 0; i < tasks.length; i++) starts[i + 1] += starts[i];
  const edges = new Int32Array(starts[tasks.length]);
  const filled = starts.slice();
  for (const [i, task] of tasks.entries()) for (const input of inputsOf(task)) edges[filled[input]++] = i;
  return {
    ...{ tasks, needs },
    numberOf: ({ key }) => numbers.get(key)!,
    neededBy: (number) => edges.subarray(starts[number], starts[number + 1]),
  };
}
