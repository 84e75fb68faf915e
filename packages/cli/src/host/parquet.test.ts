// Rows of a Parquet file as text are read back as the table that they were.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@carom/core";
import { readCsv } from "@carom/core/data";
import fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/run.ts";
import { loadDataset } from "./data.ts";
import { readParquet, tableText } from "./parquet.ts";

const word = fc.constantFrom("a", 'say "b"', "c, d", "line\nend", "São Paulo");
const row = fc.record({
  "pay, gross": fc.double({ noNaN: true, noDefaultInfinity: true }),
  count: fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }),
  isPaid: fc.boolean(),
  job: word,
});

it("numbers to the last digit, whole numbers, truth values and words, in blocks of any size", () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 8, maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (drawn, size) => {
      const rows = drawn.map((each, i) => ({
        __index_level_0__: 100n - BigInt(i),
        ...each,
        class: i % 2 === 0 ? "no" : "yes",
      }));
      let text = "";
      for (let from = 0; from < rows.length; from += size)
        text += tableText(rows.slice(from, from + size), from, "t.parquet");
      const options = { categorical: ["job"], separator: ",", decimal: ".", names: true } as const;
      const { features, featureNames, groups, labels, reading } = readCsv(new TextEncoder().encode(text), "t", options);
      expect(reading.index).toBe("unnamed 1");
      expect(Array.from(labels)).toEqual(rows.map((_, i) => i % 2));
      const width = featureNames!.length;
      const isSingle = features.type === "float32";
      const at = (i: number, name: string) => features.data[i * width + featureNames!.indexOf(name)];
      rows.forEach((each, i) => {
        const near = (value: number) => (isSingle ? Math.fround(value) : value) + 0;
        expect(at(i, "pay, gross") + 0).toBe(near(each["pay, gross"]));
        expect(at(i, "count") + 0).toBe(near(Number(each.count)));
        expect(at(i, "isPaid")).toBe(Number(each.isPaid));
        const [{ columns, values }] = groups!;
        expect(values[columns.findIndex((column) => features.data[i * width + column] === 1)]).toBe(each.job);
      });
    }),
  );
});

it("missing values are gaps, and what is no cell is refused", () => {
  const text = tableText([{ a: null, b: undefined, c: new Date(0), d: Number.NaN }], 0, "t.parquet");
  expect(text).toBe('"a","b","c","d"\n,,"1970-01-01T00:00:00.000Z",NaN\n');
  expect(() => tableText([{ a: [1] }], 0, "t.parquet")).toThrow(/column "a" of t\.parquet: .*got a list in row 0/);
});

it("says what is missing where nothing reads Parquet, and what an option means nothing for", async () => {
  const path = join(temporaryFolder(), "t.parquet");
  writeFileSync(path, "PAR1 is no whole file");
  await expect(loadDataset(path)).rejects.toThrow(
    /t\.parquet: expected (the package hyparquet.*npm install hyparquet|a sound Parquet file)/,
  );
  await expect(loadDataset(path, { separator: ";" })).rejects.toThrow(/option --separator/);
});

/** A reader of a table whose file claims groups of so many rows, and rows in all. */
const readerOf = (table: readonly Record<string, unknown>[], groups: readonly bigint[], rows: bigint) => {
  const columns = Object.keys(table[0]).map((name) => ({ meta_data: { path_in_schema: [name] } }));
  return Promise.resolve({
    parquetMetadataAsync: async () => ({
      num_rows: rows,
      row_groups: groups.map((count) => ({ num_rows: count, columns })),
    }),
    parquetReadObjects: async (asked: { columns: readonly string[]; rowStart: number; rowEnd: number }) =>
      table
        .slice(asked.rowStart, asked.rowEnd)
        .map((row) => Object.fromEntries(asked.columns.map((name) => [name, row[name]]))),
  });
};
const file = { name: "t.parquet", size: 100, read: async () => {} };
const tables = fc.array(fc.record({ a: fc.nat(9), b: fc.double({ noNaN: true, noDefaultInfinity: true }) }), {
  minLength: 2,
  maxLength: 40,
});

it("groups of any sizes make the table that one group makes", async () => {
  await fc.assert(
    fc.asyncProperty(tables, fc.array(fc.nat(20), { maxLength: 5 }), async (drawn, sizes) => {
      const table = drawn.map((row, i) => ({ ...row, class: i % 2 === 0 ? "no" : "yes" }));
      let left = table.length;
      const groups = sizes.map((size) => {
        const count = Math.min(size, left);
        left -= count;
        return BigInt(count);
      });
      const all = BigInt(table.length);
      const whole = await readParquet(file, {}, readerOf(table, [all], all));
      expect(whole.labels).toHaveLength(table.length);
      expect(await readParquet(file, {}, readerOf(table, [...groups, BigInt(left)], all))).toEqual(whole);
    }),
  );
});

it("rows that a file claims and does not hold are refused in one sentence, and no part outside of it is read", async () => {
  const claims = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 3 });
  const table = Array.from({ length: 8 }, (_, i) => ({ a: i, class: i % 2 }));
  await fc.assert(
    fc.asyncProperty(claims, fc.option(fc.bigInt({ min: -1n, max: 2n ** 63n })), async (groups, all) => {
      const sum = groups.reduce((a, b) => a + b, 0n);
      fc.pre(sum !== 8n);
      const error = await readParquet(file, {}, readerOf(table, groups, all ?? sum)).catch((each) => each);
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toMatch(/data file t\.parquet: expected (a sound Parquet file|at most .* in memory)/);
    }),
  );
  const parts = fc.tuple(fc.double(), fc.double()).filter(([from, to]) => !(0 <= from && from <= to && to <= 100));
  await fc.assert(
    fc.asyncProperty(parts, async ([from, to]) => {
      const reader = {
        ...(await readerOf(table, [8n], 8n)),
        async parquetMetadataAsync(buffer: { slice(from: number, to: number): Promise<ArrayBuffer> }) {
          // Of several that are asked for, the first to fail is heard of.
          const all = [1, 2, 3].map(() => buffer.slice(from, to));
          await all[2];
          throw new Error("a part was read");
        },
      };
      const read = readParquet(file, {}, Promise.resolve(reader));
      await expect(read).rejects.toThrow(/got parts that lie outside of the file/);
    }),
  );
});

/** Whether the package that reads Parquet is there; it need not be. */
const isThere = (() => {
  try {
    return createRequire(import.meta.url).resolve("hyparquet") !== "";
  } catch {
    return false;
  }
})();

it.skipIf(!isThere)("what pandas wrote as Parquet is the table that it wrote as text", async () => {
  const file = (name: string) => fileURLToPath(new URL(`../../../../fixtures/parquet/${name}`, import.meta.url));
  const options = { missing: "median", label: "credit" } as const;
  const { dataset: text } = await loadDataset(file("loans.csv"), options);
  for (const name of ["loans.parquet", "plain.parquet"]) {
    const { dataset, reading } = await loadDataset(file(name), options);
    expect(dataset).toEqual(text);
    expect(reading.index).toBeDefined();
  }
});
