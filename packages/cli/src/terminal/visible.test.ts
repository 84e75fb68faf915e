// Nothing that steers a terminal passes, and everything else does.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sentenceOf, visible, visibleJson } from "./visible.ts";

const anything = fc.string({ unit: "binary" });

it("text is free of control, escape and direction characters, and else as it was", () => {
  const steering = "\x00\x07\x08\r\x1b\x7f\x80\x9b\u061c\u200b\u200e\u202a\u202e\u2028\u2066\u2069\ufeff\u{e0041}";
  fc.assert(
    fc.property(fc.string({ unit: fc.oneof(fc.constantFrom(...steering), anything) }), (text) => {
      expect(visible(text)).not.toMatch(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      // What was written out can be read back.
      const back = visible(text.replaceAll("\\", "")).replaceAll(/\\u\{(\w+)\}/g, (_, code) =>
        String.fromCodePoint(Number.parseInt(code, 16)),
      );
      expect(back).toBe(text.replaceAll("\\", ""));
    }),
  );
  expect(visible("a\tb\nc é 漢 👩‍💻")).toBe("a\tb\nc é 漢 👩‍💻");
});

it("a sentence is one line of bounded length that keeps its beginning and its end", () => {
  fc.assert(
    fc.property(anything, fc.nat(20_000), (text, times) => {
      const line = sentenceOf(`begun${text}\n${"x".repeat(times)}; what to do`, 100);
      expect(line).not.toContain("\n");
      expect(line.length).toBeLessThanOrEqual(100);
      expect(line).toMatch(/^begun.*; what to do$/);
    }),
  );
});

it("a JSON document stays the same document", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (document) => {
      const text = visibleJson(document);
      expect(visible(text)).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(document)));
    }),
  );
});

it("nothing is written past it", () => {
  const source = fileURLToPath(new URL("..", import.meta.url));
  const writers = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .filter((path) =>
      /process\.std(out|err)\.write|console\.(log|error|warn)/.test(readFileSync(join(source, path), "utf8")),
    );
  // Words of our own, and what they make visible themselves.
  expect(writers.sort()).toEqual([
    "command.ts",
    "commands/dataGet.ts",
    "runCommandLine.ts",
    "terminal/print.ts",
    "watchedCommand.ts",
  ]);
});
