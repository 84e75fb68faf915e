// Files that people write: any JSON value comes back, and what JSON has no words for is refused at its place.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { temporaryFolder } from "../../test/run.ts";
import { readDocument } from "./document.ts";

const path = join(temporaryFolder(), "written.yaml");
const read = (text: string) => {
  writeFileSync(path, text);
  return readDocument("study file", path);
};
const maps = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });

it("reads what was written", async () => {
  await fc.assert(
    fc.asyncProperty(maps, async (given) => {
      const plain = JSON.parse(JSON.stringify(given));
      expect((await read(stringify(plain))).given).toEqual(plain);
    }),
  );
});

it("refuses a list or a map as a key, however deep and wherever it was written, and warns of nothing", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const keys = fc.constantFrom("? [a, b]\n", "? {a: 1}\n", "? []\n", "? {}\n", "? - a\n  - b\n", "? *list\n");
  await fc.assert(
    fc.asyncProperty(keys, fc.nat(6), async (key, depth) => {
      const indent = (text: string, by: number) => text.replace(/^/gm, " ".repeat(by)).trimEnd();
      const around = Array.from({ length: depth }, (_, i) => `${" ".repeat(i)}in${i}:\n`).join("");
      const text = `list: &list [1]\n${around}${indent(`${key}: 2`, depth)}\n`;
      await expect(read(text)).rejects.toThrow(
        `invalid study file at written.yaml, line ${depth + 2}, column ${depth + 3}: expected keys that are words`,
      );
    }),
  );
  expect((await read("base: &name word\n? *name\n: 2\n")).given).toEqual({ base: "word", word: 2 });
  expect(warned).not.toHaveBeenCalled();
});
