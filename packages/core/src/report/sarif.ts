// An audit as SARIF 2.1.0 (OASIS, 2020), which code scanning services read: a result for each rule of a gate and budget.

import { hashHex } from "../hash.ts";
import { type GateFinding, type GateQuantity, gateQuantities } from "../study/audit/gate.ts";
import type { AuditResult } from "../study/result.ts";
import { VERSION } from "../study/version.ts";
import type { Gated } from "./gated.ts";

const ids: Readonly<Record<GateQuantity, string>> = {
  transfer: "CAROM001",
  "white-box": "CAROM002",
  clean: "CAROM003",
  increase: "CAROM004",
};

/** Entries of public catalogues that evasion by transfer is: MITRE ATLAS 5.6, NIST AI 100-2 E2025, OWASP ML 2023. */
const evasion = [
  "MITRE ATLAS 5.6: AML.T0005 Create Proxy AI Model",
  "MITRE ATLAS 5.6: AML.T0043 Craft Adversarial Data",
  "NIST AI 100-2 E2025: NISTAML.022 Evasion",
  "OWASP ML 2023: ML01 Input Manipulation",
];

/**
 * The document. Fingerprints name the question (rule, target, norm, budget) and no number that was measured, so that a
 * finding is the same one when it is measured again.
 */
export function sarifOf(result: AuditResult, { target = "the demonstration's target", findings }: Gated) {
  const used = [...new Set(findings.map(({ quantity }) => quantity))];
  const names: readonly GateQuantity[] = used.length > 0 ? used : ["transfer"];
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "carom",
            semanticVersion: VERSION,
            rules: names.map((quantity) => ({
              id: ids[quantity],
              name: quantity,
              shortDescription: { text: gateQuantities[quantity] },
              properties: { tags: quantity === "clean" ? [] : evasion },
            })),
          },
        },
        properties: { answer: result.answer },
        results: findings.map((finding) => ({
          ruleId: ids[finding.quantity],
          ruleIndex: names.indexOf(finding.quantity),
          ...levelOf(finding),
          message: { text: `${finding.sentence}.` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(target.replaceAll("\\", "/")) },
                region: { startLine: 1 },
              },
            },
          ],
          partialFingerprints: { "carom/question/v1": fingerprint(result, target, finding) },
        })),
      },
    ],
  };
}

function levelOf({ status }: GateFinding): { readonly kind: string; readonly level: string } {
  if (status === "passed") return { kind: "pass", level: "none" };
  return { kind: "fail", level: status === "warned" ? "warning" : "error" };
}

function fingerprint({ asked }: AuditResult, target: string, { quantity, side, epsilon }: GateFinding): string {
  const question = [quantity, side, target, asked.norm, asked.units ?? "features", epsilon ?? null];
  return hashHex(JSON.stringify(question));
}
