// An audit on one screen of Markdown, for the page of a job or a pull request, and for a model card.

import { percentInterval } from "../numbers.ts";
import { sourceName } from "../study/audit/attackerRows.ts";
import { reachedWithout } from "../study/goal.ts";
import { TARGET } from "../study/names.ts";
import type { AuditResult } from "../study/result.ts";
import { VERSION } from "../version.ts";
import type { Gated } from "./gated.ts";
import { code, table, text } from "./markdown.ts";
import { normText } from "./words.ts";

const signs = { passed: "passed", warned: "**warning**", failed: "**failed**", undecided: "**undecided**" } as const;

/** The document: the answer, the gate where there is one, errors by budget, and what was asked. */
export function summaryOf(result: AuditResult, { target, findings }: Gated): string {
  const { asked, answer } = result;
  const parts = [
    `## Transfer audit of ${target === undefined ? "the demonstration's target" : code(target)}`,
    ...answer.map(text),
    ...(findings.length > 0
      ? [
          table(
            ["rule", "outcome", ""],
            findings.map(({ text: rule, status, sentence }) => [code(rule), signs[status], text(sentence)]),
          ),
        ]
      : []),
    errors(result),
    ...asked.warnings.map((warning) => `> ${text(warning)}`),
    `${asked.points} points, ${normText(asked)}; data ${code(asked.dataHash.slice(0, 12))}, target ` +
      `${code(asked.targetHash.slice(0, 12))}, seed ${result.seed}, Carom ${VERSION}. 95 % intervals, of all that ` +
      "was tried and all budgets at once. What resisted these attackers may not resist others.",
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The target's error without attack, under the strongest surrogate and under its own points, by budget. */
function errors({ asked, standings, models }: AuditResult): string {
  const clean = reachedWithout(models.find(({ id }) => id === TARGET)!);
  const tried = standings.tried ?? standings.ranking;
  const rows = asked.epsilons.map((epsilon, i) => {
    const strongest = tried.reduce<(typeof tried)[number] | undefined>(
      (most, each) => (most === undefined || each.errors[i].estimate > most.errors[i].estimate ? each : most),
      undefined,
    );
    const white = standings.white?.[i];
    return [
      String(epsilon),
      strongest ? percentInterval(strongest.errors[i]) : "none",
      strongest ? code(sourceName(strongest)) : "",
      white ? percentInterval(white) : "none",
    ];
  });
  const head = [
    "budget ε",
    asked.targetClass === undefined ? "error by transfer" : `taken for "${asked.targetClass}" by transfer`,
    standings.tried ? "strongest tried" : "strongest surrogate",
    "white-box",
  ];
  return table(head, [["0 (clean)", percentInterval(clean), "", ""], ...rows]);
}
