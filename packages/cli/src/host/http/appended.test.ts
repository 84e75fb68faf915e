// A disk that is full takes a part of what it is given: a line is in the file whole, or not at all and told.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { temporaryFolder } from "../../../test/run.ts";
import { appendTo } from "./appended.ts";

/** How many bytes each call of the system takes; none is left where the disk is full. */
const disk = vi.hoisted(() => ({ takes: [] as number[] }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return {
    ...fs,
    writeSync(file: number, bytes: Buffer, offset: number) {
      const most = disk.takes.shift() ?? 0;
      if (most === 0) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      return fs.writeSync(file, bytes, offset, Math.min(most, bytes.length - offset));
    },
  };
});

const folder = temporaryFolder();
let counter = 0;

it("holds what was added without a fault, and nothing of the rest", () => {
  const lines = fc.array(
    fc.string({ unit: "grapheme" }).map((text) => `${text.replaceAll("\n", "")}\n`),
    { minLength: 1 },
  );
  const takes = fc.array(fc.integer({ min: 0, max: 12 }));
  fc.assert(
    fc.property(lines, takes, (texts, each) => {
      disk.takes = [...each];
      const path = join(folder, `${counter++}`);
      const file = appendTo(path);
      const kept = texts.filter((text) => {
        try {
          file.append(text);
          return true;
        } catch (error) {
          expect(error).toMatchObject({ code: "ENOSPC" });
          return false;
        }
      });
      file.close();
      expect(readFileSync(path, "utf8")).toBe(kept.join(""));
    }),
  );
});
