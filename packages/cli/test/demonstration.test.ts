// The demonstration from end to end, as `npm start` runs it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditResult } from "@carom/core";
import { expect, it } from "vitest";
import { carom, contentOf, temporaryFolder } from "./run.ts";

it("attacks the digits from every surrogate and reports what it found", async () => {
  const cwd = temporaryFolder();
  const { status, stdout, stderr } = await carom(["audit"], { cwd });
  expect(status, stderr).toBe(0);
  const report = /\nReport: (carom-runs\/audit-\d{8}-\d{6}-[0-9a-f]{8}\/report\.html)\n$/.exec(stdout);
  expect(report, stdout).not.toBeNull();
  const run = join(cwd, report![1], "..");
  const result: AuditResult = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8"));
  const { models, cells, asked } = result;
  expect(asked).toMatchObject({ classNames: ["8", "9"], epsilons: [0.5, 1, 2, 5] });
  expect(asked.points + asked.surrogateRows + asked.targetRows!).toBe(1922);
  const ids = models.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(["target", "svm-linear_H", "svm-linear_L", "logistic_H", "mlp_L"]));
  expect(cells.filter(({ attacker }) => attacker === undefined)).toHaveLength(ids.length * ids.length * 4);
  // All surrogates together, judged on the target.
  const together = cells.filter(({ attacker }) => attacker !== undefined);
  expect(together).toHaveLength(4);
  for (const { surrogate, target, cost } of together) {
    expect([surrogate, target, cost!.gradients]).toEqual(["ensemble", "target", 10 * (ids.length - 1)]);
  }
  for (const { cleanError } of models) expect(cleanError.estimate).toBeLessThan(0.08);
  // On its own model an attack only gains by a larger budget, and beats nearly all points at the largest.
  for (const id of ids) {
    const white = asked.epsilons.map(
      (epsilon) => cells.find((c) => c.surrogate === id && c.target === id && c.epsilon === epsilon)!.errorUnderAttack,
    );
    expect(white.map(({ count }) => count)).toEqual(white.map(({ count }) => count).sort((a, b) => a - b));
    expect(white[3].estimate).toBeGreaterThan(0.95);
  }
  // Knowing the target is worth more than any surrogate while budgets are small.
  const onTarget = (surrogate: string) =>
    cells.find((c) => c.surrogate === surrogate && c.target === "target" && c.epsilon === 1)!.errorUnderAttack.count;
  for (const id of ids.slice(1)) expect(onTarget("target")).toBeGreaterThan(onTarget(id));
  expect(contentOf(join(run, "figures"))).toContain("security-curves.svg");
}, 180_000);
