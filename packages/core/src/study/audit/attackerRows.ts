// Attackers of an audit side by side: what the strongest points of each do to the target, and what they take.

import { mean } from "../../stats/describe.ts";
import type { Interval } from "../../stats/sample.ts";
import type { AuditAttacker } from "../namedAttacker.ts";
import type { AuditResult } from "../result.ts";
import { ENSEMBLE } from "./attackers.ts";
import type { Standing } from "./standing.ts";

/** One attacker, on the surrogate on which it does most. */
export interface AttackerRow {
  readonly attacker: string;
  /** The surrogate, and of how many it was chosen on these points; all of them together where it is `ENSEMBLE`. */
  readonly surrogate: string;
  readonly chosenOf: number;
  /** Whether the surrogate was chosen before any attack, by what is predicted of it. */
  readonly isPredicted?: true;
  /** The attacker beside which it stands, with as many gradients. */
  readonly beside?: string;
  /** Rows of gradients, and of scores, for each point, mean over budgets. */
  readonly gradients?: number;
  readonly scores?: number;
  /** Error of the target at each budget, with intervals that hold for everything that was tried at once. */
  readonly errors: readonly Interval[];
}

/** What the attacker that is no more than the strongest attack on one surrogate is called. */
export const SIMPLEST = "one surrogate";

/**
 * A row for the simplest attacker, one for it on the surrogate that was most promising before any attack, and one for
 * each other; none where there is no other.
 */
export function attackerRows({
  standings,
  asked,
  cells,
  advice = [],
}: Pick<AuditResult, "standings" | "asked" | "cells" | "advice">): readonly AttackerRow[] {
  const { tried } = standings;
  if (!tried) return [];
  const rowOf = (
    own: readonly Standing[],
    more: Partial<AttackerRow> & Pick<AttackerRow, "attacker">,
  ): AttackerRow[] => {
    if (own.length === 0) return [];
    const [{ surrogate, attacker, errors }] = own;
    const costs = cells.flatMap((cell) =>
      cell.surrogate === surrogate && cell.attacker === attacker && cell.cost ? [cell.cost] : [],
    );
    const [gradients, scores] = [mean(costs.map((cost) => cost.gradients)), mean(costs.map((cost) => cost.scores))];
    const took = { ...(gradients !== undefined && { gradients }), ...(scores !== undefined && { scores }) };
    return [{ surrogate, chosenOf: own.length, errors, ...took, ...more }];
  };
  const simplest = tried.filter(({ attacker }) => attacker === undefined);
  const promised = advice[0]?.ranking[0]?.surrogate;
  const first = simplest.filter(({ surrogate }) => surrogate === promised);
  return [
    ...rowOf(simplest, { attacker: SIMPLEST }),
    ...rowOf(first, { attacker: SIMPLEST, isPredicted: true }),
    ...(asked.attackers ?? []).flatMap(({ name, beside }: AuditAttacker) =>
      rowOf(
        tried.filter(({ attacker }) => attacker === name),
        { attacker: name, ...(beside !== undefined && { beside }) },
      ),
    ),
  ];
}

/** What points are called by where they come from: "mlp_H", "ensemble", "mlp_H by vmi". */
export function sourceName({ surrogate, attacker }: Pick<Standing, "surrogate" | "attacker">): string {
  if (attacker === undefined) return surrogate;
  return surrogate === ENSEMBLE ? attacker : `${surrogate} by ${attacker}`;
}
