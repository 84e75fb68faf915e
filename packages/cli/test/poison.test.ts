// carom poison: what it writes and says, that a killed run goes on to the same bytes, and how bad input ends.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Tensor } from "@carom/core";
import { poisonCount } from "@carom/core/attacks";
import { openNpz, writeNpz } from "@carom/core/data";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../core/test/sharedData.ts";
import { carom, contentOf, points, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** Rows `from` to `to` of the points that all tests share. */
function part(name: string, from: number, to: number, columns = 4): string {
  const { x, y } = points(400);
  const data = x.data.slice(columns * from, columns * to);
  writeFileSync(
    at(name),
    writeNpz({
      x: { type: "float32", shape: [to - from, columns], data },
      y: { type: "int32", shape: [to - from], data: y.data.slice(from, to) },
    }),
  );
  return at(name);
}

const train = part("train.npz", 0, 80);
const validation = part("validation.npz", 80, 180);
const test = part("test.npz", 180, 300);
const theirs = part("theirs.npz", 300, 400);
const overlapping = part("overlapping.npz", 60, 120);
const wide = part("wide.npz", 0, 50, 5);

const basics = ["--train", train, "--validation", validation, "--box", "0,1"];
const arrays = (path: string) => {
  const archive = openNpz(new Uint8Array(readFileSync(path)));
  return Object.fromEntries(archive.names.map((name) => [name, archive.read(name) as Tensor]));
};

describe("carom poison", () => {
  it("writes clones that moved inside the box, labels flipped; smaller budgets first; judged on what was saved", async () => {
    const out = at("points.npz");
    const judging = ["--test", test, "--judge", "svm-linear", "--judge-set", "C=2", "--target-train", theirs];
    const { status, stdout, stderr } = await carom([
      "poison",
      "logistic",
      ...basics,
      "--fraction",
      "0.2,0.05",
      "--out",
      out,
      "--json",
      "--quiet",
      "--set",
      "C=10",
      ...judging,
    ]);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const said = JSON.parse(stdout);
    // Shares are of what the target learns from.
    expect(said.points).toEqual([poisonCount(100, 0.05), poisonCount(100, 0.2)]);
    expect(said).toMatchObject({ learner: "logistic", options: { C: 10 }, attack: "gradient" });
    const { x, y, start, source, loss } = arrays(out);
    expect(x.shape).toEqual([25, 4]);
    const own = arrays(train);
    let moved = 0;
    for (let i = 0; i < 25; i++) {
      const row = Number(source.data[i]);
      expect(y.data[i]).toBe(own.y.data[row] === 3 ? 7 : 3);
      for (let j = 0; j < 4; j++) {
        expect(start.data[4 * i + j]).toBe(own.x.data[4 * row + j]);
        expect(x.data[4 * i + j]).toBeGreaterThanOrEqual(0);
        expect(x.data[4 * i + j]).toBeLessThanOrEqual(1);
        if (x.data[4 * i + j] !== start.data[4 * i + j]) moved++;
      }
    }
    expect(moved).toBeGreaterThan(25);
    expect([...(loss.data as Float64Array)]).toEqual(said.losses);
    expect(said.judged).toMatchObject({ learner: "svm-linear", options: { C: 2 }, cleanError: { n: 120 } });
    const [few, many] = said.judged.budgets;
    expect([few.fraction, many.fraction]).toEqual([5 / 105, 0.2]);
    expect(many.error.estimate).toBeGreaterThan(said.judged.cleanError.estimate);
  });

  it("a fifth of points that were crafted on a model itself make it err more than flipped labels do", async () => {
    const errors: number[] = [];
    for (const attack of ["gradient", "label-flip"]) {
      const out = at(`${attack}.npz`);
      const args = ["--points", "20", "--test", test, "--out", out, "--attack", attack, "--json", "--quiet"];
      const { stdout } = await carom(["poison", "ridge", ...basics, ...args]);
      const { judged } = JSON.parse(stdout);
      errors.push(judged.budgets[0].error.estimate);
      expect(errors[errors.length - 1]).toBeGreaterThanOrEqual(judged.cleanError.estimate);
    }
    expect(errors[0]).toBeGreaterThan(errors[1]);
  });

  it("goes on after it was killed, and ends with the same bytes", async () => {
    const args = (out: string) => ["poison", "svm-rbf", ...basics, "--points", "60", "--out", out, "--workers", "1"];
    const store = temporaryFolder();
    const killed = await carom(args(at("killed.npz")), {
      store,
      onStderr: (text) => (/[3-9]\d %/.test(text) ? "SIGKILL" : undefined),
    });
    expect(killed.status).not.toBe(0);
    expect(contentOf(folder)).not.toContain("killed.npz");
    expect((await carom(args(at("resumed.npz")), { store })).status).toBe(0);
    expect((await carom(args(at("whole.npz")))).status).toBe(0);
    expect(readFileSync(at("resumed.npz"))).toEqual(readFileSync(at("whole.npz")));
  });

  it("lists the attacks; and warns of shared rows, with their number, where they are allowed", async () => {
    const { stdout } = await carom(["poison", "--list"]);
    for (const name of ["gradient", "label-flip", "margin-flip", "heuristic"]) expect(stdout).toContain(`${name}:`);
    const args = ["--train", train, "--validation", overlapping, "--points", "1", "--out", at("warned.npz"), "--quiet"];
    const warned = await carom(["poison", "ridge", ...args, "--allow-overlap"]);
    expect(warned).toMatchObject({
      status: 0,
      stderr: "carom: 20 of 60 validation rows are among the training data\n",
    });
  });
});

const images = sharedData("mnist/mnist89-train-images-idx3-ubyte.gz");

describe("the study of poisoning that ships", () => {
  it.skipIf(!images)("poisons real digits: errors rise with the fraction, and the report says what held", async () => {
    const out = at("digits");
    const args = ["--scale", "tiny", "--only", "ridge_H,ridge_L,forest_L", "--out", out, "--quiet"];
    const env = { CAROM_DATA: process.env.CAROM_DATA ?? join(images!, "../..") };
    const file = new URL("../studies/mnist89-poisoning.yaml", import.meta.url).pathname;
    expect(await carom(["study", file, ...args], { env })).toMatchObject({ status: 0, stderr: "" });
    const { cells, repetitions, transferRates, explanation } = JSON.parse(
      readFileSync(join(out, "metrics.json"), "utf8"),
    );
    // Two surrogates on three targets and two white-box attacks, at three fractions.
    expect(cells).toHaveLength(3 * (2 * 3 + 2));
    for (const surrogate of ["surrogate/ridge_H", "surrogate/ridge_L"]) {
      const rates = transferRates.filter((each: { surrogate: string }) => each.surrogate === surrogate);
      const [few, some, many] = rates.map(({ rate }: { rate: number }) => rate);
      expect(some).toBeGreaterThan(few);
      expect(many).toBeGreaterThan(some);
    }
    expect(repetitions[0].pairs).toHaveLength(4);
    expect(explanation.claims.map(({ id }: { id: string }) => id)).toEqual(["P1", "P2", "P3", "P4", "P5", "P6", "P7"]);
    const report = readFileSync(join(out, "report.html"), "utf8");
    for (const text of [
      "White-box curves",
      "Poisoning points before and after",
      "data:image/png",
      "20 % of poisoning points",
    ])
      expect(report).toContain(text);
    expect(contentOf(out)).toContain(join("figures", "alignment-map.svg"));
  });
});

describe("a fault of the input of poison", () => {
  const out = ["--out", at("never.npz")];
  const faults: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "fraction of 1",
      ["ridge", ...basics, ...out, "--fraction", "1"],
      /option --fraction: expected numbers above 0 and below 1, got "1"/,
    ],
    ["fraction of 0", ["ridge", ...basics, ...out, "--fraction", "0.1,0"], /option --fraction: .* got "0.1,0"/],
    ["negative fraction", ["ridge", ...basics, ...out, "--fraction=-0.1"], /option --fraction: .* got "-0.1"/],
    [
      "more points than rows",
      ["ridge", ...basics, ...out, "--points", "81"],
      /number of poisoning points: expected at most 80.*got 81/,
    ],
    [
      "fraction of more points than rows",
      ["ridge", ...basics, ...out, "--fraction", "0.6"],
      /expected at most 80.*got 120/,
    ],
    ["no budget", ["ridge", ...basics, ...out], /missing option --points or --fraction/],
    [
      "both budgets",
      ["ridge", ...basics, ...out, "--points", "3", "--fraction", "0.1"],
      /invalid option --points or --fraction.*got both/,
    ],
    [
      "other features",
      ["ridge", "--train", train, "--validation", wide, "--points", "3", ...out],
      /data of --validation: expected 4 features.*got 5/,
    ],
    [
      "other features of the target",
      ["ridge", ...basics, "--test", test, "--target-train", wide, "--points", "3", ...out],
      /data of --target-train: expected 4 features/,
    ],
    [
      "a learner without gradient",
      ["forest", ...basics, "--points", "3", ...out],
      /poisoning of forest: expected a learner with a poisoning gradient: .*svm-linear.*ridge/,
    ],
    [
      "shared rows",
      ["ridge", "--train", train, "--validation", overlapping, "--points", "3", ...out],
      /validation data: .* got 20 of 60 that are; .*--allow-overlap/,
    ],
    [
      "test rows among training rows",
      ["ridge", ...basics, "--test", overlapping, "--points", "3", ...out],
      /test data: expected rows that are not among the training data, got 20 of 60/,
    ],
    [
      "a target without test data",
      ["ridge", ...basics, "--judge", "forest", "--points", "3", ...out],
      /missing option --test: .*because --judge is given/,
    ],
    ["no learner", [...basics, "--points", "3", ...out], /missing learner: expected one of .*logistic/],
    ["no validation data", ["ridge", "--train", train, "--points", "3", ...out], /missing option --validation/],
    [
      "another attack",
      ["ridge", ...basics, "--attack", "gradeint", "--points", "3", ...out],
      /unknown poisoning attack "gradeint".*did you mean "gradient"/,
    ],
    [
      "another option of the attack",
      ["ridge", ...basics, "--attack-set", "passses=2", "--points", "3", ...out],
      /unknown option of gradient "passses"/,
    ],
    [
      "another option of the learner",
      ["ridge", ...basics, "--set", "C=2", "--points", "3", ...out],
      /unknown option of ridge "C"/,
    ],
    [
      "another ending",
      ["ridge", ...basics, "--points", "3", "--out", at("never.csv")],
      /option --out: expected a file name that ends in .npz/,
    ],
  ];
  it.each(faults)("%s", async (_, args, message) => {
    const { status, stdout, stderr } = await carom(["poison", ...args]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect([status, stdout]).toEqual([2, ""]);
    expect(contentOf(folder).filter((name) => name.startsWith("never"))).toEqual([]);
  });
});
