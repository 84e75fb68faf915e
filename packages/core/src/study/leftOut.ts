// Points that a model's S, R and V are without, in words.

import type { AuditModel } from "./result.ts";

/** A sentence for each model with points of which its loss or its loss gradient is not finite. */
export function leftOutSentences(models: readonly Pick<AuditModel, "id" | "leftOut">[]): string[] {
  return models.flatMap(({ id, leftOut }) => {
    if (!leftOut) return [];
    const { count, n } = leftOut;
    return [
      `Clean loss, S, R, V and predicted loss of ${id} are of ${n - count} of ${n} points: on ${count} its loss or its gradient is not finite`,
    ];
  });
}
