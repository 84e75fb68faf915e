// A features file that is proposed from a table is one that can be read, and says why.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { featureSchema } from "@carom/core/features";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { carom, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const data = at("t.csv");
writeFileSync(
  data,
  ',age,no,"a: b",part,whole,class\n' +
    `${Array.from({ length: 40 }, (_, i) => `${i},${20 + i},${["x", "y"][i % 2]},${(i * 7) % 11}.5,${(i * 3) % 17},${((i * 3) % 17) + ((i * 5) % 13)},${(i >> 1) % 2}\n`).join("")}`,
);

const images = at("i.npz");
writeFileSync(
  images,
  writeNpz({ x: tensor("float32", [4, 3, 3], [...Array(36).keys()]), y: tensor("int32", [4], [0, 1, 0, 1]) }),
);

it("proposes what can be read back, with relations as comments", async () => {
  const written = await carom(["data", "describe", data, "--write", at("features.yaml")]);
  expect(written.stdout).toBe(`Proposal: ${at("features.yaml")}, to be read and corrected before it is used.\n`);
  const text = readFileSync(at("features.yaml"), "utf8");
  const schema = featureSchema.parse(parse(text));
  expect(Object.keys(schema.columns)).toEqual(["age", "no", "a: b", "part", "whole"]);
  expect(schema.columns.age).toMatchObject({ kind: "integer", bounds: [20, 59] });
  expect(schema.columns.no.kind).toBe("one-hot");
  expect(schema.relations).toEqual([]);
  const uncommented = featureSchema.parse(parse(text.replaceAll(/^# (relations:| {2}- )/gm, "$1")));
  expect(uncommented.relations).toContain("part <= whole");
  const printed = await carom(["data", "describe", data, "--quiet"]);
  expect(printed.stdout).toBe(text);
});

it.each([
  ["a file that is there", [data, "--write", data], /t\.csv/],
  [
    "images",
    [images, "--write", at("none.yaml")],
    /columns of .*i\.npz: expected a table of up to 5000 columns, got images/,
  ],
  ["a missing file", [at("none.csv"), "--write", at("none.yaml")], /no such file/],
])("refuses %s in one sentence", async (_, args, sentence) => {
  const { status, stderr } = await carom(["data", "describe", ...args]);
  expect(status).toBe(2);
  expect(stderr.trim().split("\n").at(-1)).toMatch(sentence);
  expect(existsSync(at("none.yaml"))).toBe(false);
});
