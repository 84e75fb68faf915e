// Compressed in pieces unpacks to what was given, and its bytes do not depend on how it came.

import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gzipped } from "./gzip.ts";

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

test("whatever the pieces, texts and bytes, the file is the same", async () => {
  // Lines of numbers, some megabytes of them at most, cut anywhere.
  const text = Array.from({ length: 60_000 }, (_, i) => `${i},${Math.sin(i)},é\n`).join("");
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length), fc.integer({ min: 200, max: 200_000 }), async (length, size) => {
      const whole = text.slice(0, length);
      const pieces: string[] = [];
      for (let from = 0; from < length; from += size) pieces.push(whole.slice(from, from + size));
      const bytes = await joined(gzipped(pieces));
      expect(gunzipSync(bytes).toString()).toBe(whole);
      expect((await joined(gzipped([whole]))).equals(bytes)).toBe(true);
      expect((await joined(gzipped(pieces.map((piece) => Buffer.from(piece))))).equals(bytes)).toBe(true);
    }),
    { numRuns: 8 },
  );
  expect(gunzipSync(await joined(gzipped([])))).toHaveLength(0);
});

test("no more pieces are made than are asked for, and an error in their making is thrown", async () => {
  let made = 0;
  function* endless() {
    for (;;) {
      made++;
      yield randomBytes(2 ** 14);
    }
  }
  for await (const _ of gzipped(endless())) break;
  expect(made).toBeLessThan(5 * 2 ** 6);
  function* broken() {
    yield "begun";
    throw new Error("no more");
  }
  await expect(joined(gzipped(broken()))).rejects.toThrow("no more");
});
