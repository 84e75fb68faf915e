import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeLabels } from "../labels.ts";
import { openNpz } from "./npz.ts";

const file = readFileSync(new URL("../../../../../fixtures/npz/labels.npz", import.meta.url));
const archive = openNpz(new Uint8Array(file), "labels.npz");
const classes = (name: string) => {
  const { labels, classNames } = encodeLabels(archive.readLabels(name).data);
  return Array.from(labels, (k) => classNames[k]);
};

describe("labels that NumPy wrote", () => {
  it.each(["text", "wide", "big", "bytes", "objects", "column"])("words: %s", (name) => {
    expect(classes(name)).toEqual(["cat", "dog", "äöü", "cat"]);
  });

  it.each(["integers", "floats", "digits", "numbers", "scalars"])("integers: %s", (name) => {
    expect(classes(name)).toEqual(["10", "9", "-1", "10"]);
  });

  it("truth values", () => {
    expect(classes("flags")).toEqual(["True", "False", "True", "True"]);
  });

  it("refuses rows without a label, mixtures and objects of another kind", () => {
    expect(() => classes("holes")).toThrow(/a label in every row, got none in 1 of 4: row 1 /);
    expect(() => classes("nan")).toThrow(/a label in every row, got none in 1 of 4: row 2 /);
    expect(() => classes("mixed")).toThrow(/integers alone, or words alone/);
    expect(() => classes("lists")).toThrow(/objects .*numpy\.unique\(y, return_inverse=True\)/);
    expect(() => archive.read("text")).toThrow(/unsupported element type/);
  });
});
