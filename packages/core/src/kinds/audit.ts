// An audit as a kind of study.

import { trackedAudit } from "../report/tracked.ts";
import { gateLines, isKeptBy } from "../study/audit/gate.ts";
import { type AuditMatrix, planAudit } from "../study/audit/plan.ts";
import type { AuditParts, AuditQuestion } from "../study/audit/question.ts";
import { type AuditOutput, readAudit } from "../study/audit/read.ts";
import type { StudyKind } from "./kind.ts";

/** What an audit is about. */
export interface AuditSubject extends AuditParts {
  /** The target as it was named; absent where it has no name. */
  readonly name?: string;
}

export const audit: StudyKind<AuditQuestion, AuditSubject, AuditMatrix, AuditOutput> = {
  plan: planAudit,
  wanted: ({ wanted }) => wanted,
  read: readAudit,
  told({ result: { answer, shortfall, asked }, findings }) {
    // What the numbers do not show comes before everything else.
    const first = shortfall?.shows ? 1 : 0;
    const cautions = asked.warnings.map((warning) => `Warning: ${warning}`);
    return {
      paragraphs: [...answer.slice(0, first), ...cautions, ...answer.slice(first)],
      closing: gateLines(findings),
    };
  },
  files: async (output, { data, facts, document }) =>
    (await import("../report/auditFiles.ts")).auditFiles(output, facts, document, data.name),
  document: ({ result, findings }) => ({ ...result, ...(findings.length > 0 && { gate: findings }) }),
  isKept: ({ findings }) => isKeptBy(findings),
  tracked: ({ result }) => trackedAudit(result),
  models: ({ models }) => models,
};
