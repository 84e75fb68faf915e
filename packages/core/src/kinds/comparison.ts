// Two versions of a model compared, as kinds of study: two audits that are yet to be computed, and two that are
// finished.

import { percentInterval } from "../numbers.ts";
import { trackedComparison } from "../report/tracked.ts";
import type { AuditedVersion } from "../study/audit/auditedVersion.ts";
import { type ComparisonGate, type ComparisonOutput, compared, type Versions } from "../study/audit/compared.ts";
import { gateLines, isKeptBy } from "../study/audit/gate.ts";
import { type AuditMatrix, planAudit } from "../study/audit/plan.ts";
import type { AuditQuestion } from "../study/audit/question.ts";
import { readAudit } from "../study/audit/read.ts";
import type { Ref } from "../study/engine/reference.ts";
import { TARGET } from "../study/names.ts";
import type { StoredModel } from "../study/tasks/fit.ts";
import type { AuditSubject } from "./audit.ts";
import type { StudyKind } from "./kind.ts";

/** What is asked of both versions, and what the outcome has to keep. */
export interface ComparisonQuestion extends Versions<AuditQuestion> {
  readonly gate?: ComparisonGate;
}

const answered: Pick<
  StudyKind<unknown, unknown, unknown, ComparisonOutput>,
  "told" | "files" | "document" | "isKept" | "tracked"
> = {
  told({ comparison, answer, findings }) {
    const { versions, clean, any, warnings, comparisons } = comparison;
    const rows = [
      { name: "no attack", ...clean },
      ...any.map((each) => ({ name: `some attacker, ε = ${each.epsilon}`, ...each })),
    ];
    const wide = Math.max(...rows.map(({ name }) => name.length));
    const share = (value: number) => `${(100 * value).toFixed(1)} %`.padStart(9);
    const lines = [
      ...versions.map(({ name, targetHash }, i) => `${"AB"[i]}  ${name}  (${targetHash.slice(0, 12)})`),
      "",
      `${"errors".padEnd(wide)}${"A".padStart(9)}${"B".padStart(9)}   B less A`,
      ...rows.map(
        ({ name, first, second, difference }) =>
          `${name.padEnd(wide)}${share(first)}${share(second)}   ${percentInterval(difference)}`,
      ),
      `95 % intervals, of ${comparisons} comparisons at once`,
      "",
    ];
    return {
      lines: `${lines.join("\n")}\n`,
      paragraphs: [...warnings.map((warning) => `Warning: ${warning}`), ...answer],
      closing: gateLines(findings),
    };
  },
  files: async (output, { facts, document }) =>
    (await import("../report/comparisonFiles.ts")).comparisonFiles(output, facts, document),
  document: ({ comparison, answer, findings }) => ({
    ...comparison,
    answer,
    ...(findings.length > 0 && { gate: findings }),
  }),
  isKept: ({ findings }) => isKeptBy(findings),
  tracked: ({ comparison }) => trackedComparison(comparison),
};

/** Audits both versions; what their plans have in common is computed once. */
export const comparison: StudyKind<
  ComparisonQuestion,
  Versions<AuditSubject>,
  Versions<AuditMatrix>,
  ComparisonOutput
> = {
  plan: (plan, { first, second }, data) => ({
    first: planAudit(plan, first, data.first),
    second: planAudit(plan, second, data.second),
  }),
  wanted: ({ first, second }) => [...first.wanted, ...second.wanted],
  async read(store, made, question, data) {
    const version = async (which: keyof Versions<unknown>): Promise<AuditedVersion> => {
      const { result, samples } = await readAudit(store, made[which], question[which], data[which]);
      const name = data[which].name ?? which;
      return { name, result, samples: samples.filter(({ target }) => target === TARGET) };
    };
    return compared({ first: await version("first"), second: await version("second") }, question.gate);
  },
  models({ first, second }) {
    const named = (version: string, { models }: AuditMatrix) =>
      [...models].map(([id, model]): [string, Ref<StoredModel>] => [`${version}/${id}`, model]);
    return new Map([...named("A", first), ...named("B", second)]);
  },
  ...answered,
};

/**
 * Compares audits that are finished: nothing is left to plan or compute.
 * @throws InputError as `compareAudits` does, at once
 */
export const finishedComparison: StudyKind<
  { readonly gate?: ComparisonGate },
  Versions<AuditedVersion>,
  ComparisonOutput,
  ComparisonOutput
> = {
  plan: (_, { gate }, versions) => compared(versions, gate),
  wanted: () => [],
  read: async (_, made) => made,
  ...answered,
};
