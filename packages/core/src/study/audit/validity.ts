// What an audit says of points that break the rules of a features file: how many misled a model and do not count.

import { percentage } from "../../numbers.ts";
import type { AuditCell } from "../result.ts";

/**
 * A sentence on the points, of one source and budget, of which most do not count; undefined where there are no rules.
 */
export function validitySentence(cells: readonly AuditCell[]): string | undefined {
  const own = cells.flatMap(({ wrongButInvalid, ...cell }) => (wrongButInvalid ? [{ wrongButInvalid, ...cell }] : []));
  if (own.length === 0) return undefined;
  const { wrongButInvalid, surrogate, attacker, epsilon } = own.reduce((a, b) =>
    b.wrongButInvalid.count > a.wrongButInvalid.count ? b : a,
  );
  const lead = "Every point that counts as misled obeys the rules of the features file";
  if (wrongButInvalid.count === 0) return `${lead}, and no attack left one that was wrong but invalid.`;
  const on = attacker === undefined ? surrogate : `${surrogate} by ${attacker}`;
  return (
    `${lead}; wrong but invalid, and not counted, are at most ${percentage(wrongButInvalid.estimate)} of the points ` +
    `(crafted on ${on}, ε = ${epsilon}).`
  );
}
