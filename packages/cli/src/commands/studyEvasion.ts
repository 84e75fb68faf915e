// A study of evasion, for carom study: what is planned, and what is said when it is done.

import { type PlanBuilder, planStudy, readStudy, type Study, type StudyData, smallestBudgets } from "@carom/core";
import type { RunFacts } from "../report/manifest.ts";
import { claimLines } from "../ui/claims.ts";
import type { Asked } from "./asked.ts";

export function askEvasion(study: Study, plan: PlanBuilder, data: StudyData, hashes: Record<string, string>): Asked {
  const keys = planStudy(plan, study, data);
  const wanted = keys.flatMap(({ transfer, curve, variability }) => [
    transfer,
    ...(curve ? [curve.transfer] : []),
    ...(variability?.values() ?? []),
  ]);
  return {
    wanted,
    async answer(store) {
      const result = await readStudy(store, keys, study, hashes);
      const files = async (facts: RunFacts) => {
        const examples = await smallestBudgets(store, keys[0], study);
        return (await import("../report/studyFiles.ts")).studyFiles(result, examples, facts);
      };
      return { result, text: `${rates(result)}\n${claimLines(result.explanation.claims)}`, files };
    },
  };
}

/** The transfer rates as a table: a row per surrogate, a column per budget. */
function rates({ study, transferRates }: Awaited<ReturnType<typeof readStudy>>): string {
  const names = [...new Set(transferRates.map(({ surrogate }) => surrogate))];
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const { epsilons } = study.attack;
  const header = `${"transfer rate".padEnd(width)}${epsilons.map((epsilon) => String(epsilon).padStart(8)).join("")}`;
  const rows = names.map((name) => {
    const row = epsilons.map((epsilon) =>
      transferRates.find((each) => each.surrogate === name && each.epsilon === epsilon),
    );
    return `${name.padEnd(width)}${row.map((each) => (each ? each.rate.toFixed(3) : "").padStart(8)).join("")}`;
  });
  return `${[header, ...rows].join("\n")}\n`;
}
