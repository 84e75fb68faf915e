// Columns of words, gaps and columns that are no features: what was written is told by what was read.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toNumbers } from "../../tensor.ts";
import { dataset } from "../dataset.ts";
import { readCsv } from "../formats/csv.ts";
import { matchColumns, withSameValues } from "../matchColumns.ts";
import type { OneHotGroup } from "../oneHot.ts";
import type { TableTask } from "./options.ts";

const read = (text: string, options: TableTask = {}) => readCsv(new TextEncoder().encode(text), "t.csv", options);

/** The words that a row of features has, by group. */
function wordsOf(values: ArrayLike<number>, width: number, row: number, groups: readonly OneHotGroup[]): string[] {
  return groups.map(({ columns, values: names }) => {
    const ones = columns.filter((column) => values[row * width + column] === 1);
    const sum = columns.reduce((total, column) => total + values[row * width + column], 0);
    expect([ones.length, sum]).toEqual([1, 1]);
    return names[columns.indexOf(ones[0])];
  });
}

const word = fc.constantFrom("clerk", "São Paulo", "x=y", "a, b", "7", "true north", "none of it");
const rows = fc.array(
  fc.record({ number: fc.integer({ min: -99, max: 99 }), first: word, second: word, label: fc.nat(1) }),
  {
    minLength: 8,
    maxLength: 40,
  },
);
type Row = { number: number; first: string; second: string; label: number };
const quoted = (text: string) => `"${text}"`;
const written = (table: readonly Row[], cell = (text: string, _row: number) => quoted(text)) =>
  `job,age,city,class\n${table
    .map(({ number, first, second, label }, i) => `${cell(first, i)},${number}.5,${cell(second, i)},${label}\n`)
    .join("")}`;
const asWords: TableTask = { categorical: ["job", "city"] };

describe("columns of words", () => {
  test("are features of 0 and 1, one of which is 1 in each row and names the word that stood there", () => {
    fc.assert(
      fc.property(rows, (table) => {
        const { features, groups, featureNames, reading } = read(written(table), asWords);
        const width = features.shape[1];
        const names = [...new Set(table.map(({ first }) => first))].sort();
        expect(groups!.map(({ name }) => name)).toEqual(["job", "city"]);
        expect(groups![0].values).toEqual(names);
        expect(featureNames!.slice(0, names.length)).toEqual(names.map((name) => `job=${name}`));
        expect(reading.words![0]).toEqual({ name: "job", values: names.length });
        table.forEach((row, i) => {
          expect(wordsOf(toNumbers(features), width, i, groups!)).toEqual([row.first, row.second]);
          expect(toNumbers(features)[i * width + featureNames!.indexOf("age")]).toBe(Number(`${row.number}.5`));
        });
      }),
    );
  });

  test("are recognised where words repeat, and not where numbers, truth values or single words stand", () => {
    const text = "job,paid,id,age,class\nclerk,True,a1,1,0\ncook,False,b2,2,1\nclerk,True,c3,3,0\ncook,False,d4,4,1\n";
    expect(() => read(text)).toThrow(/column "id" of t\.csv: .*got "a1" in line 2; .*--drop "id".*--categorical/);
    const { featureNames, features } = read(text, { drop: ["id"] });
    expect(featureNames).toEqual(["job=clerk", "job=cook", "paid", "age"]);
    expect(toNumbers(features).slice(0, 4)).toEqual([1, 0, 1, 1]);
    expect(read(text, { categorical: ["id"] }).featureNames).toContain("id=c3");
  });

  test("have the same features in two tables, whatever words either lacks", () => {
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const [a, b] = [one, other].map((table) => dataset(read(written(table), asWords)));
        const [first, second] = withSameValues(a, b);
        expect(second.featureNames).toEqual(first.featureNames);
        for (const [data, table] of [
          [first, one],
          [second, other],
          [matchColumns(b, first.featureNames, "b", "a"), other],
        ] as const) {
          const { groups } = data.domain;
          const values = toNumbers(data.features as Parameters<typeof toNumbers>[0]);
          table.forEach((row, i) => {
            expect(wordsOf(values, data.featureNames!.length, i, groups!)).toEqual([row.first, row.second]);
          });
        }
        const known = new Set(one.map(({ first: each }) => each));
        const isKnown =
          other.every((row) => known.has(row.first)) &&
          other.every(({ second: each }) => one.some((row) => row.second === each));
        const match = () => matchColumns(b, a.featureNames, "b", "a");
        if (isKnown) expect(match().featureNames).toEqual(a.featureNames);
        else expect(match).toThrow(/columns of b: expected the \d+ of a, got others: "(job|city)=/);
      }),
    );
  });

  test("of too many words are refused", () => {
    const lines = Array.from({ length: 1002 }, (_, i) => `w${i},${i % 2}\n`).join("");
    expect(() => read(`name,class\n${lines}`, { categorical: ["name"] })).toThrow(
      /column "name" of t\.csv: expected at most 1000 different words.*got more; .*--drop "name".*CAROM_LIMITS=words=10000/,
    );
  });
});

describe("missing values", () => {
  const holes = fc.record({ table: rows, at: fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 6 }) });

  test("drop leaves out their rows and no others", () => {
    fc.assert(
      fc.property(holes, ({ table, at }) => {
        const kept = table.filter((_, i) => !at.includes(i));
        const text = written(table, (cell, i) => (at.includes(i) ? "NA" : quoted(cell)));
        fc.pre(kept.length > 3 && new Set(kept.map(({ label }) => label)).size === 2);
        const [found, expected] = [read(text, { ...asWords, missing: "drop" }), read(written(kept), asWords)];
        expect(found.features).toEqual(expected.features);
        expect([found.labels, found.featureNames]).toEqual([expected.labels, expected.featureNames]);
        expect(found.reading.rowsLeftOut ?? 0).toBe(table.length - kept.length);
      }),
    );
  });

  test("median is that of the numbers that are there, and the most frequent word; a mask says where", () => {
    const text = "job,age,pay,class\na,1,5,0\nb,?,6,1\nb,2,NA,0\n,9,7,1\n";
    const { features, featureNames, reading } = read(text, { ...{ categorical: ["job"] }, missing: "median" });
    expect(featureNames).toEqual(["job=a", "job=b", "age", "pay"]);
    expect(toNumbers(features)).toEqual([1, 0, 1, 5, 0, 1, 2, 6, 0, 1, 2, 6, 0, 1, 9, 7]);
    expect(reading).toMatchObject({ filled: 3, filledBy: "median" });
    const masked = read(text, { categorical: ["job"], missing: "median+mask" });
    expect(masked.featureNames).toEqual(["job=a", "job=b", "age", "age missing", "pay", "pay missing"]);
    expect(toNumbers(masked.features).filter((_, at) => at % 6 === 3)).toEqual([0, 1, 0, 0]);
  });

  test("columns without any value have no median, and are told together", () => {
    const text = "a,b,job,c,class\n,1,x,?,0\nNA,2,x,NA,1\n,3,y,,1\n";
    for (const missing of ["median", "median+mask"] as const) {
      expect(() => read(text, { categorical: ["job"], missing })).toThrow(
        /columns "a" and "c" of t\.csv: expected a value in some row.*none in 3 rows; say --drop "a,c"/,
      );
      expect(() => read(text, { categorical: ["a", "job"], drop: ["c"], missing })).toThrow(
        /column "a" of .*--drop "a"/,
      );
      expect(read(text, { categorical: ["job"], drop: ["a", "c"], missing }).features.shape).toEqual([3, 3]);
    }
  });

  test("a value fills numbers, and words where it is one", () => {
    const text = "job,age,class\na,1,0\n,2,1\na,3,0\nb,4,1\n";
    expect(read(text, { categorical: ["job"], missing: { word: "unknown" } }).featureNames).toContain("job=unknown");
    expect(read(text, { categorical: ["job"], missing: 0 }).featureNames).toContain("job=0");
    expect(() => read(text, { categorical: ["job"] })).toThrow(
      /column "job" of t\.csv: expected a word, got a missing value/,
    );
    const number = "job,age,class\na,1,0\nb,?,1\n";
    expect(() => read(number, { categorical: ["job"], missing: { word: "unknown" } })).toThrow(/expected a number/);
    expect(() => read("a,class\n?,0\n?,1\n", { missing: "drop" })).toThrow(/a missing value in each of 2/);
  });
});

describe("columns that are no features", () => {
  const text = ",age,job,outcome\n600,5.5,a,0\n12,6,b,1\n7,7.5,a,0\n9,8,b,1\n";

  test("the index that pandas writes is left out, unless it is kept", () => {
    expect(read(text, { label: "outcome" })).toMatchObject({
      featureNames: ["age", "job=a", "job=b"],
      reading: { index: "unnamed 1" },
    });
    expect(read(text, { label: "outcome", keep: ["first"] }).features.shape).toEqual([4, 4]);
    expect(read(text.replaceAll("12,6", "7,6"), { label: "outcome" }).features.shape).toEqual([4, 4]);
  });

  test("what a model takes by name are the features; the labels are what is left", () => {
    const taken = ["job", "age"].map((name) => ({ name, isText: name === "job" }));
    expect(read(text, { taken })).toMatchObject({ reading: { label: "outcome", labelBecause: "rest" } });
    const others = text.replace("outcome", "outcome,branch").replaceAll(/(,[01])\n/g, "$1,3\n");
    expect(read(others, { taken, label: "outcome" })).toMatchObject({
      featureNames: ["age", "job=a", "job=b"],
      reading: { unused: ["branch"] },
    });
    expect(() => read("age,job\n1,a\n2,b\n", { taken })).toThrow(/labels of t\.csv: expected a column beside/);
    const digits = [{ name: "age", isText: true }];
    expect(read("age,class\n30,0\n40,1\n30,0\n", { taken: digits }).featureNames).toEqual(["age=30", "age=40"]);
  });
});
