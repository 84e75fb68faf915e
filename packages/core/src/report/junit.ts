// An audit as JUnit's XML: a case for each surrogate and budget, and one for each rule of a gate.

import { percentInterval } from "../numbers.ts";
import { sourceName } from "../study/audit/attackerRows.ts";
import { reached } from "../study/goal.ts";
import { TARGET } from "../study/names.ts";
import type { AuditCell, AuditResult } from "../study/result.ts";
import type { Gated } from "./gated.ts";
import { xmlText } from "./xml.ts";

interface Case {
  readonly group: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, string | number>>;
  /** Why it failed, where it did. */
  readonly failure?: string;
  /** Why it could not be decided, where it could not. */
  readonly error?: string;
  /** What is worth knowing though it passed. */
  readonly output?: string;
}

/**
 * The document. A case of a surrogate fails where a rule on transfer at its budget failed and its own interval is
 * beyond the limit too; a rule that no single surrogate breaks beyond chance fails in the cases of the gate alone.
 */
export function junitOf(result: AuditResult, { findings }: Gated): string {
  const attackers = result.cells.filter(({ target }) => target === TARGET).map((cell) => caseOf(cell, findings));
  const rules = findings.map((finding): Case => {
    const { text, epsilon, measured, status, sentence } = finding;
    return {
      group: "gate",
      name: epsilon === undefined ? text : `${text.replace(/\s+at\s.*$/, "")} at ${epsilon}`,
      properties: { ...measured },
      ...(status === "failed" && { failure: sentence }),
      ...(status === "undecided" && { error: sentence }),
      ...(status === "warned" && { output: `warning: ${sentence}` }),
    };
  });
  const suites = [suite("transfer", attackers), ...(rules.length > 0 ? [suite("gate", rules)] : [])];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="carom audit">\n${suites.join("")}</testsuites>\n`;
}

function caseOf(cell: AuditCell, findings: Gated["findings"]): Case {
  const { surrogate, epsilon } = cell;
  const error = reached(cell);
  const quantity = surrogate === TARGET ? "white-box" : "transfer";
  const broken = findings.find(
    (each) =>
      each.status === "failed" &&
      each.quantity === quantity &&
      each.epsilon === epsilon &&
      (each.side === ">" ? error.low > each.limit : error.high < each.limit),
  );
  return {
    group: surrogate === TARGET ? "white-box" : sourceName(cell),
    name: `epsilon ${epsilon}`,
    properties: { points: error.n, error: error.estimate, low: error.low, high: error.high },
    ...(broken && {
      failure: `${cell.targeted ? "targeted success" : "error under attack"} ${percentInterval(error)}: ${broken.text}`,
    }),
  };
}

function suite(name: string, cases: readonly Case[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const errors = cases.filter(({ error }) => error !== undefined).length;
  const attributes = `name="${name}" tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="0"`;
  return `  <testsuite ${attributes}>\n${cases.map(testcase).join("")}  </testsuite>\n`;
}

function testcase({ group, name, properties, failure, error, output }: Case): string {
  const rows = Object.entries(properties).map(
    ([key, value]) => `        <property name="${xmlText(key)}" value="${xmlText(String(value))}"/>\n`,
  );
  return (
    `    <testcase classname="${xmlText(group)}" name="${xmlText(name)}">\n` +
    `      <properties>\n${rows.join("")}      </properties>\n` +
    (failure === undefined ? "" : `      <failure message="${xmlText(failure)}"/>\n`) +
    (error === undefined ? "" : `      <error message="${xmlText(error)}"/>\n`) +
    (output === undefined ? "" : `      <system-out>${xmlText(output)}</system-out>\n`) +
    "    </testcase>\n"
  );
}
