// The data dictionary is complete: whatever file a run writes is in it, and tables have the columns that it names.

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cellsCsv } from "./cells.ts";
import { outputFiles, tables } from "./outputs.ts";

const folder = new URL("./", import.meta.url);

it("every file that a run writes is in the dictionary, and no other", () => {
  const written = readdirSync(folder)
    .filter((name) => name.endsWith("Files.ts"))
    .flatMap((name) => [...readFileSync(new URL(name, folder), "utf8").matchAll(/"([\w-]+(?:\.[a-z]+)+)": /g)])
    .map(([, file]) => file);
  expect(written.length).toBeGreaterThan(20);
  expect([...new Set(written)].sort()).toEqual(outputFiles.map(({ file }) => file).sort());
});

it("every table is one of a file, and every column has words of its own or says whose bounds it holds", () => {
  expect(outputFiles.flatMap(({ table }) => table ?? []).sort()).toEqual(Object.keys(tables).sort());
  for (const columns of Object.values(tables)) {
    const words = Object.entries(columns).filter(([name]) => !/_(low|high)$/.test(name));
    expect(new Set(words.map(([, text]) => text)).size).toBe(words.length);
  }
});

it("cells have a value, or nothing, in each column", () => {
  const rate = { estimate: 0.5, low: 0.4, high: 0.6, count: 5, n: 10 };
  const cell = { surrogate: "a", target: "b", epsilon: 1, errorUnderAttack: rate };
  const measured = { models: [], pairs: [], cells: [cell] } as unknown as Parameters<typeof cellsCsv>[0][number];
  const [header, row] = [...cellsCsv([measured])].join("").split("\n");
  expect(header.split(",")).toEqual(Object.keys(tables.cells));
  expect(row.split(",").length).toBe(Object.keys(tables.cells).length);
  const found = Object.fromEntries(header.split(",").map((name, i) => [name, row.split(",")[i]]));
  expect(found).toMatchObject({ repetition: "0", surrogate: "a", budget: "1", n: "10", error_low: "0.4", ratio: "" });
});
