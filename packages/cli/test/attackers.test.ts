// Audits by boosters and ensembles give the same numbers from any number of workers; faults of what is asked are one
// sentence.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stream, tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** Noise of `side` by `side` pixels, with a bright column for each class. */
function pictures(n: number, classes: number, side = 8) {
  const random = stream(3, "pictures", n);
  const y = Int32Array.from({ length: n }, () => random.integer(classes));
  const x = Float32Array.from({ length: n * side ** 2 }, (_, at) => {
    const isBright = at % side === 2 * y[Math.floor(at / side ** 2)];
    return 0.6 * random.uniform() + (isBright ? 0.3 : 0);
  });
  return { x: tensor("float32", [n, side, side], x), y: tensor("int32", [n], y) };
}

beforeAll(async () => {
  const { x, y } = pictures(150, 2);
  writeFileSync(at("images.npz"), writeNpz({ x, y }));
  writeFileSync(at("rows.npz"), writeNpz({ x: { ...x, shape: [150, 64] }, y }));
  writeFileSync(at("three.npz"), writeNpz(pictures(150, 3)));
  const models = [
    ["mlp", "images.npz", "net.onnx"],
    ["mlp", "rows.npz", "flat.onnx"],
    ["logistic", "three.npz", "three.onnx"],
    ["forest", "images.npz", "forest.onnx"],
  ];
  for (const [learner, data, out] of models) {
    const { status, stderr } = await carom(["fit", learner, "--data", data, "--out", out, "--quiet"], { cwd: folder });
    expect([status, stderr]).toEqual([0, ""]);
  }
}, 120_000);

it("an audit by boosters and ensembles leaves the same numbers for one worker, two, and three", async () => {
  const asked = ["audit", "--target", "net.onnx", "--data", "images.npz", "--points", "30", "--epsilon", "0.1,0.2"];
  const attackers = [
    "--norm",
    "linf",
    "--surrogates",
    "mlp,logistic",
    "--attackers",
    "vmi,di+ti,ensemble,emi+ensemble",
  ];
  const found: (readonly Buffer[])[] = [];
  for (const workers of ["1", "2", "3"]) {
    const how = ["--workers", workers, "--quiet", "--out", `with-${workers}`];
    const { status, stderr } = await carom([...asked, ...attackers, ...how], { cwd: folder });
    expect([status, stderr]).toEqual([0, ""]);
    const files = ["metrics.json", "samples.csv.gz", "cells.csv"];
    found.push(files.map((file) => readFileSync(at(`with-${workers}/${file}`))));
  }
  const [[metrics], ...others] = found;
  for (const files of others) for (const [i, bytes] of files.entries()) expect(bytes.equals(found[0][i])).toBe(true);
  // All of them attacked, and they are not the same attack.
  const cells: readonly { readonly attacker?: string; readonly lossIncrease?: unknown }[] = JSON.parse(
    metrics.toString(),
  ).cells;
  const of = (name?: string) =>
    JSON.stringify(cells.filter((each) => each.attacker === name).map((c) => c.lossIncrease));
  const names = [...new Set(cells.map(({ attacker }) => attacker))];
  expect(names.length).toBeGreaterThanOrEqual(4);
  expect(new Set(names.map(of)).size).toBe(names.length);
}, 240_000);

const few = ["--points", "10", "--out", "none"];

describe.each<[string, readonly string[], RegExp]>([
  [
    "an image booster on flat rows",
    ["audit", "--target", "flat.onnx", "--data", "rows.npz", "--attackers", "di", ...few],
    /^carom: unsupported features for booster di: expected images: .*, got rows of shape \[64\]/,
  ],
  [
    "models of other classes together",
    ["evade", "--model", "net.onnx", "three.onnx", "--data", "images.npz", "--epsilon", "0.1", "--out", "none.npz"],
    /^carom: invalid model three.onnx: expected the classes of net.onnx, in its order: 0, 1, got 0, 1, 2; /,
  ],
  [
    "a class that does not exist",
    ["audit", "--target", "net.onnx", "--data", "images.npz", "--target-class", "nine", ...few],
    /^carom: unknown target class "nine": expected one of 0, 1, /,
  ],
  [
    "boosters on a forest",
    [
      "evade",
      "--model",
      "forest.onnx",
      "--data",
      "images.npz",
      "--boosters",
      "vmi",
      "--epsilon",
      "0.1",
      "--out",
      "n.npz",
    ],
    /^carom: unsupported model to attack: .*, got node "forest" .*decision trees/,
  ],
  [
    "a forest as surrogate of boosters",
    ["audit", "--target", "net.onnx", "--data", "images.npz", "--surrogates", "forest", "--attackers", "vmi", ...few],
    /^carom: unsupported surrogate forest: expected one of .*, got a learner without gradients; /,
  ],
])("%s", (_, args, sentence) => {
  it("is one sentence and status 2", async () => {
    const { status, stderr } = await carom(args, { cwd: folder });
    expect(status).toBe(2);
    expect(stderr).toMatch(sentence);
    expect(stderr.match(/\bexpected\b/g)).toHaveLength(1);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
