import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseFromSparse, sparseType } from "../sparse.ts";
import { readSparseRows, readSvmlight, svmlightReader } from "./svmlight.ts";

const read = (text: string, columns?: number, zeroBased?: boolean) =>
  readSvmlight(new TextEncoder().encode(text), "apps.svmlight", { columns, zeroBased });

describe("svmlight", () => {
  it("reads labels, entries, comments, empty rows and blank lines", () => {
    const text = "# two classes\n+1 1:0.5 4:-2e-1 # an app\n\n-1\r\n7 2:1 3:0";
    const { features, labels } = read(text);
    expect(labels).toEqual([1, -1, 7]);
    expect([features.rows, features.columns]).toEqual([3, 4]);
    expect([...features.start]).toEqual([0, 2, 2, 3]);
    expect([...features.index]).toEqual([0, 3, 1]);
    expect([...features.value]).toEqual([0.5, -0.2, 1]);
  });

  it("reads any matrix written as svmlight, with the columns declared", () => {
    const row = fc.array(fc.oneof(fc.constant(0), fc.double({ noNaN: true, noDefaultInfinity: true })), {
      minLength: 5,
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer(), row), { minLength: 1, maxLength: 6 }), (rows) => {
        const lines = rows.map(([label, values]) =>
          [label, ...values.flatMap((value, i) => (value === 0 ? [] : [`${i + 1}:${value}`]))].join(" "),
        );
        const { features, labels } = read(lines.join("\n"), 5);
        expect(labels).toEqual(rows.map(([label]) => label));
        expect([...denseFromSparse(features).data]).toEqual(rows.flatMap(([, values]) => values.map((v) => v || 0)));
      }),
    );
  });

  it.each([
    ["1 1:1\n1 0:1", /line 2 of apps\.svmlight: expected columns that count from 1, got "0:1"; say --zero-based/],
    ["1 1:1\n1 3:1 3:1", /line 2 of .* \(last was 3\), got "3:1"/],
    ["1 3:1 2:1", /\(last was 3\), got "2:1"/],
    ["0.5 1:1", /expected an integer label first, got "0\.5"/],
    ["1:1 2:1", /expected an integer label first/],
    ["1 x:1", /expected index:value, got "x:1"/],
    ["1 2:", /expected index:value/],
    ["1 2:nan", /expected index:value/],
    ["1 qid:3 2:1", /expected index:value, got "qid:3"/],
    ["1 99999999999:1", /index 99999999999/],
  ])("refuses %j", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("reads files that count from 0 where told so", () => {
    const { features } = read("1 0:0.5 4:2\n0\n1 1:3", undefined, true);
    expect([features.columns, ...features.index]).toEqual([5, 0, 4, 1]);
    expect(read("1 1:3", 2, true).features).toEqual(read("1 2:3", 2).features);
    expect(() => read("1 5:1", 5, true)).toThrow(/at most the declared 5 columns, got index 5/);
    expect(() => read("1 0:1 0:2", undefined, true)).toThrow(/indices ascending from 0 \(last was 0\), got "0:2"/);
  });

  it("refuses an index above the declared columns", () => {
    expect(() => read("1 6:1", 5)).toThrow(/at most the declared 5 columns, got index 6/);
  });

  it("reads the same from pieces of any size", () => {
    const text = new TextEncoder().encode("\ufeff+1 1:0.5 4:-2e-1 # an app\n\n-1\r\n7 2:1 3:0");
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
        const reader = svmlightReader("apps.svmlight");
        for (let at = 0, i = 0; at < text.length; at += sizes[i++ % sizes.length]) {
          reader.push(text.subarray(at, at + sizes[i % sizes.length]));
        }
        expect(reader.end()).toEqual(readSvmlight(text));
      }),
    );
  });

  it("refuses more columns than anybody means, unless they are declared", () => {
    expect(() => read("1 2147483647:1")).toThrow(
      /at most 67108864 columns that only an index tells of, got index 2147483647; .*--columns/,
    );
    expect(read("1 70000000:1", 70_000_000).features.columns).toBe(70_000_000);
  });

  it.each([
    ["1 1:0.1 2:1e-3 3:16777216", "float32"],
    ["1 1:16777217", "float64"],
    ["1 1:0.1\n1 1:1e300", "float64"],
    ["1 1:1e-300", "float64"],
  ])("keeps the numbers of %j in %s", async (text, type) => {
    const pieces = async function* () {
      yield new TextEncoder().encode(text);
    };
    const { features } = await readSparseRows(pieces, "apps.svmlight");
    const exact = read(text).features;
    expect(sparseType(features)).toBe(type);
    const round = type === "float32" ? Math.fround : Number;
    expect([...features.value]).toEqual(Array.from(exact.value, round));
    expect({ ...features, value: 0 }).toEqual({ ...exact, value: 0 });
  });
});
