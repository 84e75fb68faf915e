import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@carom/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { gzipped } from "./gzip.ts";
import { keepingResults, requireFree, runFolder, writeFolder, writeWhole } from "./output.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "carom-output-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const content = () => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

describe("output", () => {
  it("writes files and folders whole, with the folders above them", async () => {
    await writeWhole(join(folder, "a", "one.txt"), "one");
    await writeFolder(join(folder, "b"), { "two.txt": "two", "c/three.bin": Uint8Array.of(3) });
    expect(content()).toEqual(["a", "a/one.txt", "b", "b/c", "b/c/three.bin", "b/two.txt"]);
    expect(readFileSync(join(folder, "b", "c", "three.bin"))).toEqual(Buffer.of(3));
  });

  it("writes what comes in pieces, texts or bytes, made at once or in time", async () => {
    async function* later() {
      for (const text of ["a", "é", "", "c"]) yield text;
    }
    await writeFolder(join(folder, "b"), {
      texts: ["a", "é", "", "c"],
      bytes: [Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)],
      later: later(),
    });
    expect(readFileSync(join(folder, "b", "texts"), "utf8")).toBe("aéc");
    expect(readFileSync(join(folder, "b", "bytes"))).toEqual(Buffer.of(1, 2, 3));
    expect(readFileSync(join(folder, "b", "later"), "utf8")).toBe("aéc");
  });

  it("leaves nothing where the making of a piece fails, and tells that results are kept", async () => {
    function* broken() {
      yield "begun";
      throw new Error("no more");
    }
    const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    for (const files of [{ "a.csv": broken() }, { "a.csv.gz": gzipped(broken()) }]) {
      await expect(keepingResults(() => writeFolder(join(folder, "run"), files))).rejects.toThrow("no more");
      expect(told).toHaveBeenLastCalledWith(expect.stringMatching(/^carom: what was computed is in the store/));
    }
    expect(await keepingResults(async () => 1)).toBe(1);
    expect(told).toHaveBeenCalledTimes(2);
    told.mockRestore();
    expect(content()).toEqual([]);
  });

  it("leaves nothing where it fails half way", async () => {
    // The second file would have to lie inside the first.
    await expect(writeFolder(join(folder, "run"), { a: "1", "a/b": "2" })).rejects.toThrow(InputError);
    mkdirSync(join(folder, "taken"));
    await expect(writeWhole(join(folder, "taken"), "text")).rejects.toThrow(/^invalid output .*choose another/);
    expect(content()).toEqual(["taken"]);
  });

  it("tells a free place from one that is taken, and leaves no trace of having looked", async () => {
    writeFileSync(join(folder, "file"), "");
    symlinkSync("nowhere", join(folder, "link"));
    await requireFree(join(folder, "new", "deep", "run"), "folder");
    for (const name of ["file", "link"]) {
      await expect(requireFree(join(folder, name), "folder")).rejects.toThrow(/got one that exists/);
    }
    await expect(requireFree(join(folder, "file", "run"), "folder")).rejects.toThrow(
      /through something that is no folder/,
    );
    expect(content()).toEqual(["file", "link"]);
  });

  it("names a run's folder by verb, time and question", () => {
    const now = new Date("2024-02-03T04:05:06.789Z");
    const name = runFolder("audit", { seed: 1 }, now);
    expect(name).toMatch(/^carom-runs.audit-20240203-040506-[0-9a-f]{8}$/);
    expect(runFolder("audit", { seed: 1 }, now)).toBe(name);
    expect(runFolder("audit", { seed: 2 }, now)).not.toBe(name);
  });
});
