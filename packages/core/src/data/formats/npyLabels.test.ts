import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { unpacker } from "../../../test/unpacker.ts";
import { encodeLabels } from "../labels.ts";
import { openNpzFile } from "./npz.ts";
import { bytesSource } from "./zip.ts";

const file = readFileSync(new URL("../../../../../fixtures/npz/labels.npz", import.meta.url));
const archive = openNpzFile(bytesSource(file), unpacker, "labels.npz");
const classes = async (name: string) => {
  const { labels, classNames } = encodeLabels((await (await archive).readLabels(name)).data);
  return Array.from(labels, (k) => classNames[k]);
};

describe("labels that NumPy wrote", () => {
  it.each(["text", "wide", "big", "bytes", "objects", "column"])("words: %s", async (name) => {
    expect(await classes(name)).toEqual(["cat", "dog", "äöü", "cat"]);
  });

  it.each(["integers", "floats", "digits", "numbers", "scalars"])("integers: %s", async (name) => {
    expect(await classes(name)).toEqual(["10", "9", "-1", "10"]);
  });

  it("truth values", async () => {
    expect(await classes("flags")).toEqual(["True", "False", "True", "True"]);
  });

  it("refuses rows without a label, mixtures and objects of another kind", async () => {
    await expect(classes("holes")).rejects.toThrow(/a label in every row, got none in 1 of 4: row 1 /);
    await expect(classes("nan")).rejects.toThrow(/a label in every row, got none in 1 of 4: row 2 /);
    await expect(classes("mixed")).rejects.toThrow(/integers alone, or words alone/);
    await expect(classes("lists")).rejects.toThrow(/objects .*numpy\.unique\(y, return_inverse=True\)/);
    await expect((await archive).read("text")).rejects.toThrow(/unsupported element type/);
  });
});
