// Features files that are wrong, each told in one sentence with its file, line and column.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataset, tensor } from "@carom/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chosenFeatures, featuresOf, readFeatures } from "./featuresFile.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carom-features-"));
});
afterAll(() => rm(folder, { recursive: true }));

const names = ["age", "a", "b", "total", "red", "blue", "open"];
const rows = [
  [30, 1, 2, 3, 1, 0, 0],
  [41, 0.5, 1.5, 2, 0, 1, 1],
  [25.5, 2, 2, 4, 1, 0, 1],
];
const data = dataset({
  features: tensor("float64", [rows.length, names.length], rows.flat()),
  labels: [0, 1, 0],
  featureNames: names,
});

async function resolved(text: string) {
  const path = join(folder, "features.yaml");
  await writeFile(path, text);
  return featuresOf(await readFeatures(path), data);
}

test("what is not said is filled in, and rows that break a relation are told of", async () => {
  const { features, warnings } = await resolved(
    [
      "columns:",
      "  a: { direction: increase, scale: 0.5 }",
      "  total: { bounds: [0, 10] }",
      "  colour: { kind: one-hot, of: [red, blue] }",
      "others: { mutable: false }",
      "relations:",
      "  - total == a + b",
      '  - "if open == 1 then `a` >= 1"',
    ].join("\n"),
  );
  expect(
    features.columns.map(({ name, lower, upper, mutable, direction }) => [name, lower, upper, mutable, direction]),
  ).toEqual([
    ["age", 25.5, 41, false, undefined],
    ["a", 0.5, 2, true, "add"],
    ["b", 1.5, 2, false, undefined],
    ["total", 0, 10, true, undefined],
    ["red", 0, 1, true, undefined],
    ["blue", 0, 1, true, undefined],
    ["open", 0, 1, false, undefined],
  ]);
  expect(features.groups).toEqual([{ name: "colour", columns: [4, 5] }]);
  expect(features.columns[1].scale).toBe(0.5);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^1 of 3 rows do not satisfy "if open == 1/);
});

test.each<readonly [what: string, text: string, sentence: RegExp]>([
  [
    "an unknown column",
    "columns:\n  agee: { kind: real }",
    /^unknown column at features\.yaml, line 2, column 3: "agee": .*did you mean "age"\?$/,
  ],
  [
    "an unknown column of a relation",
    "relations:\n  - total == a + c",
    /^unknown column at features\.yaml, line 2, column 18: "c": /,
  ],
  [
    "a relation that cannot be read, in quotes",
    'relations:\n  - "total = a + b"',
    /^invalid relation at features\.yaml, line 2, column 12: .*got "="; write ==/,
  ],
  [
    "a circle of definitions",
    "relations:\n  - a == b\n  - b == total - 1\n  - total == a * 2",
    /^invalid relation at features\.yaml, line \d, column 5: .*got a circle: \w+ needs \w+ needs \w+ needs \w+;/,
  ],
  [
    "a column that is defined twice",
    "relations:\n  - total == a + b\n  - total == 2 * b",
    /^invalid relation at features\.yaml, line 3, column 5: .*the one at features\.yaml, line 2, column 5 does/,
  ],
  [
    "a group that is not one-hot",
    "columns:\n  pair: { kind: one-hot, of: [red, open] }",
    /^invalid group "pair" at features\.yaml, line 2, column 3: expected 1 in one of its 2 columns .*, got red = 1, open = 1 in row 3;/,
  ],
  [
    "a kind that the data contradict",
    "columns:\n  age: { kind: integer }",
    /^invalid column "age" at features\.yaml, line 2, column 3: expected integers, got 25\.5 in row 3/,
  ],
  [
    "bounds that the data contradict",
    "columns:\n  age:\n    bounds: [30, 50]",
    /^invalid column "age" at features\.yaml, line 2, column 3: expected values from 30 to 50, got 25\.5 in row 3/,
  ],
  [
    "bounds that contradict each other",
    "columns:\n  age: { bounds: [50, 30] }",
    /^invalid column at features\.yaml, line 2, column 3: expected a least value that is at most the greatest, got 50 and 30/,
  ],
  [
    "a relation that no row satisfies",
    "relations:\n  - a >= 0\n  - a > total",
    /^invalid relation at features\.yaml, line 3, column 5: expected one that some row satisfies, got none of 3 rows/,
  ],
  [
    "a column in two groups",
    "columns:\n  g: { kind: one-hot, of: [red, blue] }\n  red: { kind: binary }",
    /^invalid column at features\.yaml, line 3, column 3: expected each column once, got "red" again/,
  ],
  [
    "a key that is misspelt",
    "columns:\n  age: { knid: real }",
    /^unknown key "columns\.age\.knid" at features\.yaml, line 2, column 10: .*did you mean "kind"\?$/,
  ],
  [
    "no YAML",
    "columns: {age: [}",
    /^invalid features file at features\.yaml, line 1, column \d+: expected YAML or JSON/,
  ],
])("%s", async (_, text, sentence) => {
  await expect(resolved(text)).rejects.toThrow(sentence);
});

test("what is said in another way too is refused", async () => {
  await expect(chosenFeatures({ features: "features.yaml", addOnly: true }, data)).rejects.toThrow(
    /^invalid option --add-only: expected none beside --features/,
  );
});
