// An audit as SARIF 2.1.0 (OASIS, 2020), which code scanning services read: a result for each rule of a gate and
// budget.

import { hashHex } from "../hash.ts";
import type { GateFinding } from "../study/audit/gate.ts";
import { type GateQuantity, gateQuantities } from "../study/audit/gateRule.ts";
import type { AuditResult } from "../study/result.ts";
import { VERSION } from "../version.ts";
import { catalogues, entriesFor, type Occasion } from "./catalogues.ts";
import type { Gated } from "./gated.ts";

const ids: Readonly<Record<GateQuantity, string>> = {
  transfer: "CAROM001",
  "white-box": "CAROM002",
  clean: "CAROM003",
  increase: "CAROM004",
};

/** What of an audit each kind of rule is about. */
const occasions: Readonly<Record<GateQuantity, readonly Occasion[]>> = {
  transfer: ["evasion", "transfer"],
  "white-box": ["evasion", "white-box"],
  clean: [],
  increase: ["evasion", "transfer"],
};

/** Entries of public catalogues that a rule is about, as references into the taxonomies of the run. */
function relationshipsOf(quantity: GateQuantity) {
  return entriesFor(occasions[quantity]).flatMap(({ name, entries }) => {
    const index = catalogues.findIndex((each) => each.name === name);
    return entries.map(({ id }) => ({
      target: {
        id,
        index: catalogues[index].entries.findIndex((each) => each.id === id),
        toolComponent: { name, index },
      },
      kinds: ["relevant"],
    }));
  });
}

/** The catalogues as SARIF has them. */
const taxonomies = catalogues.map(({ name, version, publisher, entries }) => ({
  ...{ name, version, organization: publisher },
  shortDescription: { text: `${name} ${version}` },
  taxa: entries.map(({ id, name }) => ({ id, name, shortDescription: { text: name } })),
}));

/**
 * The document. Fingerprints name the question (rule, target, norm, budget, class that is wanted) and no number that
 * was measured, so that a finding is the same one when it is measured again.
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
            supportedTaxonomies: taxonomies.map(({ name }, index) => ({ name, index })),
            rules: names.map((quantity) => ({
              id: ids[quantity],
              name: quantity,
              shortDescription: { text: gateQuantities[quantity] },
              relationships: relationshipsOf(quantity),
            })),
          },
        },
        taxonomies,
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
  const goal = asked.targetClass === undefined ? [] : [asked.targetClass];
  const question = [quantity, side, target, asked.norm, asked.units ?? "features", epsilon ?? null, ...goal];
  return hashHex(JSON.stringify(question));
}
