// What `carom evade` found, in words and as JSON.

import { rowCount } from "@carom/core";
import { attackerName, nonFiniteSentence, type RuleCounts } from "@carom/core/attacks";
import type { ModelWarning } from "@carom/core/models";
import type { JudgedBudget, JudgedFile } from "../host/judgeSaved.ts";
import { print } from "../terminal/print.ts";
import { inputNotes } from "../ui/inputNotes.ts";
import { printJson } from "../ui/options.ts";
import { describeRate } from "../ui/rate.ts";
import { warningLines } from "../ui/warnings.ts";
import type { EvadeOptions, EvasionAsked } from "./evadeAsked.ts";
import type { Evaded } from "./evadeCraft.ts";

/** What a model makes of the points that were saved. */
export interface Judged extends JudgedFile {
  readonly warnings: readonly ModelWarning[];
}

/** Prints what became of the rows, on each model in the order of those asked. */
export function tellEvasion(
  asked: EvasionAsked,
  crafted: Evaded,
  judged: readonly Judged[],
  options: EvadeOptions,
): void {
  const { queries } = crafted;
  const n = rowCount(asked.rows.attacked);
  const { target } = asked.rows;
  const nonFinite = nonFiniteSentence(crafted.nonFinite, n);
  const told: Told = {
    // Of all budgets and models together.
    perPoint: { gradients: queries.gradients / n, scores: queries.scores / n },
    warnings: [...(asked.known?.warnings ?? []), ...asked.told, ...(nonFinite === undefined ? [] : [nonFinite])],
    ofTargetClass: asked.data.labels.filter((label) => label === target).length,
    ...(!asked.epsilons && { smallest: quartilesOf(crafted.epsilon) }),
  };
  if (options.json) printJson(asJson(asked, crafted, judged, told, options));
  else printWords(asked, crafted, judged, told, options);
}

/** What both forms tell. */
interface Told {
  readonly perPoint: { readonly gradients: number; readonly scores: number };
  readonly warnings: readonly string[];
  /** Rows that are of the wanted class already. */
  readonly ofTargetClass: number;
  readonly smallest?: ReturnType<typeof quartilesOf>;
}

function asJson(
  asked: EvasionAsked,
  { queries, rules }: Evaded,
  judged: readonly Judged[],
  { perPoint, warnings, ofTargetClass, smallest }: Told,
  { seed }: EvadeOptions,
): object {
  const { models, threat, known, units, objective } = asked;
  const { boosters, ensemble } = asked.attacker;
  const { changeable, direction, grid, norm } = threat;
  const each = models.map(({ contentHash, path }, i) => {
    const { warnings: doubts, ...found } = judged[i];
    return { model: path, modelHash: contentHash, ...found, doubts };
  });
  const { model: _, ...only } = each[0];
  return {
    ...asked.hashes,
    reading: asked.reading,
    attack: asked.attack,
    ...(boosters && { boosters }),
    ...(ensemble && { ensemble }),
    ...(objective && { objective: objective.name }),
    ...(asked.rows.target !== undefined && { ofTargetClass }),
    norm: norm.name,
    ...(units && { units }),
    ...(known && { features: known.features }),
    ...(rules && { rules }),
    changeable: changeable?.reduce((sum, flag) => sum + flag, 0),
    direction,
    grid,
    seed,
    queries,
    perPoint,
    out: asked.place.out,
    ...(warnings.length > 0 && { warnings }),
    ...(smallest && { minimumEpsilon: smallest }),
    ...(each.length === 1 ? only : { models: each }),
  };
}

function printWords(
  { models, threat, attacker, attack, rows, place }: EvasionAsked,
  { queries, rules }: Evaded,
  judged: readonly Judged[],
  { perPoint, warnings, ofTargetClass, smallest }: Told,
  options: EvadeOptions,
): void {
  for (const note of inputNotes(models[0].model, { attackAt: options.attackAt, gradients: queries.gradients > 0 }))
    print(`${note}\n`);
  for (const [i, { path }] of models.entries()) {
    const { cleanError, budgets, warnings: doubts } = judged[i];
    if (models.length > 1) print(`${path}\n`);
    print(`clean: error ${describeRate(cleanError)}\n`);
    for (const [e, budget] of budgets.entries())
      print(`${describeBudget(budget, threat.norm.label, options)}${describeRules(rules?.[e])}\n`);
    print(warningLines(doubts));
  }
  print(warningLines(warnings.map((sentence) => ({ sentence }))));
  if (ofTargetClass > 0) print(`left out: ${ofTargetClass} rows that are of class ${options.targetClass} already\n`);
  if (smallest) {
    const [low, middle, high] = smallest.quartiles.map((value) => Number(value.toPrecision(6)));
    const none = smallest.none > 0 ? `; none found for ${smallest.none} of ${rowCount(rows.attacked)}` : "";
    print(`smallest epsilon: median ${middle}, quartiles ${low} and ${high}${none}\n`);
  }
  const took = [perPoint.gradients, perPoint.scores].map((value) => Number(value.toPrecision(3)));
  print(`asked for each point: ${took[0]} rows of gradients, ${took[1]} of scores\n`);
  print(`written: ${place.out} (${attackerName({ ...attacker, attack: { name: attack } })})\n`);
}

function describeBudget(
  { epsilon, errorUnderAttack, onTarget, evasion, largest, unmoved }: JudgedBudget,
  norm: string,
  { targetClass }: EvadeOptions,
): string {
  const more = [
    onTarget && `, targeted success ${describeRate(onTarget)} in class ${targetClass}`,
    evasion && `; ${describeRate(evasion)} evade detection`,
  ];
  const which = Number.isFinite(epsilon) ? `epsilon ${epsilon}` : "smallest epsilon each";
  const size = `; largest ${norm} change ${Number(largest.toPrecision(6))}`;
  const still =
    unmoved > 0 && epsilon > 0 && Number.isFinite(epsilon)
      ? `; ${unmoved} of the points that are right did not move`
      : "";
  return `${which}: error ${describeRate(errorUnderAttack)}${more.filter(Boolean).join("")}${size}${still}`;
}

/** What became of the rules of a table: points that broke one were put back, and are no success. */
function describeRules(rules: RuleCounts | undefined): string {
  if (!rules) return "";
  const { broken, wrongButInvalid, invalidRows } = rules;
  const rows = invalidRows > 0 ? `; ${invalidRows} rows break a rule themselves and stay as they are` : "";
  if (broken === 0) return `; all points satisfy all rules${rows}`;
  return `; ${broken} points broke a rule and were put back, ${wrongButInvalid} of them wrong but invalid${rows}`;
}

/** Quartiles over all points, those included that are wrong already (0) or for which none was found (infinite). */
function quartilesOf(epsilon: Float64Array) {
  const sorted = epsilon.toSorted();
  const quartiles = [0.25, 0.5, 0.75].map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
  return { quartiles, none: sorted.filter((value) => value === Number.POSITIVE_INFINITY).length };
}
