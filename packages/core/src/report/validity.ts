// What became of the rules of a table: points that mislead and obey them, and points that would mislead but break one.

import { percent } from "../numbers.ts";
import { mean } from "../stats/describe.ts";
import type { AuditCell, Transfer } from "../study/result.ts";
import type { Rate } from "../transfer/rates.ts";
import { html, type Markup } from "./html.ts";

type Measured = Pick<Transfer, "cells">;

/** Cells of one source of points at one budget, over models that judged and repetitions. */
interface Source {
  readonly surrogate: string;
  readonly attacker?: string;
  readonly epsilon: number;
  readonly cells: readonly AuditCell[];
}

function sourcesOf(repetitions: readonly Measured[]): readonly Source[] {
  const sources = new Map<string, Source & { readonly cells: AuditCell[] }>();
  for (const cell of repetitions.flatMap(({ cells }) => cells)) {
    if (!cell.wrongButInvalid) continue;
    const { surrogate, attacker, epsilon } = cell;
    const key = JSON.stringify([surrogate, attacker, epsilon]);
    const source = sources.get(key);
    if (source) source.cells.push(cell);
    else sources.set(key, { surrogate, ...(attacker !== undefined && { attacker }), epsilon, cells: [cell] });
  }
  return [...sources.values()];
}

/**
 * A line for each source of points and budget, over the models `judges` that judge them; nothing where there are no
 * rules.
 */
export function validityTable(
  repetitions: readonly Measured[],
  judges: readonly string[],
  name: (source: { readonly surrogate: string; readonly attacker?: string }) => string,
): Markup | false {
  const sources = sourcesOf(repetitions);
  if (sources.length === 0) return false;
  const average = (cells: readonly AuditCell[], of: (cell: AuditCell) => Rate | undefined) => {
    const share = mean(cells.flatMap((cell) => of(cell)?.estimate ?? []));
    return share === undefined ? "–" : percent(share);
  };
  const rows = sources.map(({ epsilon, cells, ...source }) => {
    const judged = cells.filter(({ target }) => judges.includes(target));
    return html`<tr><th scope="row">${name(source)}</th><td>${epsilon}</td>
<td>${average(judged, ({ success }) => success)}</td><td>${average(cells, ({ wrongButInvalid }) => wrongButInvalid)}</td>
<td>${average(cells, ({ brokeRules }) => brokeRules)}</td></tr>`;
  });
  return html`<p>A point that breaks a rule of the features file is put back before any model judges it, so what counts as success obeys all
rules. Valid and wrong: of the points that a target got right before, in percent, those that it gets wrong. Wrong but invalid: of all
points, those that would have misled the model they were crafted on, but broke a rule. Means over targets${repetitions.length > 1 && " and repetitions"}.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Rules"><table><thead><tr><th scope="col">crafted on</th><th scope="col">ε</th>
<th scope="col">valid and wrong</th><th scope="col">wrong but invalid</th><th scope="col">broke a rule</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
