// Looking things up in an audit's result.

import { assert } from "../errors.ts";
import { reached } from "../study/goal.ts";
import type { AuditCell, AuditModel, AuditResult } from "../study/result.ts";
import { norms } from "../threat/norm.ts";

/** The audited model: the first of the models. */
export function targetOf(result: AuditResult): AuditModel {
  const [target] = result.models;
  assert(target?.role === "target", "an audit's first model is its target");
  return target;
}

/** The surrogates, in their order. */
export function surrogatesOf(result: AuditResult): AuditModel[] {
  return result.models.filter(({ role }) => role === "surrogate");
}

/** Cells of the strongest attack on one model by itself; other attackers have a table of their own. */
export function cellsAlone(result: AuditResult): readonly AuditCell[] {
  return result.cells.filter(({ attacker }) => attacker === undefined);
}

/** The cell of points crafted on `surrogate` with budget `epsilon` and judged on `target`, if there is one. */
export function cellAt(result: AuditResult, surrogate: string, target: string, epsilon: number): AuditCell | undefined {
  return cellsAlone(result).find(
    (cell) => cell.surrogate === surrogate && cell.target === target && cell.epsilon === epsilon,
  );
}

/** The cell of the surrogate that misleads the target most at one budget; the first of equals. */
export function strongestCell(result: AuditResult, epsilon: number): AuditCell | undefined {
  const target = targetOf(result).id;
  const [first, ...rest] = surrogatesOf(result).flatMap(({ id }) => cellAt(result, id, target, epsilon) ?? []);
  const error = (cell: AuditCell) => reached(cell).estimate;
  return rest.reduce<AuditCell | undefined>((best, cell) => (best && error(cell) > error(best) ? cell : best), first);
}

/**
 * The transfer rate of a surrogate: the plain mean of the error under attack, or of targeted success, over all models
 * judged but itself (on itself the attack is white-box and nothing is transferred). In [0, 1]; undefined without such
 * cells.
 *
 * Demontis et al., 2019, section 5.1: there the targets are other models trained on other data.
 */
export function transferRate(result: AuditResult, surrogate: string, epsilon: number): number | undefined {
  const errors = cellsAlone(result)
    .filter((cell) => cell.surrogate === surrogate && cell.target !== surrogate && cell.epsilon === epsilon)
    .map((cell) => reached(cell).estimate);
  return errors.length === 0 ? undefined : errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/**
 * The budget at which models differ most visibly: where the target's error under attack, averaged over surrogates,
 * is nearest to one half. Smaller budgets fool nobody, larger ones everybody.
 */
export function tellingEpsilon(result: AuditResult): number {
  const target = targetOf(result).id;
  const distance = (epsilon: number) => {
    const errors = cellsAlone(result)
      .filter((cell) => cell.target === target && cell.epsilon === epsilon)
      .map((cell) => reached(cell).estimate);
    return Math.abs(errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length) - 0.5);
  };
  return result.asked.epsilons.reduce((best, epsilon) => (distance(epsilon) < distance(best) ? epsilon : best));
}

/**
 * The norm's name in running text: L1, L2 or L∞, and what features are measured in where that is not their own unit.
 */
export function normName({ norm, units }: Pick<AuditResult["asked"], "norm" | "units">): string {
  if (norms[norm].counts) return norms[norm].label;
  const scaled = { features: "", ranges: "range-scaled ", costs: "cost-scaled " }[units ?? "features"];
  return `${scaled}${{ l0: "L0", l1: "L1", l2: "L2", linf: "L∞" }[norm]}`;
}
