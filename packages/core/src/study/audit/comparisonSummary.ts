// What a comparison of two versions says in plain sentences: fixed rules on adjusted tests and intervals.

import { counted, percentage, percentInterval } from "../../numbers.ts";
import { errs } from "../goal.ts";
import { TARGET } from "../names.ts";
import type { AuditComparison } from "./comparison.ts";
import type { PairedErrors } from "./pairedErrors.ts";

/** The sentences: under attack, without, and what the attackers had in common. The versions are A and B. */
export function comparisonSummary({ any, cells, clean, asked }: AuditComparison): string[] {
  const crafted = cells.filter(({ surrogate }) => surrogate !== TARGET);
  const does = (share: number) => errs(percentage(share), asked.targetClass);
  const other = crafted.some(({ isSameCraft }) => !isSameCraft);
  return [
    underAttack(any, asked.points),
    bySingle(crafted),
    clean.verdict === "not told apart"
      ? `Without attack they are not told apart: A ${does(clean.first)}, B ${does(clean.second)}.`
      : `Without attack B ${does(clean.second)}, ${clean.verdict} often too; A ${does(clean.first)}.`,
    ...(other
      ? [
          "The points that were attacked are the same, but not all were crafted alike, as surrogates differ " +
            "between the audits.",
        ]
      : []),
  ];
}

/** At the budget where the versions differ most clearly, under whatever attacker misleads them. */
function underAttack(any: AuditComparison["any"], points: number): string {
  const told = any.filter(({ verdict }) => verdict !== "not told apart");
  if (told.length === 0) {
    const most = Math.max(...any.map(({ difference: { low, high } }) => Math.max(-low, high)));
    return (
      `B is misled no more and no less often than A, as far as ${counted(points, "point")} tell: differences of ` +
      `up to ${percentage(most)} remain possible.`
    );
  }
  const clearest = told.reduce((most, each) =>
    Math.abs(each.difference.estimate) > Math.abs(most.difference.estimate) ? each : most,
  );
  const { epsilon, first, second, difference, verdict, counts } = clearest;
  const both = new Set(told.map((each) => each.verdict)).size === 2;
  return (
    `B is misled ${verdict} often than A: at ε = ${epsilon} some attacker misleads it on ${percentage(second)} of ` +
    `the points, A on ${percentage(first)}, a difference of ${percentInterval(difference)}; ` +
    `${counted(counts.onlySecond, "point")} ${counts.onlySecond === 1 ? "falls" : "fall"} in B alone, ` +
    `${counts.onlyFirst} in A alone${both ? ". At another budget it is the other way round" : ""}.`
  );
}

/** How many of the attackers tell the versions apart. */
function bySingle(cells: readonly PairedErrors[]): string {
  const count = (verdict: PairedErrors["verdict"]) => cells.filter((each) => each.verdict === verdict).length;
  const [more, less] = [count("more"), count("less")];
  const of = `${counted(cells.length, "comparison")} of one attacker at one budget`;
  if (more + less === 0) return `None of ${of} tells them apart.`;
  return `Of ${of}, B falls more often in ${more} and less often in ${less}, beyond chance for all at once.`;
}
