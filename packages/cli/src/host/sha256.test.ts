// Keys are the same whoever hashes: the library's own SHA-256, or Node's.

import { tensor } from "@carom/core";
import { hashArtifact } from "@carom/core/study";
import fc from "fast-check";
import { expect, it } from "vitest";

it("content has the same hash with Node's SHA-256 as with the library's own", async () => {
  const contents = fc.sample(fc.uint8Array({ maxLength: 300 }), { numRuns: 50, seed: 1 });
  const hashes = () =>
    contents.map((bytes) =>
      hashArtifact({ json: { length: bytes.length }, arrays: { bytes: tensor("uint8", [bytes.length], bytes) } }),
    );
  const own = hashes();
  expect(new Set(own).size).toBeGreaterThan(40);
  await import("./sha256.ts");
  expect(hashes()).toEqual(own);
});
