// A table over several studies, for carom study: their tasks in one plan, their sign tests side by side.

import { InputError, VERSION } from "@carom/core";
import {
  atScale,
  type PlanBuilder,
  type PoisoningResult,
  referenceBudget,
  type SignificanceEntry,
  type StudyResult,
  significanceOf,
  smallestPossibleP,
  type TableResult,
  type TableStudy,
} from "@carom/core/study";
import { studyPath } from "../host/shippedStudies.ts";
import { loadStudy } from "../host/studyFile.ts";
import type { RunFacts } from "../report/manifest.ts";
import type { Telling } from "../ui/readData.ts";
import type { Asked } from "./asked.ts";
import { ask } from "./askStudy.ts";

export async function askTable(
  plan: PlanBuilder,
  study: TableStudy,
  scale: string | undefined,
  telling: Telling,
): Promise<Asked & { hashes: Record<string, string> }> {
  const parts: { name: string; asked: Asked; at: number }[] = [];
  const hashes: Record<string, string> = {};
  for (const name of study.studies) {
    const found = atScale({ ...(await loadStudy(await studyPath(name))), seed: study.seed }, scale);
    if (found.kind === "sweep" || found.kind === "table") throw notOfPairs(name, found.kind);
    const { hashes: own, ...asked } = await ask(plan, found, telling);
    const budgets = found.kind === "poisoning" ? found.fractions : found.attack.epsilons;
    parts.push({ name, asked, at: referenceBudget(budgets) });
    for (const [file, hash] of Object.entries(own)) hashes[`${name}:${file}`] = hash;
  }
  return {
    wanted: parts.flatMap(({ asked }) => asked.wanted),
    hashes,
    async answer(store) {
      const entries: SignificanceEntry[] = [];
      for (const { name, asked, at } of parts) {
        const { repetitions } = (await asked.answer(store)).result as StudyResult | PoisoningResult;
        entries.push(...significanceOf(name, repetitions, at));
      }
      const result: TableResult = { carom: VERSION, study, data: hashes, entries, warnings: warnings(entries) };
      const files = async (facts: RunFacts) => (await import("../report/tableFiles.ts")).tableFiles(result, facts);
      return { result, text: lines(result), files };
    },
  };
}

/** What studies with few repetitions cannot show. */
function warnings(entries: readonly SignificanceEntry[]): string[] {
  const few = new Map(entries.map(({ study, repetitions }) => [study, repetitions]));
  return [...few].flatMap(([study, repetitions]) => {
    const least = smallestPossibleP(repetitions);
    if (least < 0.05) return [];
    return [
      `${study} has ${repetitions} ${repetitions === 1 ? "repetition" : "repetitions"}: no p-value can fall below ${Number(least.toPrecision(2))}, so not below .05.`,
    ];
  });
}

function lines({ entries, warnings }: TableResult): string {
  const rows = entries.map(({ study, learner, what, agreeing, of, p }) =>
    [
      study.padEnd(24),
      learner.padEnd(12),
      what.padEnd(11),
      `${agreeing} of ${of}`.padStart(8),
      p === undefined ? "-" : p.toPrecision(2),
    ].join("  "),
  );
  return `${[...rows, "", ...warnings].join("\n")}\n`;
}

function notOfPairs(name: string, kind: string): InputError {
  return new InputError("unsupported", `study "${name}" in a table`, {
    expected: "a study of evasion or poisoning",
    got: `a ${kind}`,
    remedy: "leave it out",
  });
}
