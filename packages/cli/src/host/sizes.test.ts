import { dataLimits, modelLimits, mostOf } from "@carom/core/data";
import { afterEach, expect, test, vi } from "vitest";
import { givenLimit, limits } from "./limits.ts";
import { givenLimits, hostLimits } from "./sizes.ts";

afterEach(() => vi.unstubAllEnvs());

test("what may be unpacked grows with the memory that a process is given, and is never less than where none is", () => {
  const of = (gigabytes: string) => {
    vi.stubEnv("CAROM_MEMORY", gigabytes);
    return mostOf(dataLimits.unpacked);
  };
  const least = of("");
  expect([givenLimit("bytes"), least > 0]).toEqual([undefined, true]);
  const [little, much, more] = [of("0.1"), of("16"), of("32")];
  expect([little, givenLimit("bytes"), limits().bytes]).toEqual([least, 32e9, 32e9]);
  expect(much).toBeGreaterThan(least);
  expect(more / much).toBe(2);
  // An unpacked file is in memory three times on its way.
  expect(3 * more).toBeLessThan(limits().bytes);
});

test("every bound is what CAROM_LIMITS says of it, else its own", () => {
  const all = { ...dataLimits, ...modelLimits, ...hostLimits };
  for (const [key, limit] of Object.entries(all)) {
    expect(limit.name).toBe(key);
    vi.stubEnv("CAROM_LIMITS", "");
    expect(mostOf(limit)).toBe(limit.most);
    vi.stubEnv("CAROM_LIMITS", ` axes = 3, ${limit.name}=1e10 `);
    expect(mostOf(limit)).toBe(1e10);
    expect(mostOf(dataLimits.axes)).toBe(limit === dataLimits.axes ? 1e10 : 3);
  }
});

test("what is no limit, or no number, is refused", () => {
  vi.stubEnv("CAROM_LIMITS", "clases=5");
  expect(givenLimits).toThrow(/unknown limit in CAROM_LIMITS "clases": .*did you mean "classes"/);
  for (const text of ["classes", "classes=", "classes=-1", "classes=many", "classes=1.5", "classes=Infinity"]) {
    vi.stubEnv("CAROM_LIMITS", text);
    expect(givenLimits, text).toThrow(/invalid limit classes in CAROM_LIMITS: expected a positive whole number/);
  }
});
