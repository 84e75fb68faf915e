// The answer of an audit in plain sentences, every number in it taken from the result.

import type { Norm } from "../threat/norm.ts";
import type { AuditCell, AuditModel, AuditPair } from "./result.ts";
import type { Shortfall } from "./shortfall.ts";

/**
 * How much of the target falls at which budget; then which surrogate does it best, and why. Where the surrogates fall
 * short of the target, that is said first, and of surrogates at chance none is called the best.
 */
export function answerOf(
  models: readonly AuditModel[],
  cells: readonly AuditCell[],
  pairs: readonly AuditPair[],
  norm: Norm,
  epsilons: readonly number[],
  shortfall?: Shortfall,
): string[] {
  const target = models.find(({ role }) => role === "target")!;
  const onTarget = cells.filter((cell) => cell.target === target.id);
  const surrogates = models.filter(({ role }) => role === "surrogate");
  const ranked = surrogates
    .map(({ id }) => ({ id, cells: inOrder(onTarget, id, epsilons) }))
    .filter((each) => each.cells.length > 0)
    .map((each) => ({ ...each, mean: meanError(each.cells) }))
    .sort((a, b) => b.mean - a.mean);
  if (ranked.length === 0)
    return ["No surrogate could be attacked, so nothing is known of the transfer to this model."];
  const [best] = ranked;
  const n = target.cleanError.n;
  const white = inOrder(onTarget, target.id, epsilons);
  const reference = white.length > 0 ? ` Crafted on the model itself, they reach ${percentList(white)}.` : "";
  const lead =
    `Crafted on ${best.id}, attacks with ${norm.label} budgets of ${list(epsilons.map(String))} make this model err on ` +
    `${percentList(best.cells)} of ${n} points; without attack it errs on ${percent(target.cleanError.estimate)}.${reference}`;
  if (shortfall?.shows === "nothing") return [shortfall.sentence, lead];
  const why = whyBest(
    best.id,
    ranked,
    pairs.filter((pair) => pair.target === target.id),
  );
  if (!shortfall) return [lead, why];
  return shortfall.shows ? [shortfall.sentence, lead, why] : [lead, why, shortfall.sentence];
}

interface Ranked {
  readonly id: string;
  readonly mean: number;
}

function whyBest(best: string, ranked: readonly Ranked[], pairs: readonly AuditPair[]): string {
  const worst = ranked[ranked.length - 1];
  const lead =
    ranked.length === 1
      ? `${best} is the only surrogate`
      : `Of ${ranked.length} surrogates ${best} transfers best: ${percent(ranked[0].mean)} on average over the budgets, ` +
        `against ${percent(worst.mean)} for ${worst.id}, the worst`;
  const byAlignment = [...pairs].sort((a, b) => b.alignment.estimate - a.alignment.estimate);
  const place = byAlignment.findIndex(({ surrogate }) => surrogate === best);
  if (place < 0) return `${lead}. Why cannot be said: the target gives no gradients to compare with.`;
  const alignment = byAlignment[place].alignment.estimate.toFixed(2);
  if (place === 0) {
    return `${lead}. Its gradients point most nearly along the target's: alignment R is ${alignment}, the highest of all.`;
  }
  const first = byAlignment[0];
  return (
    `${lead}. Alignment alone does not explain it: its R with the target is ${alignment}, number ${place + 1} of ` +
    `${byAlignment.length}, below the ${first.alignment.estimate.toFixed(2)} of ${first.surrogate}.`
  );
}

function inOrder(cells: readonly AuditCell[], surrogate: string, epsilons: readonly number[]): AuditCell[] {
  return epsilons.flatMap(
    (epsilon) => cells.find((cell) => cell.surrogate === surrogate && cell.epsilon === epsilon) ?? [],
  );
}

function meanError(cells: readonly AuditCell[]): number {
  return cells.reduce((sum, { errorUnderAttack }) => sum + errorUnderAttack.estimate, 0) / cells.length;
}

function percentList(cells: readonly AuditCell[]): string {
  return list(cells.map(({ errorUnderAttack }) => percent(errorUnderAttack.estimate)));
}

function percent(share: number): string {
  const value = 100 * share;
  return `${value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}
