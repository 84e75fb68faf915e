// What data are known by: any choice that changes the reading gives another key, and no other spelling of it does.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DataOptions, startPlan, tensor, writeNpz } from "@carom/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/run.ts";
import { loadDataset } from "./data.ts";

const folder = temporaryFolder();
const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const table = write("t.csv", "a,b,m,c,y\n1,2,?,0,1\n3,7,5,1,0\n2,9,?,0,0\n5,4,1,1,1\n");
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

const keyOf = async (spec: string, options: DataOptions) =>
  startPlan().data((await loadDataset(spec, options)).dataset).data.key;

/** For each option, readings of a file that differ in it alone; no two mean the same. */
const readings: { readonly [Name in keyof DataOptions]-?: readonly (readonly [string, DataOptions])[] } = {
  label: [
    [arrays, {}],
    [arrays, { label: "z" }],
    [table, { missing: 0 }],
    [table, { missing: 0, label: "c" }],
    [table, { missing: 0, label: "first" }],
  ],
  drop: ["a", "b", "c", "m"].map((name) => [table, { missing: 0, drop: [name] }]),
  missing: [-1, 0, 1, 2.5].map((missing) => [table, { missing }]),
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

it.each(Object.entries(readings))("data are known by another key for each value of %s", async (_, each) => {
  const keys = await Promise.all(each.map(([spec, options]) => keyOf(spec, options)));
  expect(new Set(keys).size).toBe(each.length);
});

/** Options of the table, columns in all their spellings. */
const optionsOfTable = fc.record({
  label: fc.constantFrom(undefined, "y", "5", "last", "c"),
  drop: fc.option(
    fc.subarray(["a", "b", "1", "2"]).chain((some) => fc.shuffledSubarray(some, { minLength: some.length })),
    {
      nil: undefined,
    },
  ),
  missing: fc.constantFrom(0, -0.5, 12),
  box: fc.constantFrom<[number, number]>([-1, 12], [-3, 20]),
});

const meaningOf = ({ label, drop, missing, box }: DataOptions): string => {
  const dropped = new Set(drop?.map((name) => ({ 1: "a", 2: "b" })[name] ?? name));
  return JSON.stringify([label === "c", ...["a", "b"].map((name) => dropped.has(name)), missing, box]);
};

it("two readings have one key exactly where they mean the same", async () => {
  await fc.assert(
    fc.asyncProperty(optionsOfTable, optionsOfTable, async (one, other) => {
      const [key, otherKey] = await Promise.all([keyOf(table, one), keyOf(table, other)]);
      expect(key === otherKey).toBe(meaningOf(one) === meaningOf(other));
    }),
    { numRuns: 300 },
  );
});
