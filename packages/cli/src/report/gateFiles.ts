// What an audit found, for machines that collect such files: a summary to paste, JUnit's XML and SARIF.

import type { AuditResult, GateFinding } from "@carom/core";
import { jsonText } from "./documents.ts";
import { junitOf } from "./junit.ts";
import { sarifOf } from "./sarif.ts";
import { summaryOf } from "./summary.ts";

/** What the files say beside the result. */
export interface Gated {
  /** The target as it was named, where it was. */
  readonly target?: string;
  readonly findings: readonly GateFinding[];
}

/** Names and contents. */
export function gateFiles(result: AuditResult, gated: Gated): Record<string, string> {
  return {
    "summary.md": summaryOf(result, gated),
    "junit.xml": junitOf(result, gated),
    "audit.sarif": jsonText(sarifOf(result, gated)),
  };
}
