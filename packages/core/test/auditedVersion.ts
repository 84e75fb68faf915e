// Made-up audits of a model whose every point is known, for tests of comparisons.

import type { AuditedVersion } from "../src/study/audit/auditedVersion.ts";
import { TARGET } from "../src/study/names.ts";

export const classNames = ["a", "b", "c"];
export const epsilons = [1, 2];
const sources = [{ surrogate: "x" }, { surrogate: "y" }, { surrogate: "x", attacker: "vmi" }, { surrogate: TARGET }];
/** What was crafted: each attacker at each budget. */
export const kinds = sources.flatMap((source) => epsilons.map((epsilon) => ({ ...source, epsilon })));

/**
 * A version that calls a point of its own class 0 or, where it errs, 1 or 2: first without attack, then for each kind.
 */
export function version(
  name: string,
  errs: readonly (readonly boolean[])[],
  asked: Partial<AuditedVersion["result"]["asked"]> = {},
  order: readonly number[] = [0, 1, 2],
): AuditedVersion {
  const points = errs[0].length;
  const label = (i: number) => i % 3;
  const place = (of: number) => order.indexOf(of);
  const called = (row: readonly boolean[]) =>
    Int32Array.from(row, (wrong, i) => place(wrong ? (label(i) + 1) % 3 : label(i)));
  const labels = Int32Array.from({ length: points }, (_, i) => place(label(i)));
  const samples = kinds.map((kind, k) => ({
    ...kind,
    ...{ labels, cleanLabels: called(errs[0]), attackedLabels: called(errs[k + 1]) },
    size: new Float64Array(points).fill(kind.epsilon),
  }));
  const cells = samples.map(({ surrogate, epsilon, ...each }, k) => ({
    ...{ surrogate, target: TARGET, epsilon },
    ...("attacker" in each && { attacker: each.attacker }),
    errorUnderAttack: { count: errs[k + 1].filter(Boolean).length, n: points },
  }));
  const ordered = order.map((at) => classNames[at]);
  return {
    name,
    result: {
      seed: 0,
      asked: { norm: "l2", epsilons, dataHash: "d", targetHash: name, points, classNames: ordered, ...asked },
      cells,
    },
    samples,
  };
}
