// The rules of a gate, such as `transfer > 0.20 at 1`: what they can be about, and how one is read.

import { InputError, unknownName } from "../../errors.ts";

/** What a rule can be about, each with what it measures. */
export const gateQuantities = {
  transfer:
    "error of the target, or the share that ends in the class that is named, under the strongest points that " +
    "were tried at a budget, its own apart",
  "white-box": "the same under points crafted on itself",
  clean: "error of the target without any attack",
  increase: "error under the strongest points of single surrogates, less that of an earlier audit",
} as const;

/** The name of a number that a rule can be about. */
export type GateQuantity = keyof typeof gateQuantities;

/** A rule that fails where its quantity is beyond a limit. */
export interface GateRule {
  /** As it was written. */
  readonly text: string;
  readonly quantity: GateQuantity;
  /** Which side of the limit fails. */
  readonly side: ">" | "<";
  readonly limit: number;
  /** The budget it is about; every one where absent. */
  readonly epsilon?: number;
}

/**
 * Reads a rule: a quantity, `>` or `<`, a share or a percentage, and `at` a budget where it is about one alone.
 *
 * @throws InputError where it is no such text, or of a budget that is not among those of the audit
 *
 * @example
 * ```ts
 * import { parseGateRule } from "@carom/core/study";
 *
 * const { quantity, limit, epsilon } = parseGateRule("transfer > 20 % at 1", [0.5, 1]);
 * console.log(quantity, limit, epsilon); // transfer 0.2 1
 * ```
 */
export function parseGateRule(text: string, epsilons: readonly number[]): GateRule {
  const parts = /^\s*([\w-]+)\s*([<>])\s*([\d.]+(?:e-?\d+)?)\s*(%?)\s*(?:at\s+(\S+)\s*)?$/i.exec(text);
  if (!parts) throw malformed(text);
  const [, quantity, side, number, sign, at] = parts;
  if (!Object.hasOwn(gateQuantities, quantity))
    unknownName("quantity of --fail-if", quantity, Object.keys(gateQuantities));
  const limit = Number(number) / (sign ? 100 : 1);
  if (!(limit >= 0 && limit <= 1)) throw malformed(text);
  const rule = { text: text.trim(), quantity: quantity as GateQuantity, side: side as ">" | "<", limit };
  if (at === undefined) return rule;
  const epsilon = Number(at);
  if (quantity === "clean" || !epsilons.includes(epsilon)) {
    throw new InputError("invalid", `rule "${rule.text}" of --fail-if`, {
      expected:
        quantity === "clean" ? "no budget, as clean points have none" : `one of the budgets ${epsilons.join(", ")}`,
      got: at,
      remedy: quantity === "clean" ? `leave out "at ${at}"` : "name it in --epsilon too",
    });
  }
  return { ...rule, epsilon };
}

function malformed(text: string): InputError {
  return new InputError("invalid", "rule of --fail-if", {
    expected:
      `one of ${Object.keys(gateQuantities).join(", ")}, then > or <, a share from 0 to 1 or a percentage, then ` +
      `perhaps "at" and a budget`,
    got: `"${text}"`,
    remedy: "for instance --fail-if 'transfer > 0.20 at 1'",
  });
}
