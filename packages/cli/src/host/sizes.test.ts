import { expect, test, vi } from "vitest";
import { givenLimit, limits } from "./limits.ts";
import { mostUnpacked } from "./sizes.ts";

test("what may be unpacked grows with the memory that a process is given, and is never less than where none is", () => {
  const of = (gigabytes: string) => {
    vi.stubEnv("CAROM_MEMORY", gigabytes);
    return mostUnpacked();
  };
  const least = of("");
  expect([givenLimit("bytes"), least > 0]).toEqual([undefined, true]);
  const [little, much, more] = [of("0.1"), of("16"), of("32")];
  expect([little, givenLimit("bytes"), limits().bytes]).toEqual([least, 32e9, 32e9]);
  expect(much).toBeGreaterThan(least);
  expect(more / much).toBe(2);
  // An unpacked file is in memory three times on its way.
  expect(3 * more).toBeLessThan(limits().bytes);
  vi.unstubAllEnvs();
});
