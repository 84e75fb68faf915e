// What is written of an audit is read again as it was; what is none, or lacks what readers look up, is refused.

import { expect, test } from "vitest";
import { madeUpAudit } from "../../../test/auditResult.ts";
import { jsonText } from "../../report/json.ts";
import { metricsIn, readAuditResult } from "./resultSchema.ts";

const text = jsonText(madeUpAudit());
const written = () => JSON.parse(text);

test("all that is written is read", () => {
  expect(readAuditResult(metricsIn(text, "m"), "m")).toEqual(madeUpAudit());
});

/** Every place of a document: the object or list, and the key in it. */
function places(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== "object" || value === null) return [];
  const own = value as Record<string, unknown>;
  return Object.keys(own).flatMap((key) => [[own, key] as [typeof own, string], ...places(own[key])]);
}

test("wherever a part is of another kind, or missing, the document is refused, or read without it", () => {
  const count = places(written()).length;
  const chosen = Array.from({ length: 40 }, (_, i) => Math.floor((i * count) / 40));
  let refused = 0;
  for (const i of chosen) {
    for (const spoil of [undefined, {}, -1.5, "x", [null]]) {
      const document = written();
      const [owner, key] = places(document)[i];
      if (spoil === undefined) delete owner[key];
      else owner[key] = spoil;
      try {
        expect(readAuditResult(JSON.parse(JSON.stringify(document)), "m")).toBeDefined();
      } catch (error) {
        expect((error as Error).message).toMatch(/^invalid m: expected the metrics\.json of an audit, got .*; /);
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(chosen.length);
});

test("models that cells name, the target in the first place, and a number for each budget must be there", () => {
  const { models, cells, standings, ...rest } = written();
  const spoilt = [
    { models: models.slice(1), cells, standings },
    { models: [...models.slice(1), models[0]], cells, standings },
    { models, cells: [{ ...cells[0], surrogate: "nobody" }], standings },
    { models, cells, standings: { ...standings, white: [] } },
  ];
  for (const each of spoilt) expect(() => readAuditResult({ ...rest, ...each }, "m")).toThrow(/metrics\.json/);
  expect(() => metricsIn("<html>", "m")).toThrow(/invalid m: .*no JSON/);
});
