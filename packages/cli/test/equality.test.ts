// docs/equality.md says to how many digits Carom and its peers agree: no more than they do now, with the peers that are
// here.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pythonWith } from "./pythonWith.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const python = pythonWith("scipy", "sklearn");
if (python === undefined) console.warn("skipped: digits of agreement; no Python has scikit-learn and SciPy");

/** Digits by question and peer, of the rows of tables in a text. */
function digitsOf(text: string): Map<string, number> {
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const found = rows.filter(([, , , , digits = ""]) => /^\d+$/.test(digits));
  // What stands in brackets is of points, and no part of the question.
  return new Map(found.map(([, what, peer, , digits]) => [`${what.replace(/ \(.*\)/, "")}, ${peer}`, Number(digits)]));
}

const told = digitsOf(readFileSync(`${root}docs/equality.md`, "utf8"));

test("the page tells of every peer that can be asked", () => {
  for (const peer of ["scikit-learn", "SciPy", "PyTorch", "Foolbox", "ART", "SecML"]) {
    expect([...told.keys()].filter((row) => row.includes(peer)).length, peer).toBeGreaterThan(1);
  }
});

test.skipIf(python === undefined)("digits are not fewer than the page says", { timeout: 180_000 }, () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [`${root}bench/equality.mjs`, python!], {
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  const found = digitsOf(stdout);
  expect(found.size).toBeGreaterThan(10);
  for (const [row, digits] of found) {
    expect(told.has(row), row).toBe(true);
    // A digit may be lost to the rounding of another processor.
    expect(digits, row).toBeGreaterThanOrEqual(told.get(row)! - 1);
  }
});
