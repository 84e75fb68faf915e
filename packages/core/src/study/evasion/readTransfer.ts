// What a matrix measured, with what crafting took, and what became of rules, in each cell.

import { rate } from "../../transfer/rates.ts";
import { readRef, type Store } from "../engine/store.ts";
import type { Transfer } from "../result.ts";
import type { CraftFacts } from "../tasks/craftCost.ts";
import type { Matrix } from "./matrix.ts";

/** Reads the transfer of a matrix whose plan has been executed, for the budgets that it was asked for. */
export async function readTransfer(
  store: Store,
  { transfer, crafts, further }: Matrix,
  epsilons: readonly number[],
): Promise<Transfer> {
  const found = await readRef(store, transfer);
  const costs: { surrogate: string; attacker?: string; judged: readonly string[]; costs: readonly CraftFacts[] }[] = [];
  for (const [surrogate, { cost, judged }] of crafts)
    costs.push({ surrogate, judged, costs: await readRef(store, cost) });
  for (const { surrogate, attacker, cost, judged } of further) {
    const by = attacker && { attacker: attacker.name };
    costs.push({ surrogate, ...by, judged, costs: await readRef(store, cost) });
  }
  const cells = found.cells.map((cell) => {
    const own = costs.find(
      ({ surrogate, attacker, judged }) =>
        surrogate === cell.surrogate && attacker === cell.attacker && judged.includes(cell.target),
    );
    const facts = own?.costs[epsilons.indexOf(cell.epsilon)];
    if (!facts) return cell;
    const { rules, ...cost } = facts;
    const { n } = cell.errorUnderAttack;
    const validity = rules && { brokeRules: rate(rules.broken, n), wrongButInvalid: rate(rules.wrongButInvalid, n) };
    return { ...cell, cost, ...validity };
  });
  return { ...found, cells };
}
