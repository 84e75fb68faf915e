// Which columns of a table the attack moves, and rows before and after, in plain words.

import { percentage, short } from "../numbers.ts";
import type { CellChange, ColumnMove, ColumnMoves } from "../study/audit/columnMoves.ts";
import type { Content } from "./content.ts";
import { csvField, csvPieces } from "./csv.ts";
import { html, type Markup } from "./html.ts";
import { headerOf } from "./outputs.ts";

/** Columns that are listed. */
const LISTED = 15;

/** The section on columns: of the points that mislead the target, in how many each column moved, and ten of them. */
export function columnSection({ surrogate, epsilon, columns, rows }: ColumnMoves, measure: string): Markup {
  const moving = columns
    .filter(({ moved }) => moved.count > 0)
    .toSorted((a, b) => vulnerability(b) - vulnerability(a) || (b.meanSize ?? 0) - (a.meanSize ?? 0));
  const still = columns.length - moving.length;
  if (moving.length === 0)
    return html`<p>Points crafted on ${surrogate} with ${measure} ε = ${epsilon} are where their rows are.</p>`;
  return html`<p>Points crafted on ${surrogate} with ${measure} ε = ${epsilon}. A column that moves in most of the points which mislead the target is one
that the target should not lean on, or that should be checked where it comes from; that it moves does not say that it had to.
${still > 0 && `Columns that do not move: ${still} of ${columns.length}.`} Changes are in the column's own unit, over the points in which it moves.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Columns that move"><table><thead><tr><th scope="col">column</th><th scope="col">moves in points that mislead</th>
<th scope="col">in all points</th><th scope="col">mean change</th><th scope="col">largest</th><th scope="col">rises</th></tr></thead><tbody>
${moving.slice(0, LISTED).map(columnRow)}</tbody></table></div>
${moving.length > LISTED && html`<p>${moving.length - LISTED} more are in columns.csv.</p>`}
${
  rows.length > 0 &&
  html`<h3>${rows.length === 1 ? "A row" : `The first ${rows.length} rows`} that mislead the target</h3>
<ul class="rows">${rows.map(({ index, label, says, changes }) => html`<li>Row ${index}, ${label}, taken for ${says}: ${inWords(changes)}</li>`)}</ul>`
}`;
}

/** In how many of the points that mislead the target a column moves; of all points where there are none. */
function vulnerability({ moved, movedOfFooled }: ColumnMove): number {
  return (movedOfFooled ?? moved).estimate;
}

function columnRow({ name, moved, movedOfFooled, rises, meanChange, largestChange }: ColumnMove): Markup {
  const number = (value: number | undefined) => (value === undefined ? "–" : short(value));
  return html`<tr><th scope="row">${name}</th><td>${movedOfFooled ? percentage(movedOfFooled.estimate) : "–"}</td><td>${percentage(moved.estimate)}</td>
<td>${number(meanChange)}</td><td>${number(largestChange)}</td><td>${rises === undefined ? "–" : percentage(rises)}</td></tr>`;
}

/** Changes that are written out; a row of pixels or flags may have hundreds. */
const WRITTEN = 8;

/** What changed in a row: "income 41,200 -> 43,900; number of loans 3 -> 2". */
export function inWords(changes: readonly Omit<CellChange, "size">[]): string {
  if (changes.length === 0) return "nothing changed";
  const shown = changes.slice(0, WRITTEN).map(({ name, before, after }) => {
    const [from, to] =
      typeof before === "number" && typeof after === "number"
        ? apartPlain(before, after)
        : [String(before), String(after)];
    return `${name} ${from} -> ${to}`;
  });
  const more = changes.length > WRITTEN ? `; and ${changes.length - WRITTEN} more` : "";
  return `${shown.join("; ")}${more}`;
}

/** Two numbers in as few digits, four at least, as tell them apart; thousands are set apart by commas. */
function apartPlain(a: number, b: number): readonly [string, string] {
  for (let digits = 4; digits < 15; digits++) {
    const [from, to] = [a, b].map((value) => plain(value, digits));
    if (from !== to) return [from, to];
  }
  return [String(a), String(b)];
}

function plain(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size !== 0 && (size >= 1e15 || size < 1e-6)) return rounded.toExponential().replace(/^-/, "−");
  const [whole, fraction] = size.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 }).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${rounded < 0 ? "−" : ""}${grouped}${fraction ? `.${fraction}` : ""}`;
}

/** columns.csv: a line for each model crafted on, budget and column. */
export function columnsCsv(moves: readonly ColumnMoves[]): Content {
  const lines = moves.flatMap(({ surrogate, epsilon, columns }) =>
    columns.map(({ name, moved, movedOfFooled, rises, meanChange, largestChange }) => [
      ...[
        csvField(surrogate),
        epsilon,
        csvField(name),
        moved.count,
        moved.n,
        movedOfFooled?.count ?? "",
        movedOfFooled?.n ?? "",
      ],
      ...[rises ?? "", meanChange ?? "", largestChange ?? ""],
    ]),
  );
  return csvPieces(headerOf("columns"), lines);
}
