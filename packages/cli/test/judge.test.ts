// Points of other tools: arrays as ART saves them, folders of images, pairs of NumPy files.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor, writeModel } from "@carom/core";
import { writeNpy, writeNpz } from "@carom/core/data";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
import { encode } from "fast-png";
import { expect, it } from "vitest";
import { carom, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};

// Class 1 where the first two pixels of an image of 2 x 3 are brighter than the others in sum.
const g = new GraphBuilder();
const x = g.input("x", "float32", ["N", 1, 2, 3]);
const flat = g.node("Reshape", [x, g.ints([-1, 6])]);
g.output(
  g.node("MatMul", [flat, g.constant(tensor("float32", [6, 2], [-1, 1, -1, 1, 1, -1, 1, -1, 1, -1, 1, -1]))]),
  "scores",
);
const model = write("m.onnx", writeModel(modelOf(g.graph())));

const images = [
  [200, 200, 0, 0, 10, 0],
  [250, 100, 90, 0, 0, 0],
  [0, 0, 255, 100, 0, 0],
  [10, 0, 40, 0, 50, 0],
  [255, 255, 60, 60, 60, 60],
];
// The last is labelled wrongly; the first and the third cross over.
const labels = [1, 1, 0, 0, 0];
const attacked = images.map((pixels, i) =>
  i === 0 ? [0, 200, 100, 100, 10, 100] : i === 2 ? [255, 155, 255, 100, 0, 0] : pixels,
);

function folderOf(name: string, rows: readonly number[][], isList: boolean): string {
  rows.forEach((pixels, i) => {
    const place = isList ? at(name, "images") : at(name, String(labels[i]));
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, `${i}.png`),
      encode({ width: 3, height: 2, data: Uint8Array.from(pixels), channels: 1, depth: 8 }),
    );
  });
  if (isList)
    writeFileSync(
      at(name, "labels.csv"),
      `filename,label\n${labels.map((label, i) => `${i}.png,${label}\n`).join("")}`,
    );
  return at(name);
}

const bytes = (rows: readonly number[][]) => tensor("uint8", [rows.length, 1, 2, 3], rows.flat());
const floats = tensor(
  "float32",
  [5, 1, 2, 3],
  attacked.flat().map((value) => value / 255),
);
const y = write("y.npy", writeNpy(tensor("int64", [5], labels)));
const clean = `${write("x.npy", writeNpy(bytes(images)))},${y}`;

it("labels of either file have their own name", async () => {
  const named = (name: string, rows: readonly number[][], label: string) =>
    write(
      name,
      writeNpz({ x: bytes(rows), [label]: tensor("int64", [5], labels), other: tensor("int64", [5], [0, 0, 0, 0, 1]) }),
    );
  const [before, after] = [named("truth.npz", images, "truth"), named("class.npz", attacked, "class")];
  const args = ["judge", "--clean", before, "--attacked", after, "--target", model, "--json", "--label", "truth"];
  const { stdout } = await carom([...args, "--attacked-label", "class"]);
  expect(JSON.parse(stdout).errorUnderAttack.count).toBe(3);
  const wrong = await carom([...args, "--attacked-label", "other"]);
  expect(wrong.stderr).toMatch(/^carom: invalid rows of [^\n]*true labels[^\n]*\n$/);
});

it.each([
  ["arrays of bytes", clean, write("adv.npy", writeNpy(bytes(attacked)))],
  ["an array of real numbers", clean, write("advf.npy", writeNpy(floats))],
  ["an archive", clean, write("adv.npz", writeNpz({ x: bytes(attacked), y: tensor("int64", [5], labels) }))],
  ["folders by class", folderOf("a", images, false), folderOf("b", attacked, false)],
  ["folders with a list", folderOf("c", images, true), folderOf("d", attacked, true)],
])("counts %s", async (_, before, after) => {
  const { stdout } = await carom(["judge", "--clean", before, "--attacked", after, "--target", model, "--json"]);
  const { cleanError, errorUnderAttack, success, netIncrease, size, unmoved } = JSON.parse(stdout);
  expect([cleanError.count, errorUnderAttack.count, success.count, success.n]).toEqual([1, 3, 2, 4]);
  expect(netIncrease.estimate).toBeCloseTo(0.4, 12);
  expect(unmoved).toBe(3);
  const moves = images.map((pixels, i) => pixels.map((value, j) => (attacked[i][j] - value) / 255));
  const norm = (power: number) =>
    moves.map((each) => each.reduce((sum, value) => sum + Math.abs(value) ** power, 0) ** (1 / power));
  expect(size.l1.largest).toBeCloseTo(Math.max(...norm(1)), 5);
  expect(size.l2.mean).toBeCloseTo(norm(2).reduce((a, b) => a + b) / 5, 5);
  expect(size.linf.largest).toBeCloseTo(1, 6);
});

it("says how images were read", async () => {
  const { stdout, stderr } = await carom(["score", "--model", model, "--data", at("c")]);
  expect(stderr).toContain("images of 1 x 2 x 3 (channels, height, width), bytes divided by 255 (--bytes)");
  expect(stdout).toMatch(/^error +20\.0 % \(1 of 5/);
});

const big = folderOf("e", [...images.slice(1), images[0]], true);
writeFileSync(
  at("e", "images", "3.png"),
  encode({ width: 2, height: 3, data: new Uint8Array(6), channels: 1, depth: 8 }),
);
folderOf("f", images, true);
writeFileSync(at("f", "images", "2.png"), "no image");
folderOf("g", images, true);
writeFileSync(at("g", "labels.csv"), "filename,label\n0.png,1\n9.png,0\n");
const deep = encode({ width: 3, height: 2, data: new Uint16Array(6), channels: 1, depth: 16 });
folderOf("h", images, true);
writeFileSync(at("h", "images", "0.png"), deep);

it.each([
  ["images of two sizes", big, clean, /image .*3\.png: expected the size of the first.*3 x 2, got 2 x 3; resize/],
  ["what is no image", at("f"), clean, /2\.png: expected a PNG file, got something else/],
  ["a list that names no file", at("g"), clean, /labels\.csv: expected the images that it names.*no file 9\.png/],
  ["16 bits", at("h"), clean, /0\.png: expected 8 bits for each channel, got 16/],
  [
    "fewer rows",
    clean,
    write("few.npy", writeNpy(bytes(attacked.slice(1)))),
    /rows of .*few\.npy: expected 5, one for each row of --clean, got 4/,
  ],
  [
    "other labels",
    clean,
    write("o.npz", writeNpz({ x: bytes(attacked), y: tensor("int64", [5], [0, 1, 0, 0, 0]) })),
    /rows of .*o\.npz: .*label 0 in row 0.*--clean has 1/,
  ],
  [
    "other features",
    clean,
    write("w.npy", writeNpy(tensor("float32", [5, 5], new Float32Array(25)))),
    /expected 6 features.*\[5,5\]/,
  ],
  [
    "numbers that are none",
    clean,
    write("n.npy", writeNpy(tensor("float32", [5, 6], new Float32Array(30).fill(Number.NaN)))),
    /finite numbers, got NaN in row 0/,
  ],
])("refuses %s in one sentence", async (_, before, after, sentence) => {
  const { status, stdout, stderr } = await carom(["judge", "--clean", before, "--attacked", after, "--target", model]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr.trim().split("\n").at(-1)).toMatch(sentence);
});
