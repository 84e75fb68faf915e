// Plans a study of one question, each kind in its own way.

import type { PlanBuilder } from "@carom/core";
import { loadStudyData } from "../host/studyData.ts";
import type { SingleStudy } from "../host/studyFile.ts";
import { type Telling, tellReading } from "../ui/readData.ts";
import type { Asked } from "./asked.ts";
import { askEvasion } from "./studyEvasion.ts";
import { askPoisoning } from "./studyPoisoning.ts";
import { askSweep } from "./studySweep.ts";

/** Plans a study of surrogates and targets or of one learner. */
export async function ask(
  plan: PlanBuilder,
  study: SingleStudy,
  telling: Telling,
): Promise<Asked & { hashes: Record<string, string> }> {
  const { data, hashes, readings } = await loadStudyData(plan, study);
  for (const [file, reading] of readings) tellReading(file, reading, telling);
  const parts = [plan, data, hashes] as const;
  if (study.kind === "poisoning") return { ...askPoisoning(study, ...parts), hashes };
  if (study.kind === "sweep") return { ...askSweep(study, ...parts), hashes };
  return { ...askEvasion(study, ...parts), hashes };
}
