// Small files, and readings of them that differ in one option each.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "@carom/core";
import { type DataOptions, writeNpz } from "@carom/core/data";
import { temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
export const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
export const table = write("t.csv", "a,b,m,c,y\n1,2,?,0,1\n3,7,5,1,0\n2,9,?,0,0\n5,4,1,1,1\n");
const rows = write("t.svm", "1 1:2 2:3\n0 2:4\n");
const features = tensor("float32", [3, 2], [1, 2, 3, 4, 5, 6]);
const arrays = write(
  "t.npz",
  writeNpz({ x: features, y: tensor("int32", [3], [0, 1, 1]), z: tensor("int32", [3], [1, 1, 0]) }),
);
const greys = write("g.npz", writeNpz({ x: tensor("uint8", [2, 2], [0, 2, 4, 8]), y: tensor("int32", [2], [0, 1]) }));
const counted = write("counted.csv", "0,5,1\n1,3,0\n2,9,1\n3,4,0\n");
const marked = write("marked.csv", "a,b,y\n7,5,1\n8,3,0\n9,9,1\n");
const numbered = write("numbered.csv", "0,1,2\n7,5,1\n8,3,0\n9,9,1\n");
const twice = write("twice.csv", "1,2;3\n4,5;6\n");
const commas = write("commas.csv", "5;2,0\n4;3,0\n7;2,0\n");
const accents = write("accents.csv", "a,y\n1,é\n2,è\n3,é\n");

/** For each option, readings of a file that differ in it alone; no two mean the same. */
export const readings: { readonly [Name in keyof DataOptions]-?: readonly (readonly [string, DataOptions])[] } = {
  label: [
    [arrays, {}],
    [arrays, { label: "z" }],
    [table, { missing: 0 }],
    [table, { missing: 0, label: "c" }],
    [table, { missing: 0, label: "first" }],
  ],
  drop: ["a", "b", "c", "m"].map((name) => [table, { missing: 0, drop: [name] }]),
  missing: ([-1, 0, 2.5, "drop", "median", "median+mask"] as const).map((missing) => [table, { missing }]),
  categorical: [undefined, ["a"], ["b"], ["a", "b"]].map((categorical) => [marked, { categorical }]),
  box: [undefined, [0, 9], [0, 10], [-1, 10]].map((box) => [arrays, { box: box as [number, number] | undefined }]),
  columns: [undefined, 3, 4].map((columns) => [rows, { columns }]),
  zeroBased: [false, true].map((zeroBased) => [rows, { columns: 4, zeroBased }]),
  bytes: (["unit", "raw"] as const).map((bytes) => [greys, { bytes }]),
  keep: [
    [counted, { keep: ["first"] }],
    [counted, { drop: ["first"] }],
  ],
  na: [["7"], ["8"], ["7", "8"]].map((na) => [marked, { missing: 0, na }]),
  names: [true, false].map((names) => [numbered, { names }]),
  separator: ([",", ";"] as const).map((separator) => [twice, { separator, decimal: "," }]),
  decimal: ([".", ","] as const).map((decimal) => [commas, { decimal }]),
  encoding: (["utf-8", "latin1"] as const).map((encoding) => [accents, { encoding }]),
};
