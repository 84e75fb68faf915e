// A shelf in a folder behaves as one in memory does, and of several that want the same one gets it.

import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryShelf } from "@carom/core/study";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { folderShelf } from "./folderShelf.ts";

const folder = mkdtempSync(join(tmpdir(), "carom-shelf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newShelf = () => folderShelf(join(folder, String(count++)));

const name = fc.constantFrom("a/x", "a/y", "b/x");
const text = fc.constantFrom("1", "2", "");
const step = fc.oneof(
  fc.tuple(fc.constant("create" as const), name, text),
  fc.tuple(fc.constant("put" as const), name, text),
  fc.tuple(fc.constant("replace" as const), name, text, text),
  fc.tuple(fc.constant("read" as const), name),
  fc.tuple(fc.constant("remove" as const), name),
  fc.tuple(fc.constantFrom("list" as const, "names" as const), fc.constantFrom("a", "b", "c")),
);

test("does what a shelf in memory does, step by step", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const shelves = [memoryShelf(() => 0), newShelf()];
      for (const [verb, ...args] of steps) {
        const [expected, found] = await Promise.all(
          shelves.map(async (shelf) => {
            const result = await (shelf[verb] as (...args: string[]) => Promise<unknown>)(...args);
            const listed = result as readonly (string | { readonly name: string })[];
            return Array.isArray(result)
              ? listed.map((each) => (typeof each === "string" ? each : each.name)).sort()
              : result;
          }),
        );
        expect(found).toEqual(expected);
      }
    }),
    { numRuns: 60 },
  );
});

test("one of many creates, one of many replaces, and nothing is left beside", async () => {
  const shelf = newShelf();
  const many = Array.from({ length: 40 }, (_, i) => String(i));
  const created = await Promise.all(many.map((each) => shelf.create("leases/t", each)));
  expect(created.filter(Boolean)).toHaveLength(1);
  for (let round = 0; round < 10; round++) {
    const found = await shelf.read("leases/t");
    const replaced = await Promise.all(many.map((each) => shelf.replace("leases/t", found!, `${round} ${each}`)));
    expect(replaced.filter(Boolean)).toHaveLength(1);
    expect(await shelf.read("leases/t")).toBe(`${round} ${replaced.indexOf(true)}`);
  }
  expect(readdirSync(join(folder, String(count - 1), "leases"))).toEqual(["t.json"]);
});

test("ages are told by the clock of the folder", async () => {
  const shelf = newShelf();
  await shelf.create("hosts/h", "x");
  const [{ age }] = await shelf.list("hosts");
  expect(age).toBeLessThan(60_000);
  const path = join(folder, String(count - 1), "hosts", "h.json");
  const written = Date.now() / 1000 - 500;
  utimesSync(path, written, written);
  expect((await shelf.list("hosts"))[0].age).toBeGreaterThan(499_000);
  await shelf.put("hosts/h", "x");
  expect((await shelf.list("hosts"))[0].age).toBeLessThan(60_000);
});
