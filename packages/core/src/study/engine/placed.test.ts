import { expect, test } from "vitest";
import { placedStore } from "./placed.ts";
import { memoryStore } from "./store.ts";
import { hashJson } from "./task.ts";

test("what one device computed answers for no other, and the processor's keys are the tasks' own", async () => {
  const inner = memoryStore();
  const key = hashJson("a task");
  const places = (["cpu", "cuda", "webgpu"] as const).map((provider) => placedStore(inner, provider));
  for (const [i, store] of places.entries()) {
    expect(await store.has(key)).toBe(false);
    await store.write(key, { json: i, arrays: {} });
    expect(await store.has(key)).toBe(true);
  }
  expect(await Promise.all(places.map(async (store) => (await store.read(key))?.json))).toEqual([0, 1, 2]);
  expect((await inner.read(key))?.json).toBe(0);
});
