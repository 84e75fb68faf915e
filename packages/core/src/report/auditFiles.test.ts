// The points of an audit as a file: every one of them, in pieces that do not grow with their number.

import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { madeUpAudit, madeUpExamples } from "../../test/auditResult.ts";
import type { AuditSamples } from "../study/audit/samples.ts";
import { auditFiles, samplesCsv } from "./auditFiles.ts";

/** Points crafted on two surrogates with two budgets. */
function samples(n: number): AuditSamples[] {
  const labels = Int32Array.from({ length: n }, (_, i) => i % 2);
  const loss = Float64Array.from({ length: n }, (_, i) => i / 8);
  return ["A", "B"].flatMap((surrogate) =>
    [0.5, 1].map((epsilon) => ({
      ...{
        surrogate,
        target: "target",
        epsilon,
        labels,
        cleanLabels: labels,
        attackedLabels: labels.map((l) => 1 - l),
      },
      ...{ lossBefore: loss, lossAfter: surrogate === "A" ? loss : undefined, size: loss.map(() => epsilon) },
    })),
  );
}

test("a line for each point, surrogate and budget, with its labels, losses and size", () => {
  const [header, ...rows] = [...samplesCsv(samples(2), ["no", "yes, it is"])].join("").trimEnd().split("\n");
  expect(header.split(",")).toHaveLength(11);
  expect(rows).toHaveLength(8);
  expect(rows[1]).toBe('A,,target,0.5,1,"yes, it is","yes, it is",no,0.125,0.125,0.5');
  expect(rows.at(-2)).toBe('B,,target,1,0,no,no,"yes, it is",0,,1');
});

test("no piece of 800,000 lines is longer than 64 KB and a line", () => {
  let [lines, longest] = [0, 0];
  for (const piece of samplesCsv(samples(200_000), ["no", "yes"])) {
    longest = Math.max(longest, piece.length);
    for (let i = 0; i < piece.length; i++) if (piece.charCodeAt(i) === 10) lines++;
  }
  expect(lines).toBe(800_001);
  expect(longest).toBeLessThan(2 ** 16 + 200);
});

test("files of points are no strings", () => {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const result = madeUpAudit();
  const output = { result, samples: samples(3), exampleImages: madeUpExamples(result), columns: [], findings: [] };
  const files = auditFiles(
    output,
    { question: "q", started: new Date(0), seconds: 1, runtimes: [], place: {} },
    document,
  );
  expect(typeof files["samples.csv.gz"]).toBe("object");
  expect(Object.keys(files)).toEqual(expect.arrayContaining(["metrics.json", "cells.csv", "report.html"]));
});
