import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { InputError } from "@carom/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keepingResults } from "./keepingResults.ts";
import { inTemporaryFolder, writeDraft, writeFolder, writeWhole } from "./output.ts";
import { requireFree, runFolder } from "./outputPlace.ts";
import { partialName } from "./partial.ts";

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
    for (const files of [{ "a.csv": broken() }, { "a.csv.gz": { gzip: broken() } }]) {
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

  it("is kept or not there: a draft can be read, and what has taken its name meanwhile stays", async () => {
    const path = join(folder, "points.npz");
    const draft = await writeDraft(path, "whole");
    expect(draft.path).toMatch(/points\.partial-[0-9a-f]{8}-\d+(t\d+)?-\d+\.npz$/);
    expect(readFileSync(draft.path, "utf8")).toBe("whole");
    const other = await writeDraft(path, "other");
    await draft.keep();
    await expect(other.keep()).rejects.toThrow(/got one that something else has taken meanwhile; choose another place/);
    await writeFolder(join(folder, "run"), { a: "1" });
    await expect(writeFolder(join(folder, "run"), { a: "2" })).rejects.toThrow(/taken meanwhile/);
    expect(content()).toEqual(["points.npz", "run", "run/a"]);
    expect(readFileSync(path, "utf8") + readFileSync(join(folder, "run", "a"), "utf8")).toBe("whole1");
  });

  it.skipIf(process.platform === "win32")("is its user's alone", async () => {
    await writeWhole(join(folder, "points.npz"), "");
    await writeFolder(join(folder, "run"), { "figures/a": "1" });
    const modes = content().map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]);
    expect(Object.fromEntries(modes)).toEqual({
      ...{ "points.npz": "600", run: "700", "run/figures": "700", "run/figures/a": "600" },
    });
  });

  it.skipIf(process.platform === "win32")(
    "work in a temporary folder leaves none behind, and removes what a killed process has left there",
    async () => {
      vi.stubEnv("TMPDIR", folder);
      try {
        const { pid: gone } = spawnSync(process.execPath, ["-e", ""]);
        const left = partialName(join(folder, "work")).replace(`-${process.pid}`, `-${gone}`);
        const others = left.replace("work.", "other.");
        for (const path of [left, others]) mkdirSync(join(path, "inner"), { recursive: true });
        const found = await inTemporaryFolder("work", async (path) => {
          writeFileSync(join(path, "page"), "");
          return content();
        });
        expect(found.filter((name) => name.startsWith("work"))).toHaveLength(2);
        await expect(inTemporaryFolder("work", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
        expect(readdirSync(folder)).toEqual([basename(others)]);
      } finally {
        vi.unstubAllEnvs();
      }
    },
  );

  it("what killed runs have left is removed, and nothing that may be at work", async () => {
    const { pid: gone } = spawnSync(process.execPath, ["-e", ""]);
    const own = partialName(join(folder, "own.npz"));
    const left = own.replace("own.", "left.").replace(`-${process.pid}`, `-${gone}`);
    // Numbers of processes come again: one that began at another time is another.
    const again = own.replace("own.", "again.").replace(/t\d+-/, "t1-");
    // Whether a process of another host lives cannot be seen from here.
    const elsewhere = left.replace("left.", "other.").replace(/partial-[0-9a-f]{8}/, "partial-00000000");
    const long = elsewhere.replace("other.", "long.");
    for (const path of [own, left, again, elsewhere, long, join(folder, "a.partial-file")]) writeFileSync(path, "");
    utimesSync(long, 0, 0);
    await requireFree(join(folder, "new"), "folder");
    const unknown = process.platform === "linux" ? [] : [again];
    const kept = [join(folder, "a.partial-file"), elsewhere, own, ...unknown];
    expect(content()).toEqual(kept.map((path) => basename(path)).sort());
  });
});
