// A gate in a build: status 3 where it fails, 0 where it holds, and an earlier audit to compare with.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { carom, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const store = join(folder, "store");
const audit = (...rules: string[]) =>
  carom(["audit", "--surrogates", "ridge,svm-linear", "--epsilon", "1,5", "--workers", "1", "--quiet", ...rules], {
    cwd: folder,
    store,
  });

test("a broken rule ends with 3 and is named first in every file", async () => {
  const broken = await audit("--out", "a", "--fail-if", "clean > 0.9", "--fail-if", "transfer > 50 % at 5");
  expect(broken.status).toBe(3);
  expect(broken.stdout).toMatch(/Gate failed: transfer at ε = 5 is above 50 %/);
  expect(broken.stdout.indexOf("Gate failed")).toBeLessThan(broken.stdout.indexOf("Gate passed: clean"));
  expect(readFileSync(join(folder, "a/junit.xml"), "utf8")).toMatch(/<testsuite name="gate" tests="2" failures="1"/);
  expect(readFileSync(join(folder, "a/summary.md"), "utf8")).toMatch(/\| `transfer > 50 % at 5` \| \*\*failed\*\* \|/);

  const kept = await audit("--out", "b", "--fail-if", "increase > 0.05", "--baseline", "a");
  expect(kept.status).toBe(0);
  // The same audit on the same points: no point differs, and its interval is narrower than that of independent ones.
  const found = /increase at ε = 1 [^:]*: (−?[\d.]+) % \((−?[\d.]+) to (−?[\d.]+)\)/.exec(kept.stdout)!;
  const [estimate, low, high] = found.slice(1).map((text) => Number(text.replace("−", "-")));
  expect(estimate).toBe(0);
  expect(high - low).toBeLessThan(3);
});

test.each([
  ["--fail-if", "transfer > 0.2 at 7", /one of the budgets 1, 5/],
  ["--fail-if", "increase > 0.1", /missing option --baseline/],
  ["--baseline", "nowhere", /missing option --fail-if/],
  ["--fail-when", "perhaps", /sure, likely, possible/],
])("%s %s is refused before any work", async (option, value, sentence) => {
  const refused = await audit("--out", "c", option, value);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(sentence);
});
