// carom explain and carom sweep as a user meets them: tables, findings, figures, and what is missing in words.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { everyAttacker } from "@carom/core/study";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, contentOf, points, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const data = at("points.npz");

beforeAll(async () => {
  writeFileSync(data, pointsFile(120));
  const fit = (learner: string, out: string, ...more: string[]) =>
    carom(["fit", learner, "--data", data, "--out", at(out), "--quiet", ...more]);
  const fits = [
    fit("logistic", "logistic.onnx", "--set", "C=10"),
    fit("svm-linear", "svm.onnx", "--set", "C=1"),
    fit("forest", "forest.onnx", "--set", "trees=3"),
  ];
  for (const { status } of await Promise.all(fits)) expect(status).toBe(0);
});

const models = ["--surrogate", at("svm.onnx"), "--target", at("logistic.onnx"), at("forest.onnx")];
const explain = (...more: string[]) => carom(["explain", ...models, "--data", data, "--epsilon", "0.2", ...more]);

describe("carom explain", () => {
  it("prints the metrics, a finding for each target, and why some are absent; --json has the same numbers", async () => {
    const [text, json] = await Promise.all([explain("--quiet"), explain("--quiet", "--json")]);
    expect(text).toMatchObject({ status: 0, stderr: "" });
    const result = JSON.parse(json.stdout);
    const R = result.pairs.find(({ target }: { target: string }) => target === "logistic").alignment.estimate;
    // Both models learned the same line.
    expect(R).toBeGreaterThan(0.9);
    expect(text.stdout).toMatch(new RegExp(`^svm +logistic +0\\.2 .* ${Number(R.toPrecision(3))} `, "m"));
    expect(text.stdout).toMatch(/^svm +forest +0\.2 +0\.\d+ +- +- +- +- +- +-$/m);
    expect(text.stdout).toContain("V of svm: undefined, it needs at least two models");
    expect(text.stdout).toContain("R, S, rho and predicted loss on forest: absent, unsupported node");
    expect(text.stdout).toContain(result.targetFindings[0].sentence);
    expect(result.findings).toHaveLength(2);
  });

  it("has a row for each attacker that is named, and refuses one that nobody has", async () => {
    const [named, unknown] = await Promise.all([
      explain("--quiet", "--attackers", "mi,vmi"),
      explain("--quiet", "--attack", "pdg"),
    ]);
    expect(named.stdout).toMatch(/^svm by mi +logistic +0\.2 +0\.\d+ /m);
    expect(named.stdout).toMatch(/^svm by vmi +forest +0\.2 +0\.\d+ /m);
    expect(unknown).toMatchObject({ status: 2, stdout: "" });
    expect(unknown.stderr).toContain('did you mean "pgd"?');
  });

  it("takes several surrogates of one learner for training sets", async () => {
    const half = at("half.npz");
    writeFileSync(half, pointsFile(70));
    await carom(["fit", "svm-linear", "--data", half, "--out", at("other.onnx"), "--quiet", "--set", "C=1"]);
    const args = ["explain", "--surrogate", at("svm.onnx"), at("other.onnx"), "--target", at("logistic.onnx")];
    const { stdout } = await carom([...args, "--data", data, "--epsilon", "0.2", "--quiet", "--json"]);
    const [{ surrogates, perPoint }] = JSON.parse(stdout).variability;
    expect(surrogates).toEqual(["svm", "other"]);
    expect(perPoint).toBeGreaterThan(0);
  });

  it("finds the same in several processes as in one", async () => {
    const many = at("many.npz");
    writeFileSync(many, pointsFile(1200));
    const store = at("store");
    const asked = [
      "explain",
      ...models,
      "--data",
      many,
      "--epsilon",
      "0.1,0.2",
      "--attackers",
      "vmi",
      "--quiet",
      "--json",
    ];
    const [one, several] = await Promise.all(
      ["1", "3"].map((workers) => carom([...asked, "--workers", workers], { store: `${store}-${workers}` })),
    );
    expect(one).toMatchObject({ status: 0, stderr: "" });
    expect(several).toEqual(one);
    // One process keeps nothing; several hand each other what they found.
    expect(existsSync(`${store}-1`)).toBe(false);
    expect(contentOf(`${store}-3`)).not.toHaveLength(0);
  });

  it("takes all attackers that suit, and tells which do not and why", async () => {
    const { status, stdout } = await explain("--attackers", "all", "--json");
    expect(status).toBe(0);
    const { cells, warnings } = JSON.parse(stdout) as { cells: { attacker?: string }[]; warnings: string[] };
    const attackers = new Set(cells.flatMap(({ attacker }) => attacker ?? []));
    const leftOut = warnings.flatMap((sentence) => /^attacker (\S+) is left out: ./.exec(sentence)?.[1] ?? []);
    expect([...attackers, ...leftOut].sort()).toEqual(
      everyAttacker()
        .map(({ name }) => name)
        .sort(),
    );
    // Steps need nothing but gradients; translations need images, rules of ensembles several surrogates.
    expect([...attackers]).toEqual(expect.arrayContaining(["fgm", "vmi"]));
    expect(leftOut).toEqual(expect.arrayContaining(["ti", "meanLoss"]));
  });

  it("refuses a surrogate without gradients and an unknown definition of S", async () => {
    const args = ["explain", "--surrogate", at("forest.onnx"), "--target", at("svm.onnx"), "--data", data];
    const refused = await carom([...args, "--quiet"]);
    expect(refused).toMatchObject({ status: 2, stdout: "" });
    expect(refused.stderr).toContain("unsupported surrogate forest: expected a model with gradients");
    const misspelt = await explain("--size", "hnige");
    expect(misspelt.status).toBe(2);
    expect(misspelt.stderr).toContain('did you mean "hinge"?');
  });
});

describe("carom sweep", () => {
  it("prints a row for each value and the knee, and writes figures and numbers", async () => {
    const args = ["sweep", "ridge", "--data", data, "--over", "alpha=0.1,10,1000", "--epsilon", "0.2", "--sets", "2"];
    const { status, stdout } = await carom([...args, "--quiet", "--workers", "1", "--out", at("sweep")]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ +1000 +\d+\.\d % +\d+\.\d % +\S+ +\S+ +\S+$/m);
    const { knee, models: swept } = JSON.parse(readFileSync(join(at("sweep"), "metrics.json"), "utf8"));
    expect(stdout).toContain(knee.sentence);
    expect(knee.at.size).toBeLessThanOrEqual(knee.from.size / 2);
    expect(swept.map(({ value }: { value: number }) => value)).toEqual([0.1, 10, 1000]);
    for (const name of ["sweep-errors.svg", "sweep-metrics.svg"]) {
      expect(existsSync(join(at("sweep"), "figures", name))).toBe(true);
    }
    expect(
      readFileSync(join(at("sweep"), "sweep.csv"), "utf8")
        .trim()
        .split("\n"),
    ).toHaveLength(4);
  });

  it("reads the data anew where another option says so, in whatever store", async () => {
    const { x, y } = points(80);
    const lines = Array.from(y.data, (label, i) => [...x.data.slice(4 * i, 4 * i + 4), label].join(","));
    writeFileSync(at("table.csv"), `a,b,c,d,y\n${lines.join("\n")}\n`);
    const args = [
      "sweep",
      "ridge",
      "--data",
      at("table.csv"),
      "--over",
      "alpha=1,10",
      "--sets",
      "2",
      "--json",
      "--quiet",
    ];
    const sweep = async (store: string, ...more: string[]) => {
      const out = at(`sweep of ${store} ${more.join(" ")}`);
      const { stdout } = await carom([...args, "--workers", "1", "--out", out, ...more], { store: at(store) });
      return JSON.parse(stdout).models;
    };
    const all = await sweep("shared");
    const fewer = await sweep("shared", "--drop", "a");
    expect(fewer).not.toEqual(all);
    expect(fewer).toEqual(await sweep("fresh", "--drop", "a"));
  });

  it.each([
    [["sweep", "forest", "--over", "trees=1,2"], "a learner whose models have gradients"],
    [["sweep", "ridge", "--over", "alpha"], "name=values"],
    [["sweep", "ridge", "--over", "alpha=1"], "at least two different ones"],
    [["sweep", "ridge", "--over", "alpha=1,2", "--epsilon", "1,2"], "one budget"],
  ])("refuses %j", async (args, message) => {
    const { status, stderr } = await carom([...args, "--data", data, "--quiet"]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
