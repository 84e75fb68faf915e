import { memoryStore } from "@carom/core";
import type { RuntimeIdentity } from "@carom/core/models";
import { expect, test } from "vitest";
import { otherMakers, withMakers } from "./makers.ts";

const here: RuntimeIdentity = { provider: "cpu", version: "1.2.3", device: "a processor" };
const there: RuntimeIdentity = { ...here, device: "another" };

test("who computed what was read is told, and whom this machine is not", async () => {
  const inner = memoryStore();
  await inner.write("given", { json: 0, arrays: {} });
  for (const [key, computedBy] of Object.entries({ here, again: here, there })) {
    await inner.write(key, { json: 0, arrays: {}, computedBy });
  }
  const store = withMakers(inner);
  for (const key of ["given", "here", "again", "none"]) await store.read(key);
  expect(store.makers()).toEqual([here]);
  expect(otherMakers(store.makers(), here)).toBeUndefined();
  await store.read("there");
  expect(store.makers()).toEqual([here, there]);
  expect(otherMakers(store.makers(), here)).toMatch(/computed by ONNX Runtime 1\.2\.3 \(cpu\) on another:/);
});
