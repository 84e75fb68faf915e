// Reports and figures as PDF, printed by a real browser, and what is said where there is none.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, contentOf, pointsFile, temporaryFolder } from "./run.ts";

// The browser comes from npm as a binary for this one platform.
const isHere = process.platform === "linux" && process.arch === "x64";
if (!isHere) console.warn("tests of PDF skipped: their browser is for Linux on x64 only");

const folder = temporaryFolder();
const study = `
name: small
data: {train: points.npz, box: [0, 1]}
split: {target: 0.4, surrogate: 0.4, attacked: 0.2}
surrogates: [{learner: ridge, complexity: high}, {learner: ridge, complexity: low}]
targets: [{learner: ridge, complexity: high}, {learner: ridge, complexity: low}]
attack: {epsilons: [0.3]}
`;

/** The widths and heights of the pages of a PDF, in points. */
function sizesOf(file: string): number[][] {
  const text = readFileSync(file, "latin1");
  expect(text.slice(0, 5)).toBe("%PDF-");
  return [...text.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, ...size]) => size.map(Number));
}

beforeAll(async () => {
  writeFileSync(join(folder, "points.npz"), pointsFile(120));
  writeFileSync(join(folder, "small.yaml"), study);
  const finished = await carom(["study", "small.yaml", "--out", "run", "--quiet"], { cwd: folder });
  expect(finished).toMatchObject({ status: 0, stderr: "" });
});

describe.skipIf(!isHere)("carom pdf", () => {
  it("prints the report on pages of paper, and each figure on one page of its size", { timeout: 240_000 }, async () => {
    // Said to be where it expects to be, the browser unpacks the libraries that a bare machine lacks.
    process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs20.x";
    const { default: chromium } = await import("@sparticuz/chromium");
    const env = { CAROM_CHROMIUM: await chromium.executablePath() };
    const { status, stderr } = await carom(["pdf", "run", "--quiet"], { cwd: folder, env });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const figures = contentOf(join(folder, "run/figures"));
    expect(figures.length).toBeGreaterThan(2);
    const names = ["report", ...figures.map((name) => name.slice(0, -4))];
    expect(contentOf(join(folder, "run/pdf"))).toEqual(names.map((name) => `${name}.pdf`).sort());
    expect(sizesOf(join(folder, "run/pdf/report.pdf")).length).toBeGreaterThan(1);
    for (const figure of figures) {
      const svg = readFileSync(join(folder, "run/figures", figure), "utf8");
      const [width, height] = ["width", "height"].map((side) => Number(new RegExp(` ${side}="(\\d+)"`).exec(svg)![1]));
      const sizes = sizesOf(join(folder, "run/pdf", `${figure.slice(0, -4)}.pdf`));
      expect(sizes).toHaveLength(1);
      // Three points are four pixels.
      expect(Math.abs(sizes[0][0] - 0.75 * width)).toBeLessThan(1.5);
      expect(Math.abs(sizes[0][1] - 0.75 * height)).toBeLessThan(2.5);
    }
    // What is there is not written over.
    expect((await carom(["pdf", "run"], { cwd: folder, env })).status).toBe(2);
  });
});

it.each([
  [["run"], { PATH: "/nowhere" }, /missing browser that prints pages: expected Chromium, Chrome or Edge/],
  [["run"], { CAROM_CHROMIUM: "/nowhere" }, /got CAROM_CHROMIUM=\/nowhere, which is no program/],
  [["run"], { CAROM_CHROMIUM: "/bin/true" }, /expected a PDF, got nothing, as it ended/],
  [["nowhere"], {}, /missing report in nowhere/],
])("%j under %j is refused in a sentence, and nothing is left", async (args, env, sentence) => {
  const { status, stderr } = await carom(["pdf", ...args, "--out", "never", "--quiet"], { cwd: folder, env });
  expect(status).toBe(2);
  expect(stderr).toMatch(sentence);
  expect(existsSync(join(folder, "never"))).toBe(false);
});
