import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { criticalPaths } from "./criticalPath.ts";
import { execute, type Workers } from "./execute.ts";
import { memoryStore } from "./store.ts";
import type { Task } from "./task.ts";
import { taskGraph } from "./taskGraph.ts";

function task(key: string, seconds: number, ...inputs: string[]): Task {
  const named = Object.fromEntries(inputs.map((input, i) => [String(i), input]));
  return { key, kind: "any", parameters: {}, given: {}, inputs: named, label: key, seconds, bytes: 1 };
}

/** Tasks that need some of those before them. */
const plans = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(11), { maxLength: 3 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((rows) =>
    rows.map(([seconds, inputs], i) => task(`${i}`, seconds, ...inputs.filter((input) => input < i).map(String))),
  );

describe("criticalPaths", () => {
  test("is the longest way to the end: itself and the longest of what needs it", () => {
    const tasks = [
      task("a", 1, "source"),
      task("b", 5, "a"),
      task("c", 2, "a"),
      task("d", 3, "b", "c"),
      task("e", 4, "c"),
    ];
    // a 1 + b 5 + d 3 = 9; c 2 + e 4 = 6.
    expect([...criticalPaths(taskGraph(tasks))]).toEqual([9, 8, 6, 3, 4]);
  });

  test("an input's path is longer than that of what needs it by at least its own time", () => {
    fc.assert(
      fc.property(plans, (tasks) => {
        const paths = criticalPaths(taskGraph(tasks));
        for (const [i, each] of tasks.entries()) {
          const next = paths.filter((_, j) => Object.values(tasks[j].inputs).includes(each.key));
          expect(paths[i]).toBe(each.seconds + Math.max(0, ...next));
        }
      }),
    );
  });
});

describe("taskGraph", () => {
  test("tells who needs whom, each once, as the tasks themselves do", () => {
    fc.assert(
      fc.property(plans, (tasks) => {
        const graph = taskGraph(tasks);
        for (const [i, task] of tasks.entries()) {
          const needing = tasks.flatMap(({ inputs }, j) => (Object.values(inputs).includes(task.key) ? [j] : []));
          expect([...graph.neededBy(i)]).toEqual(needing);
          expect(graph.numberOf(task)).toBe(i);
          expect(graph.needs[i]).toBe(new Set(Object.values(task.inputs)).size);
        }
      }),
    );
  });

  test("a chain of any length has its paths", () => {
    const count = 50_000;
    const chain = Array.from({ length: count }, (_, i) => task(`${i}`, 1, ...(i === 0 ? [] : [`${i - 1}`])));
    expect(criticalPaths(taskGraph(chain))[0]).toBe(count);
  });
});

describe("the order of execution", () => {
  /** The seconds that so many workers take for a plan, when each task takes as long as estimated. */
  async function makespan(tasks: readonly Task[], count: number): Promise<number> {
    const store = memoryStore();
    let now = 0;
    const running: { readonly end: number; finish(): void }[] = [];
    const workers: Workers = {
      count,
      run: ({ seconds }) => new Promise((finish) => running.push({ end: now + seconds, finish })),
    };
    let over = false;
    const all = execute({ tasks, sources: new Map() }, tasks, store, workers).finally(() => {
      over = true;
    });
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      running.sort((a, b) => a.end - b.end);
      const first = running.shift();
      if (!first) continue;
      now = first.end;
      first.finish();
    }
    await all;
    return now;
  }

  test("begins long ways first, so that no worker waits at the end for a task that could have begun before", async () => {
    const short = Array.from({ length: 6 }, (_, i) => task(`s${i}`, 1));
    // One after the other in this order: 6 short ones in 3 s, then first and last alone in 6 s.
    const tasks = [...short, task("first", 3), task("last", 3, "first")];
    expect(await makespan(tasks, 2)).toBe(6);
  });

  test("stays within the bound of list schedules: work / workers, and the longest path for the other workers", async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 1, max: 4 }), async (tasks, count) => {
        const work = tasks.reduce((sum, { seconds }) => sum + seconds, 0);
        const longest = Math.max(...criticalPaths(taskGraph(tasks)));
        const time = await makespan(tasks, count);
        expect(time).toBeGreaterThanOrEqual(Math.max(longest, work / count) - 1e-9);
        expect(time).toBeLessThanOrEqual(work / count + ((count - 1) / count) * longest + 1e-9);
      }),
    );
  });
});
