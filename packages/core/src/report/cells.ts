// Cells as a table, the same columns whatever was asked: what was not measured is empty.

import type { Interval } from "../stats/sample.ts";
import { budgetOf, type Measured, type MeasuredCell } from "../study/measured.ts";
import type { AuditCell } from "../study/result.ts";
import { csvPieces } from "./csv.ts";
import { headerOf, tables } from "./outputs.ts";

/** A cell of any kind of study. */
type AnyCell = MeasuredCell & Partial<Omit<AuditCell, keyof MeasuredCell>> & { readonly points?: number };

type Value = string | number | undefined;

/** The value of each column of the dictionary (`tables.cells`). */
const values: Readonly<Record<string, (cell: AnyCell, repetition: number, alignment: Interval | undefined) => Value>> =
  {
    repetition: (_, repetition) => repetition,
    surrogate: ({ surrogate }) => surrogate,
    attacker: ({ attacker }) => attacker,
    target: ({ target }) => target,
    budget: budgetOf,
    points: ({ points }) => points,
    n: ({ errorUnderAttack }) => errorUnderAttack.n,
    ...interval("error", (cell) => cell.errorUnderAttack, "error_under_attack"),
    success: ({ success }) => success?.estimate,
    success_n: ({ success }) => success?.n,
    ...interval("targeted", (cell) => cell.targeted, "targeted_success"),
    ...interval("net", (cell) => cell.netIncrease, "net_increase"),
    same_wrong_class: ({ sameWrongClass }) => sameWrongClass?.estimate,
    other_wrong_class: ({ otherWrongClass }) => otherWrongClass?.estimate,
    loss_increase: ({ lossIncrease }) => lossIncrease,
    predicted_increase: ({ predictedIncrease }) => predictedIncrease,
    linearised_increase: ({ linearisedIncrease }) => linearisedIncrease,
    attack_alignment: ({ attackAlignment }) => attackAlignment,
    ratio: ({ ratio }) => ratio,
    alignment: (_, __, alignment) => alignment?.estimate,
    perturbation_correlation: ({ perturbationCorrelation }) => perturbationCorrelation,
    gradients: ({ cost }) => cost?.gradients,
    scores: ({ cost }) => cost?.scores,
    broke_rules: ({ brokeRules }) => brokeRules?.estimate,
    wrong_but_invalid: ({ wrongButInvalid }) => wrongButInvalid?.estimate,
  };

/** A row for each cell of each repetition. */
export function cellsCsv(repetitions: readonly Measured<AnyCell>[]): Iterable<string> {
  const rows = repetitions.flatMap(({ cells, pairs }, repetition) =>
    cells.map((cell) => {
      const pair = pairs.find(({ surrogate, target }) => surrogate === cell.surrogate && target === cell.target);
      return Object.keys(tables.cells).map((name) => values[name](cell, repetition, pair?.alignment) ?? "");
    }),
  );
  return csvPieces(headerOf("cells"), rows);
}

function interval(short: string, of: (cell: AnyCell) => Interval | undefined, estimate: string) {
  return {
    [estimate]: (cell: AnyCell) => of(cell)?.estimate,
    [`${short}_low`]: (cell: AnyCell) => of(cell)?.low,
    [`${short}_high`]: (cell: AnyCell) => of(cell)?.high,
  };
}
