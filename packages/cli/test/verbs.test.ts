// The verbs as a user meets them: what they print where, what they write, and that the same seed gives the same bytes.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNpy } from "@carom/core/data";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, contentOf, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const data = at("points.npz");
const model = at("model.onnx");
const epsilons = ["--epsilon", "0.1,0.3"];

beforeAll(async () => {
  writeFileSync(data, pointsFile(80));
  const fitted = await carom(["fit", "logistic", "--data", data, "--set", "C=10", "--out", model, "--quiet"]);
  expect(fitted).toMatchObject({ status: 0, stderr: "" });
  expect(fitted.stdout).toMatch(/model\.onnx: logistic, .*error on the 80 training rows \d+\.\d %\nscaling: .*\n$/);
});

const audit = (out: string, ...more: string[]) =>
  carom(["audit", "--target", model, "--data", data, ...epsilons, "--out", at(out), ...more]);

describe("carom audit of one's own model", () => {
  it("gives the same bytes for the same seed, others for another, and --json prints what it wrote", async () => {
    const [first, second, other] = await Promise.all([
      audit("first", "--quiet", "--json", "--workers", "1"),
      audit("second"),
      audit("other", "--quiet", "--seed", "1", "--workers", "1"),
    ]);
    expect([first.status, second.status, other.status]).toEqual([0, 0, 0]);
    const metrics = (name: string) => readFileSync(join(at(name), "metrics.json"), "utf8");
    expect(metrics("second")).toBe(metrics("first"));
    expect(JSON.parse(metrics("other")).cells).not.toEqual(JSON.parse(metrics("first")).cells);
    // --quiet is silent where plain runs tell their progress.
    expect([first.stderr, other.stderr]).toEqual(["", ""]);
    expect(second.stderr).toMatch(/^carom: read [^\n]+\n( *\d+ % {2}[^\n]+ \(\d+ of \d+\)[^\n]*\n)+$/);
    expect(second.stderr).toContain("100 %");
    // --json: one document, which is the file's with the folder added.
    expect(JSON.parse(first.stdout)).toEqual({ folder: at("first"), ...JSON.parse(metrics("first")) });
    // Without it: a warning, the two sentences of the answer, and where the report is.
    const [warning, ...answer] = second.stdout.trimEnd().split("\n\n");
    expect(warning).toMatch(/^Warning: If rows of this data were used to train the target/);
    const report = answer.pop();
    expect(answer).toEqual(JSON.parse(metrics("second")).answer);
    expect(report).toBe(`Report: ${join(at("second"), "report.html")}`);
    expect(contentOf(at("second"))).toEqual(expect.arrayContaining(["cells.csv", "manifest.json", "samples.csv.gz"]));
    expect(readFileSync(join(at("second"), "report.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/i);
    // No path and no time gets into what must be equal.
    expect(metrics("first")).not.toMatch(/tmp|first|\d{4}-\d{2}-\d{2}/);
  });
});

describe("carom fit, score and data info on the digits", () => {
  it("trains, is told its own error by score, and writes the scores", async () => {
    const out = at("digits.onnx");
    const fitted = await carom(["fit", "svm-linear", "--data", "digits", "--set", "C=0.01", "--out", out, "--json"]);
    expect(fitted.status).toBe(0);
    const said = JSON.parse(fitted.stdout);
    expect(said).toMatchObject({ learner: "svm-linear", options: { C: 0.01 }, out });
    expect(said.trainingError).toMatchObject({ n: 1922 });
    expect(said.trainingError.estimate).toBeGreaterThan(0);
    expect(said.trainingError.estimate).toBeLessThan(0.04);

    const scores = at("scores.npy");
    const scored = await carom(["score", "--model", out, "--data", "digits", "--out", scores, "--json"]);
    expect([scored.status, scored.stderr]).toEqual([0, ""]);
    const { error, perClass } = JSON.parse(scored.stdout);
    expect(error).toEqual(said.trainingError);
    expect(perClass.map((each: { name: string; error: { n: number } }) => [each.name, each.error.n])).toEqual([
      ["8", 944],
      ["9", 978],
    ]);
    expect(perClass[0].error.count + perClass[1].error.count).toBe(error.count);
    // What was written and read back errs on as many rows: the first 944 are eights, whose score stands first.
    const { shape, data } = readNpy(new Uint8Array(readFileSync(scores)), "scores.npy");
    expect(shape).toEqual([1922, 2]);
    const wrong = Array.from({ length: 1922 }, (_, i) => Number(data[2 * i + 1]) > Number(data[2 * i]) !== i >= 944);
    expect(wrong.filter(Boolean)).toHaveLength(error.count);
  });

  it("data info counts rows, classes and range, in words and as JSON", async () => {
    const [words, json] = await Promise.all([
      carom(["data", "info", "digits"]),
      carom(["data", "info", "digits", "--json"]),
    ]);
    expect(words.stdout).toMatch(/classes +8 \(944\), 9 \(978\)/);
    const { file, rows, classes, range, contentHash } = JSON.parse(json.stdout);
    expect([file, rows, range]).toEqual(["digits", 1922, [0, 1]]);
    expect(classes).toEqual([
      { name: "8", rows: 944 },
      { name: "9", rows: 978 },
    ]);
    expect(words.stdout).toContain(contentHash);
  });
});

describe("help", () => {
  it.each([[[]], [["audit"]], [["fit"]], [["score"]], [["evade"]], [["data"]], [["data", "info"]]])(
    "carom %j --help fits 80 columns",
    async (verb) => {
      const { status, stdout, stderr } = await carom([...verb, "--help"]);
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(new RegExp(`^Usage: ${["carom", ...verb].join(" ")} `));
      expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    },
  );
});

describe("Ctrl-C", () => {
  it("leaves nothing behind but finished work, says how to go on, and exits with status 130", async () => {
    const cwd = temporaryFolder();
    const { status, stdout, stderr } = await carom(["audit", "--out", "run"], {
      cwd,
      onStderr: (text) => (text.includes("attack on") ? "SIGINT" : undefined),
    });
    expect([status, stdout, contentOf(cwd)]).toEqual([130, "", []]);
    expect(existsSync(join(cwd, "run"))).toBe(false);
    expect(stderr).toMatch(/carom: interrupted; start the same command again and it goes on/);
  });
});
