// Ledgers that something happened to: what is counted is never less than what was sent, or opening one is refused.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@carom/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../test/run.ts";
import { openLedger } from "./ledger.ts";
import { readLedger } from "./ledgerFile.ts";

const folder = temporaryFolder();
let counter = 0;
const options = { target: { address: "http://host" }, audit: "ours", maxQueries: 1e9, name: "target" };

/** A ledger as runs of two audits leave it, and the rows that ours sent. */
function written(steps: readonly number[]) {
  const path = join(folder, `${counter++}.jsonl`);
  for (const audit of ["ours", "theirs", "ours"]) {
    const ledger = openLedger({ ...options, path, audit });
    for (const [i, rows] of steps.entries()) {
      ledger.reserve(rows);
      ledger.record(`${audit} ${i}`, [rows, 1]);
    }
    ledger.close();
  }
  return { path, sent: 2 * steps.reduce((sum, rows) => sum + rows, 0) };
}

const steps = fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 2, maxLength: 5 });

/** What reading a file counts; undefined where it is refused. */
function counted(path: string): number | undefined {
  try {
    return readLedger(path, "ours", true).sent;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return undefined;
  }
}

it("is read as it was written", () => {
  fc.assert(
    fc.property(steps, (each) => {
      const { path, sent } = written(each);
      const { answers, isEmpty } = readLedger(path, "ours", true);
      expect([counted(path), answers.size, isEmpty]).toEqual([sent, 2 * each.length, false]);
      expect(answers.get("theirs 1")).toEqual([each[1], 1]);
    }),
    { numRuns: 30 },
  );
});

it("with a line altered, lost, doubled or joined to the next never counts less", () => {
  const damage = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom("flip", "lose", "double", "join", "zeros", "half"),
    byte: fc.integer({ min: 1, max: 255 }),
    column: fc.nat(),
  });
  fc.assert(
    fc.property(steps, damage, (each, { at, kind, byte, column }) => {
      const { path, sent } = written(each);
      const lines = readFileSync(path, "latin1").trimEnd().split("\n");
      // The last count is vouched for by no later one, and what follows it are answers.
      const line = at % (lines.length - 2);
      const text = lines[line];
      const place = column % text.length;
      const flipped = String.fromCharCode(text.charCodeAt(place) ^ byte);
      const changed = {
        flip: [text.slice(0, place) + flipped + text.slice(place + 1)],
        lose: [],
        double: [text, text],
        join: [text + lines[line + 1]],
        zeros: ["\0".repeat(text.length)],
        half: [text.slice(0, place)],
      }[kind];
      lines.splice(line, kind === "join" ? 2 : 1, ...changed);
      writeFileSync(path, `${lines.join("\n")}\n`, "latin1");
      expect(counted(path) ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(sent);
    }),
    { numRuns: 400 },
  );
});

it("cut anywhere in its last line counts what was sent before it, and goes on", () => {
  fc.assert(
    fc.property(steps, fc.nat(), (each, at) => {
      const { path, sent } = written(each);
      const text = readFileSync(path);
      const last = text.lastIndexOf("\n", text.length - 2) + 1;
      writeFileSync(path, text.subarray(0, last + (at % (text.length - last))));
      expect(counted(path)).toBe(sent);
      const ledger = openLedger({ ...options, path });
      ledger.reserve(7);
      ledger.close();
      expect(counted(path)).toBe(sent + 7);
    }),
    { numRuns: 50 },
  );
});

it.each([
  "null",
  "5",
  '"x"',
  "[1]",
  "true",
  '{"audit":"ours","sent":"10"}',
  '{"audit":"ours","sent":-1000}',
  "\xff\xfe",
])("with the line %s has no count that a budget could trust; without a budget it does not matter", (line) => {
  const path = join(folder, `${counter++}.jsonl`);
  writeFileSync(path, `{"carom":"ledger 1","target":{}}\n${line}\n{"row":"r","answer":[1]}\n`, "latin1");
  expect(() => openLedger({ ...options, path })).toThrow(/got line 2, which is damaged/);
  const ledger = openLedger({ ...options, path, maxQueries: Number.POSITIVE_INFINITY });
  expect(ledger.answerOf("r")).toEqual([1]);
  ledger.close();
});

it("of another version is left alone", () => {
  const path = join(folder, `${counter++}.jsonl`);
  writeFileSync(path, '{"carom":"ledger 2","target":{}}\n');
  expect(() => openLedger({ ...options, path, maxQueries: Number.POSITIVE_INFINITY })).toThrow(/unsupported ledger/);
});
