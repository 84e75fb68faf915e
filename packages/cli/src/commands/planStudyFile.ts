// Plans a study of any kind: reads its data, and tells how, and what is suspicious of them.

import {
  type AnyStudy,
  type Asked,
  hashesOfTable,
  planOf,
  planOfData,
  requirePairs,
  type SingleStudy,
  studyKinds,
  type TablePart,
} from "@carom/core/kinds";
import { atScale, hashesOf, type PlanBuilder, type StudyData, threatIn } from "@carom/core/study";
import { studyPath } from "../host/shippedStudies.ts";
import { loadStudyData } from "../host/studyData.ts";
import { loadStudy } from "../host/studyFile.ts";
import { dataWarnings, holdWarnings } from "../ui/dataWarnings.ts";
import { type Telling, tellReading } from "../ui/readData.ts";
import { inStudyWords, toldInStudyWords } from "../ui/studyWords.ts";

/** A study that has been planned. */
export interface PlannedStudy {
  readonly asked: Asked;
  /** The hash of each file. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What is suspicious of the data. */
  readonly warnings: readonly string[];
}

/** Reads the data of a study into a plan, and plans what it asks. */
export async function planStudyFile(
  plan: PlanBuilder,
  study: AnyStudy,
  scale: string | undefined,
  telling: Telling,
): Promise<PlannedStudy> {
  if (study.kind !== "table") {
    const { data, warnings } = await readStudyData(plan, study, telling);
    return { asked: planOfData(plan, study, data), hashes: hashesOf(data), warnings };
  }
  const parts: TablePart[] = [];
  for (const name of study.studies) {
    const found: AnyStudy = atScale({ ...(await loadStudy(await studyPath(name))), seed: study.seed }, scale);
    requirePairs(name, found);
    parts.push({ name, study: found, data: (await readStudyData(plan, found, telling)).data });
  }
  return { asked: planOf(plan, studyKinds.table, study, parts), hashes: hashesOfTable(parts), warnings: [] };
}

/** The data of a study in a plan, told as they are read. */
async function readStudyData(plan: PlanBuilder, study: SingleStudy, telling: Telling) {
  const { data, readings, warnings: broken } = await toldInStudyWords(loadStudyData(plan, study));
  for (const [file, reading] of readings) tellReading(file, reading, telling, inStudyWords);
  const warnings = [...broken, ...warningsOf(study, data)].map(inStudyWords);
  holdWarnings(warnings);
  return { data, warnings };
}

/** What the data do not suit of what is learned from them and asked of them. */
function warningsOf(study: SingleStudy, { train, test, features }: StudyData): readonly string[] {
  if (study.kind === "poisoning") return dataWarnings(train.dataset, { learned: true });
  const { norm, units } = study.attack;
  const epsilons = study.kind === "sweep" ? [study.attack.epsilon] : study.attack.epsilons;
  const attacked = (test ?? train).dataset;
  const threat = threatIn(attacked.domain, { norm, ...(units && { units }), ...(features && { features }) }, undefined);
  return dataWarnings(attacked, { learned: true, attack: { threat, units: features ? "features" : units, epsilons } });
}
