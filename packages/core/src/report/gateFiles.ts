// What an audit found, for machines that collect such files: a summary and a block of a model card to
// paste, JUnit's XML and SARIF.

import type { AuditResult } from "../study/result.ts";
import type { Gated } from "./gated.ts";
import { jsonText } from "./json.ts";
import { junitOf } from "./junit.ts";
import { modelCardOf, modelCardText } from "./modelCard.ts";
import { sarifOf } from "./sarif.ts";
import { summaryOf } from "./summary.ts";

/** Names and contents. */
export function gateFiles(result: AuditResult, gated: Gated): Record<string, string> {
  return {
    "summary.md": summaryOf(result, gated),
    "model-card.md": modelCardText(result, gated),
    "model-card.json": jsonText(modelCardOf(result, gated)),
    "junit.xml": junitOf(result, gated),
    "audit.sarif": jsonText(sarifOf(result, gated)),
  };
}
