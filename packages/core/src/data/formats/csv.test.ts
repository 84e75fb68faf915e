import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedData } from "../../../test/sharedData.ts";
import { toNumbers } from "../../tensor.ts";
import type { TableOptions } from "../table/options.ts";
import { readCsv } from "./csv.ts";
import { gunzip } from "./gzip.ts";

const read = (text: string, options: TableOptions = {}) =>
  readCsv(new TextEncoder().encode(text), "table.csv", options);

describe("readCsv", () => {
  test("takes the last column for labels, integers in numerical order", () => {
    const { features, labels, classNames, featureNames } = read("1,2.5,10\n3,-4e2,9\n5,6,10\n");
    expect(features.shape).toEqual([3, 2]);
    expect(toNumbers(features)).toEqual([1, 2.5, 3, -400, 5, 6]);
    expect([classNames, Array.from(labels), featureNames]).toEqual([["9", "10"], [1, 0, 1], undefined]);
  });

  test("finds a header, a column of a usual name, quoted cells and a byte order mark", () => {
    const { labels, classNames, featureNames } = read('\uFEFFa,"Class",b\n1,"x, y",2\n3,w,4\n');
    expect([classNames, Array.from(labels), featureNames]).toEqual([
      ["w", "x, y"],
      [1, 0],
      ["a", "b"],
    ]);
  });

  test("takes the only column of words that repeat for labels, wherever it is", () => {
    const { features, classNames } = read("7,M,1.5\n8,B,2.5\n9,M,3\n4,B,4\n");
    expect([toNumbers(features), classNames]).toEqual([
      [7, 1.5, 8, 2.5, 9, 3, 4, 4],
      ["B", "M"],
    ]);
  });

  test("a column can be asked for by name, place or number, and others dropped", () => {
    for (const label of ["first", "1", "id"]) expect(read("id,a\n1,5\n2,6\n", { label }).featureNames).toEqual(["a"]);
    expect(read("id,a,k\n1,5,0\n2,6,1\n", { drop: ["id"] }).featureNames).toEqual(["a"]);
  });

  // Whether the first line holds names.
  test.each([
    ["0,1,2,label\n.5,1,3,0\n1.5,2,3,1\n", ["0", "1", "2"], ["0", "1"]],
    ["target,0,1\n0,.5,1\n1,1.5,2\n", ["0", "1"], ["0", "1"]],
    ["0,1,2,3\n.5,.1,.3,0\n1.5,2,3,1\n", ["0", "1", "2"], ["0", "1"]],
    ["1,2,3\n.5,.1,0\n1.5,2,1\n", ["1", "2"], ["0", "1"]],
    ["1990,1991,class\n.5,.1,0\n1.5,2,1\n", ["1990", "1991"], ["0", "1"]],
    ["a,b,kind\n1,2,x\n3,4,y\n", ["a", "b"], ["x", "y"]],
    ["0,1,kind\n1,2,x\n3,4,y\n3,5,y\n1,1,x\n", ["0", "1"], ["x", "y"]],
    ["# made by hand\n# in two columns\na,b,y\n1,2,0\n3,4,1\n", ["a", "b"], ["0", "1"]],
    ["# a,b,y\n1,2,0\n3,4,1\n", ["a", "b"], ["0", "1"]],
    ["5.1,3.5,x\n4.9,3,y\n5,3,x\n", undefined, ["x", "y"]],
    ["x,5.1,3.5\ny,4.9,3.5\nx,5,3.1\ny,5,2.5\n", undefined, ["x", "y"]],
    ["3,1,2\n1,5,3\n2,2,2\n", undefined, ["2", "3"]],
  ])("%j has names %j", (text, names, classes) => {
    const { featureNames, classNames } = read(text);
    expect([featureNames, classNames]).toEqual([names, classes]);
  });

  // Which column holds the labels.
  test.each([
    ["x,y,label\n1,2,0\n3,4,1\n", "label", "name"],
    ["X,Y,Label\n1,2,0\n3,4,1\n", "Label", "name"],
    ["y,x,class\n1,2,0\n3,4,1\n", "class", "name"],
    ["a,target,y\n1,0,5\n3,1,6\n", "target", "name"],
    ["a,y,b\n1,0,5\n3,1,6\n", "y", "name"],
    ["x,y,z\n1,2,0\n3,4,1\n", "z", "last"],
    ["x,y\n1,0\n3,1\n", "y", "last"],
    ["a,kind,b\n1,u,.5\n3,v,.5\n1,u,.25\n3,v,2\n", "kind", "texts"],
    ["when,a,outcome\n2024-01-01,1,0\n2024-01-02,2,1\n2024-01-03,2,1\n", "outcome", "last", { drop: ["when"] }],
  ] as [string, string, string, TableOptions?][])(
    "of %j the labels are in %j",
    (text, label, because, options = {}) => {
      expect(read(text, options).reading).toMatchObject({ label, labelBecause: because });
    },
  );

  test("classes are integers however they are written, in numerical order, and words otherwise", () => {
    const classes = (labels: string[]) =>
      read(`a,y\n${labels.map((label, i) => `${i}.5,${label}\n`).join("")}`).classNames;
    expect(classes(["10", "9", "9.0", "+9", "1e1", "-1"])).toEqual(["-1", "9", "10"]);
    expect(classes(["1.000000000000000000e+00", "0.000000000000000000e+00"])).toEqual(["0", "1"]);
    expect(classes(["b #2", "b", "é", '"b"'])).toEqual(["b", "b #2", "é"]);
    expect(classes(["9007199254740993", "9007199254740992"].map((digits) => `v${digits}`))).toHaveLength(2);
  });

  test.each([
    ["1,2\n3\n", {}, /line 2 of table\.csv: expected 2 cells, as in other lines, got 1/],
    ["a,b,c\n1,x,u\n2,y,v\n", {}, /column "b" of table\.csv: expected a finite number.*, got "x" in line 2/],
    ["a,b\n?,1\n2,0\n", {}, /column "a" of table\.csv: .*a missing value \("\?"\) in line 2; .*--missing/],
    ["a,b\n1,2\n", { label: "c" }, /unknown column "c": .*did you mean "a"/],
    ["", {}, /at least one line of values/],
    ["a,b,c\n", {}, /column|line/],
    ['a,b,y\n1,"1,234",0\n.5,2,1\n', {}, /column "b" of table\.csv: .*got "1,234" in line 2/],
    ["a,b,y\n1,5%,0\n.5,2,1\n", {}, /got "5%" in line 2/],
    ["a,b,y\n1,Infinity,0\n.5,2,1\n", {}, /got "Infinity" in line 2/],
    ["a,b,y\n1,NaN,0\n.5,2,1\n", {}, /a missing value \("NaN"\) in line 2/],
    ["a,b,y\n1,2,0\n\n3,4,\n5,6,?\n7,8,1\n", {}, /labels of table\.csv: .*none in 2 of 4: line 4, 5/],
    ["a,b,y\n1,2,0\n3,4,spam\n", {}, /integers alone, or words alone, got "0" in line 2 and "spam" in line 3/],
    ["a,b,y\n1,2,.5\n3,4,1\n", {}, /integers or words, one per class, got \.5 in line 2/],
    ["row,a,b,y\n0,.5,2,0\n1,3,4,1\n2,3,5,0\n", {}, /another whole number in each row.*--drop "row".*--keep "row"/],
    ["1,.5,2,0\n2,3,4,1\n3,3,5,0\n", {}, /another whole number in each row/],
    ["id,a,y\n1,.5,0\n2,3,1\n3,3,0\n", {}, /column "id".*another whole number in each row/],
    ["a,Id,y\n.5,7,0\n3,2,1\n3,9,0\n", {}, /column "Id".*another whole number in each row.*--drop "Id"/],
    [",rownames,a,y\n0,1,.5,0\n1,2,3,1\n2,3,3,0\n", {}, /column "rownames".*--keep "rownames"/],
    [",Unnamed: 0,a,y\n0,0,.5,0\n1,1,3,1\n2,2,3,0\n", {}, /column "Unnamed: 0".*--drop "Unnamed: 0"/],
    ["Unnamed: 0.1,Unnamed: 0,a,y\n0,0,1,0\n1,1,3,1\n2,2,3,0\n", {}, /column "Unnamed: 0\.1".*--drop "Unnamed: 0\.1"/],
    ["a;b;y\n1,234;5,678;0\n2,345;1,000;1\n", {}, /"1,234" in line 2, which may be 1\.234 or 1234; say --decimal/],
    ["0,1\n5,1\n3,0\n", {}, /first line of table\.csv.*--names yes or --names no/],
    ["0,1,2\n5,1,1\n3,0,2\n", {}, /--names yes or --names no/],
    ["1.5,abc,2\n3,4,5\n7,8,9\n", {}, /--names yes or --names no/],
    ["sex,age,died\nm,50,0\nf,60,1\nm,70,1\nf,80,0\n", {}, /several: "sex" and "died"; .*--label/],
    ["a,label,label\n1,0,1\n2,1,0\n", {}, /several: 2 and 3|columns/],
    [
      `a,b,c\n${Array.from({ length: 30 }, (_, i) => `.5,${i % 7},${17 * i}\n`).join("")}`,
      {},
      /30 different values in 30 rows of the last column, "c".*--label "c" if/,
    ],
    ["a,b,c\n1,2,7\n3,4,7\n", {}, /"7" in every row of the last column, "c".*--label/],
    ['a,b,y\n1,"2,0\n3,4,1\n', {}, /line 2 of table\.csv: .*quote that is not closed/],
    ['a,b,y\n1,"2"3,0\n3,4,1\n', {}, /line 2 of table\.csv: .*text after a closing quote/],
    ["a\n1\n2\n", {}, /at least two columns, got lines without a comma, semicolon, tab, pipe or space/],
    ["a,b,y,\n1,2,0,\n3,4,1,5\n", {}, /column|last column/],
    ["a,b\n1,2\n", { drop: ["a"] }, /at least one column of features/],
  ] as [string, TableOptions, RegExp][])("%j is refused in one sentence", (text, options, sentence) => {
    expect(() => read(text, options)).toThrow(sentence);
  });

  test("leaves out an empty last column, and says so", () => {
    for (const text of ["a,b,y,\n1,2,0,\n3,4,1,\n", "a,b,y\n1,2,0,\n3,4,1,\n", "a,b,y,\n1,2,0\n3,4,1\n"]) {
      const { featureNames, classNames } = read(text);
      expect([featureNames, classNames]).toEqual([
        ["a", "b"],
        ["0", "1"],
      ]);
    }
    expect(read("a,b,y,\n1,2,0,\n3,4,1,\n").reading.emptyLast).toBe(true);
  });

  test("fills missing values where told with what, whatever marks them", () => {
    const filled = read("a,b,y\n?,NA,0\n,null,1\n2,n/a,0\n", { missing: -1 });
    expect(toNumbers(filled.features)).toEqual([-1, -1, -1, -1, 2, -1]);
    expect(filled.reading.filled).toBe(5);
    expect(toNumbers(read("a,b,y\n-999,.5,0\n1,-999.0,1\n", { missing: 0, na: ["-999"] }).features)).toEqual([
      0, 0.5, 1, 0,
    ]);
    expect(read("a,y\n1,NA\n2,None\n3,NA\n", { na: [] }).classNames).toEqual(["NA", "None"]);
  });

  test("bytes that are no UTF-8 are refused until it is said what they are", () => {
    const latin = Uint8Array.from("größe,y\n1,ü\n2,ö\n3,ü\n", (char) => char.charCodeAt(0));
    expect(() => readCsv(latin, "latin.csv")).toThrow(
      /line 1 of latin\.csv: expected text in UTF-8.*--encoding latin1/,
    );
    const table = readCsv(latin, "latin.csv", { encoding: "latin1" });
    expect([table.featureNames, table.classNames]).toEqual([["größe"], ["ö", "ü"]]);
    const labels = Uint8Array.from("a,y\n1,ü\n2,ö\n3,ü\n", (char) => char.charCodeAt(0));
    expect(() => readCsv(labels, "latin.csv")).toThrow(/expected text in UTF-8/);
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
    expect(toNumbers(features).reduce((sum, value) => sum + value, 0)).toBe(501670);
  });
});
