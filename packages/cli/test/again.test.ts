// A run that finished its work never loses it to its report; names of classes may hold anything, in all files of a run.

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import { carom, contentOf, points, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const names = ['a "quoted", line\nbroken', "tab\tand <b>markup</b> & more", "plain"];

const { x } = points(120);
const rows = Array.from({ length: 120 }, (_, i) => {
  const row = [...x.data.subarray(4 * i, 4 * i + 4)];
  const name = names[row[0] > 0.66 ? 0 : row[0] > 0.33 ? 1 : 2];
  return `${row.join(",")},"${name.replaceAll('"', '""')}"\n`;
});
writeFileSync(at("data.csv"), `a,b,c,d,class\n${rows.join("")}`);
const question = ["audit", "--target", at("model.onnx"), "--data", at("data.csv"), "--epsilon", "0.1", "--quiet"];
const chosen = [...question, "--surrogates", "ridge", "--points", "20", "--workers", "1"];

it("what was computed is kept where the report cannot be written, and the report is made again from it", async () => {
  expect((await carom(["fit", "logistic", "--data", at("data.csv"), "--out", at("model.onnx")])).status).toBe(0);
  const store = at("store");
  const run = (out: string) => carom([...chosen, "--out", at(out)], { store });
  const first = await run("first");
  expect(first.stderr).toBe("");
  const kept = contentOf(store);
  const before = readFileSync(join(at("first"), "metrics.json"));

  // Another process takes the place of the folder while the report is made: it was free when the run began.
  const place = at("taken");
  const second = run("taken");
  const waiting = setInterval(() => {
    // Not what is inside: folders there come and go.
    if (readdirSync(folder).some((name) => name.startsWith("taken.partial")))
      mkdirSync(join(place, "x"), { recursive: true });
  }, 1);
  const { status, stderr } = await second;
  clearInterval(waiting);
  expect(status).toBe(2);
  expect(stderr).toMatch(/what was computed is in the store; the same command makes the report/);
  expect(stderr).toMatch(/invalid output .*taken/);
  expect(contentOf(folder).filter((name) => name.includes("partial"))).toEqual([]);

  const again = await run("again");
  expect(again.status).toBe(0);
  expect(contentOf(store)).toEqual(kept);
  expect(readFileSync(join(at("again"), "metrics.json"))).toEqual(before);
});

it("what was lost of what was computed, though all that it led to is there, is computed again", async () => {
  writeFileSync(
    at("study.yaml"),
    `name: small\nrepetitions: 1\npoints: 6\ndata: { train: data.csv }
split: { target: 0.4, surrogate: 0.3, attacked: 0.3 }\nsurrogates: [{ learner: ridge }]\ntargets: [{ learner: logistic }]
attack: { norm: l2, epsilons: [0.3] }\n`,
  );
  const store = at("losing");
  const run = (out: string) =>
    carom(["study", at("study.yaml"), "--workers", "1", "--quiet", "--out", at(out)], { store });
  expect(await run("kept")).toMatchObject({ status: 0, stderr: "" });
  const before = contentOf(store);
  // The rows of each part: models that were fitted on them are there.
  const artifacts = before.filter((name) => /[0-9a-f]{64}$/.test(name));
  const splits = artifacts.filter((name) => readFileSync(join(store, name), "latin1").includes('"json":{"rows":['));
  expect(splits).toHaveLength(1);
  rmSync(join(store, splits[0]));
  expect(await run("lost")).toMatchObject({ status: 0, stderr: "" });
  expect(contentOf(store)).toEqual(before);
  expect(readFileSync(at("lost/metrics.json"))).toEqual(readFileSync(at("kept/metrics.json")));
});

it("a run that has its name is told again where the command was ended before it said so, and is not written again", async () => {
  const store = at("store");
  const [first, other] = [at("first"), ["--out", at("first")]];
  const times = () => contentOf(first).map((name) => [name, statSync(join(first, name)).mtimeMs]);
  const before = times();
  const said = await carom([...chosen, "--out", at("said")], { store });
  const again = await carom([...chosen, ...other], { store });
  expect([again.status, again.stderr]).toEqual([0, expect.stringMatching(/first answers this question already/)]);
  expect(again.stdout.replaceAll(first, at("said"))).toBe(said.stdout);
  const json = await carom([...chosen, ...other, "--json"], { store });
  expect(JSON.parse(json.stdout).cells).toEqual(JSON.parse(readFileSync(join(first, "metrics.json"), "utf8")).cells);
  // Anything else that is asked is another question.
  for (const more of [
    ["--seed", "2"],
    ["--epsilon", "0.2"],
    ["--box", "0,2"],
  ]) {
    const { status, stderr } = await carom([...chosen, ...more, ...other], { store });
    expect([status, stderr]).toEqual([2, expect.stringMatching(/got one that exists, the run of another question/)]);
  }
  expect(times()).toEqual(before);
  const fitted = await carom(["fit", "logistic", "--data", at("data.csv"), "--out", at("model.onnx")]);
  expect([fitted.status, fitted.stderr]).toEqual([2, expect.stringMatching(/remove it .* it is whole, even where/)]);
});

it("the files of a run hold such names as they are, and the report no markup of theirs", () => {
  const parsed = (text: string) => parse(text, { columns: true }) as Record<string, string>[];
  const samples = parsed(gunzipSync(readFileSync(join(at("first"), "samples.csv.gz"))).toString());
  // Three models on each other, and both surrogates together on the target.
  expect(samples).toHaveLength(20 * (3 * 3 + 1));
  expect(new Set(samples.map(({ label }) => label))).toEqual(new Set(names));
  const cells = parsed(readFileSync(join(at("first"), "cells.csv"), "utf8"));
  expect(new Set(cells.map(({ surrogate }) => surrogate))).toEqual(
    new Set(["ensemble", "ridge_H", "ridge_L", "target"]),
  );
  const report = readFileSync(join(at("first"), "report.html"), "utf8");
  expect(report).not.toContain("<b>markup</b>");
});

it.each([
  ["forest", /^carom: unsupported surrogate forest: .*got a learner without gradients/],
  ["cnn", /^carom: unsupported surrogate cnn: .*got a learner for images/],
  ["ridge,ridge", /^carom: invalid option --surrogates: .*each once/],
  ["ridgy", /^carom: unknown learner "ridgy"/],
])("surrogates %s", async (surrogates, sentence) => {
  const { status, stderr } = await carom([...question, "--surrogates", surrogates, "--out", at("none")]);
  expect([status, stderr]).toEqual([2, expect.stringMatching(sentence)]);
});
