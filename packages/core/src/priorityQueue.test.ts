import fc from "fast-check";
import { expect, test } from "vitest";
import { priorityQueue } from "./priorityQueue.ts";

test("gives what a stable sort by priority would, whenever items are added and taken", () => {
  const step = fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = priorityQueue<number>();
      let sorted: { readonly item: number; readonly priority: number }[] = [];
      for (const [item, priority] of steps.entries()) {
        if (priority === undefined) {
          const [first, ...rest] = sorted.toSorted((a, b) => b.priority - a.priority);
          expect(queue.take()).toBe(first?.item);
          sorted = rest.toSorted((a, b) => a.item - b.item);
        } else {
          queue.add(item, priority);
          sorted.push({ item, priority });
        }
        expect(queue.size).toBe(sorted.length);
      }
    }),
  );
});
