import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedData } from "../../../test/sharedData.ts";
import { toNumbers } from "../../tensor.ts";
import { readCsv } from "./csv.ts";
import { gunzip } from "./gzip.ts";

const read = (text: string, options = {}) => readCsv(new TextEncoder().encode(text), "table.csv", options);

describe("readCsv", () => {
  test("takes the last column for labels, integers in numerical order", () => {
    const { features, labels, classNames, featureNames } = read("1,2.5,10\n3,-4e2,9\n5,6,10\n");
    expect(features.shape).toEqual([3, 2]);
    expect(toNumbers(features)).toEqual([1, 2.5, 3, -400, 5, 6]);
    expect([classNames, Array.from(labels), featureNames]).toEqual([
      ["9", "10"],
      [1, 0, 1],
      ["1", "2"],
    ]);
  });

  test("finds a header, a column of a usual name, quoted cells and a byte order mark", () => {
    const { labels, classNames, featureNames } = read('\uFEFFa,"Class",b\n1,"x, y",2\n3,w,4\n');
    expect([classNames, Array.from(labels), featureNames]).toEqual([
      ["w", "x, y"],
      [1, 0],
      ["a", "b"],
    ]);
  });

  test("takes the only column of texts for labels, wherever it is", () => {
    const { features, classNames } = read("7,M,1\n8,B,2\n");
    expect([toNumbers(features), classNames]).toEqual([
      [7, 1, 8, 2],
      ["B", "M"],
    ]);
  });

  test("a column can be asked for by name, place or number, and others dropped", () => {
    for (const label of ["first", "1", "id"]) expect(read("id,a\n1,5\n2,6\n", { label }).featureNames).toEqual(["a"]);
    expect(read("id,a,k\n1,5,0\n2,6,1\n", { drop: ["id"] }).featureNames).toEqual(["a"]);
  });

  test.each([
    ["1,2\n3\n", {}, /invalid file table\.csv|table\.csv: expected lines with the same number of values/],
    ["a,b,c\n1,x,u\n2,y,v\n", {}, /column "b" of table\.csv: expected a number, got "x" in row 0/],
    ["a,b\n?,1\n", {}, /column "a" of table\.csv: .*a missing value in row 0.*--missing/],
    ["a,b\n1,2\n", { label: "c" }, /unknown column "c": .*did you mean "a"/],
    ["", {}, /at least one line of values/],
  ])("%j is refused in one sentence", (text, options, sentence) => {
    expect(() => read(text, options)).toThrow(sentence);
  });

  test("fills missing values where told with what", () => {
    expect(toNumbers(read("a,b\n?,1\n,0\n", { missing: -1 }).features)).toEqual([-1, -1]);
  });

  const wdbc = sharedData("uci/wdbc.data.gz");
  test.skipIf(!wdbc)("reads the breast tumours of UCI: 212 malignant, 357 benign, 30 features", () => {
    const { features, labels, classNames } = readCsv(gunzip(readFileSync(wdbc!)), "wdbc.data", { drop: ["1"] });
    expect([features.shape, classNames]).toEqual([
      [569, 30],
      ["B", "M"],
    ]);
    expect(labels.reduce((sum, label) => sum + label, 0)).toBe(212);
  });

  const drebin = sharedData("drebin/drebin215.csv.gz");
  test.skipIf(!drebin)("reads DREBIN-215, whose five missing cells must be told about", () => {
    const bytes = gunzip(readFileSync(drebin!));
    expect(() => readCsv(bytes)).toThrow(/a missing value/);
    const { features, labels, classNames } = readCsv(bytes, "drebin215.csv", { missing: 0 });
    expect([features.shape, classNames]).toEqual([
      [15036, 215],
      ["B", "S"],
    ]);
    expect(labels.reduce((sum, label) => sum + label, 0)).toBe(5560);
    expect(features.data.reduce((sum, value) => sum + value, 0)).toBe(501670);
  });
});
