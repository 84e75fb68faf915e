// A study of one option of a learner, for carom study: what is planned, and what is said when it is done.

import { type PlanBuilder, planSweepStudy, readSweepStudy, type StudyData, type SweepStudy } from "@carom/core";
import type { RunFacts } from "../report/manifest.ts";
import { claimLines } from "../ui/claims.ts";
import { sweepLines } from "../ui/sweepLines.ts";
import type { Asked } from "./asked.ts";

export function askSweep(study: SweepStudy, plan: PlanBuilder, data: StudyData, hashes: Record<string, string>): Asked {
  const keys = planSweepStudy(plan, study, data);
  return {
    wanted: keys.flatMap(({ wanted }) => wanted),
    async answer(store) {
      const result = await readSweepStudy(store, keys, study, hashes);
      const files = async (facts: RunFacts) => (await import("../report/sweepFiles.ts")).sweepStudyFiles(result, facts);
      return { result, text: `${sweepLines(result.mean)}\n${claimLines(result.claims)}`, files };
    },
  };
}
