// Points that a model's S, R and V are without, or its attacks weaker on, in words.

import type { AuditModel } from "./result.ts";

/**
 * Sentences for each model with points of which its loss or a gradient, also on the way of an attack, is not finite.
 */
export function leftOutSentences(
  models: readonly Pick<AuditModel, "id" | "name" | "leftOut" | "nonFinite">[],
): string[] {
  return models.flatMap(({ id, name = id, leftOut, nonFinite }) => [
    ...(leftOut
      ? [
          `Clean loss, S, R, V and predicted loss of ${name} are of ${leftOut.n - leftOut.count} of ${leftOut.n} ` +
            `points: on ${leftOut.count} its loss or its gradient is not finite`,
        ]
      : []),
    ...(nonFinite
      ? [
          `Attacks on ${name} met gradients or scores that are not finite at ${nonFinite.count} of ${nonFinite.n} ` +
            "points, and may be weaker there",
        ]
      : []),
  ]);
}
