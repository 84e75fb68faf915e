// Sessions held for their next use: as many as fit, each whole while it is used, each released once.

import fc from "fast-check";
import { expect, test } from "vitest";
import { derivedSessions } from "./derivedSessions.ts";
import { bytesIn, type Session } from "./runtime.ts";

const MOST = 100;

/** Sizes of the graphs; those of equal names are equal. */
const sizes = [10, 30, 60, 90, 150];

function world() {
  const live = new Set<Session>();
  let compiled = 0;
  const sessions = derivedSessions(async (model) => {
    await Promise.resolve();
    compiled++;
    const session: Session = {
      inputs: [],
      outputs: [],
      run: async () => {
        expect(live.has(session)).toBe(true);
        return { size: { type: "int32", shape: [], data: Int32Array.of(bytesIn(model)) } };
      },
      release: async () => {
        expect(live.delete(session)).toBe(true);
      },
    };
    live.add(session);
    return session;
  }, MOST);
  const use = (graph: number, calls: number) =>
    sessions.use(
      `${graph}`,
      () => new Uint8Array(sizes[graph]),
      async (session) => {
        for (let i = 0; i < calls; i++) {
          const { size } = await session.run({});
          expect(size.data[0]).toBe(sizes[graph]);
          await Promise.resolve();
        }
      },
    );
  return { live, sessions, use, compiled: () => compiled };
}

const graph = fc.integer({ min: 0, max: sizes.length - 1 });

test("one after the other, those used last are held as far as they fit", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(graph, { minLength: 1, maxLength: 12 }), async (graphs) => {
      const { live, sessions, use, compiled } = world();
      // What a list of the last ones used, cut where they no longer fit, would hold.
      let kept: number[] = [];
      let expected = 0;
      for (const each of graphs) {
        if (!kept.includes(each)) {
          expected++;
          const total = (list: readonly number[]) => list.reduce((sum, i) => sum + sizes[i], sizes[each]);
          while (kept.length > 0 && total(kept) > MOST) kept = kept.slice(1);
        }
        kept = [...kept.filter((i) => i !== each), each];
        await use(each, 2);
        expect(live.size).toBe(kept.length);
      }
      expect(compiled()).toBe(expected);
      await sessions.close();
      expect(live.size).toBe(0);
    }),
  );
});

test("side by side, none is released while it is used", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(graph, fc.integer({ min: 1, max: 6 })), { maxLength: 10 }), async (uses) => {
      const { live, sessions, use } = world();
      await Promise.all(uses.map(([each, calls]) => use(each, calls)));
      await sessions.close();
      expect(live.size).toBe(0);
    }),
  );
});

test("a graph that cannot be compiled fails who asked for it, and stands in no one's way", async () => {
  const sessions = derivedSessions(() => Promise.reject(new Error("no such operator")), MOST);
  const ask = (name: string) =>
    sessions.use(
      name,
      () => new Uint8Array(90),
      async () => 0,
    );
  await expect(ask("first")).rejects.toThrow("no such operator");
  await expect(ask("second")).rejects.toThrow("no such operator");
  await sessions.close();
});
