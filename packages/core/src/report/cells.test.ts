// Tables of cells: one set of columns for audits and studies of either kind, each number where its name says.

import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { madeUpAudit } from "../../test/auditResult.ts";
import { rate } from "../transfer/rates.ts";
import { cellsCsv } from "./cells.ts";

const table = (...given: Parameters<typeof cellsCsv>): Record<string, string>[] =>
  parse([...cellsCsv(...given)].join(""), { columns: true });

test("a row for each cell of each repetition, with the alignment of its pair", () => {
  const result = madeUpAudit();
  const rows = table([result, result]);
  expect(rows).toHaveLength(2 * result.cells.length);
  for (const [i, cell] of result.cells.entries()) {
    const row = rows[result.cells.length + i];
    const { estimate, low, high, n } = cell.errorUnderAttack;
    expect(row).toMatchObject({ repetition: "1", surrogate: cell.surrogate, target: cell.target });
    expect([row.budget, row.error_under_attack, row.error_low, row.error_high, row.n].map(Number)).toEqual(
      [cell.epsilon, estimate, low, high, n], //
    );
    const own = result.pairs.find(({ surrogate, target }) => surrogate === cell.surrogate && target === cell.target);
    expect(row.alignment).toBe(own ? String(own.alignment.estimate) : "");
  }
});

test("poisoning has the same columns, with its fraction as the budget", () => {
  const error = rate(3, 10);
  const cell = { surrogate: "a", target: "b", fraction: 0.1, points: 7, errorUnderAttack: error, netIncrease: error };
  const [row] = table([{ models: [], cells: [cell], pairs: [] }]);
  expect(Object.keys(row)).toEqual(Object.keys(table([madeUpAudit()])[0]));
  expect(row).toMatchObject({ budget: "0.1", points: "7", success: "", gradients: "" });
});
