// Plans a study of one question, each kind in its own way.

import { normIn, type PlanBuilder, type StudyData } from "@carom/core";
import { loadStudyData } from "../host/studyData.ts";
import type { SingleStudy } from "../host/studyFile.ts";
import { dataWarnings, holdWarnings } from "../ui/dataWarnings.ts";
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
  const warnings = warningsOf(study, data);
  holdWarnings(warnings);
  if (study.kind === "poisoning") return { ...askPoisoning(study, ...parts), hashes, warnings };
  if (study.kind === "sweep") return { ...askSweep(study, ...parts), hashes, warnings };
  return { ...askEvasion(study, ...parts), hashes, warnings };
}

/** What the data do not suit of what is learned from them and asked of them. */
function warningsOf(study: SingleStudy, { train, test }: StudyData): readonly string[] {
  if (study.kind === "poisoning") return dataWarnings(train.dataset, { learned: true });
  const { norm, units } = study.attack;
  const epsilons = study.kind === "sweep" ? [study.attack.epsilon] : study.attack.epsilons;
  const attacked = (test ?? train).dataset;
  const threat = { domain: attacked.domain, norm: normIn(attacked.domain, { norm, ...(units && { units }) }) };
  return dataWarnings(attacked, { learned: true, attack: { threat, units, epsilons } });
}
