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
import { loadStudyData, type StudyRows } from "../host/studyData.ts";
import { loadStudy } from "../host/studyFile.ts";
import { dataWarnings, holdWarnings } from "../ui/dataWarnings.ts";
import { type Telling, takenOf, tellReading } from "../ui/readData.ts";
import { inStudyWords, toldInStudyWords } from "../ui/studyWords.ts";
import { type Asking, givenOf, openGiven, readingOf, requireQueries, withoutAsking } from "./studyModels.ts";

/** A study that has been planned. */
export interface PlannedStudy {
  readonly asked: Asked;
  /** The hash of each file. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What is suspicious of the data. */
  readonly warnings: readonly string[];
  /** Models that can only be asked. */
  readonly asking: Asking;
}

/** How a study is planned. */
export interface Asks extends Telling {
  /** Whether services may be asked about rows. */
  readonly isAsked: boolean;
}

/** Reads the data of a study into a plan, and plans what it asks. */
export async function planStudyFile(
  plan: PlanBuilder,
  study: AnyStudy,
  scale: string | undefined,
  asks: Asks,
): Promise<PlannedStudy> {
  const asking: Asking = { services: new Map(), ledgers: [] };
  if (study.kind !== "table") {
    const { data, warnings } = await readStudyData(plan, study, asking, asks);
    const asked = planOfData(plan, withoutAsking(study), data);
    requireQueries(plan, asking);
    return { asked, hashes: hashesOf(data), warnings, asking };
  }
  const parts: TablePart[] = [];
  for (const name of study.studies) {
    const found: AnyStudy = atScale({ ...(await loadStudy(await studyPath(name))), seed: study.seed }, scale);
    requirePairs(name, found);
    parts.push({ name, study: found, data: (await readStudyData(plan, found, asking, asks)).data });
  }
  return { asked: planOf(plan, studyKinds.table, study, parts), hashes: hashesOfTable(parts), warnings: [], asking };
}

/** The data of a study in a plan, told as they are read. */
async function readStudyData(plan: PlanBuilder, study: SingleStudy, asking: Asking, asks: Asks) {
  const { quiet = false, isAsked } = asks;
  const file = givenOf(study).flatMap(({ choice }) => ("model" in choice ? [choice] : []))[0];
  const taken = file && (await takenOf(file.model, study.data.train, readingOf(file)));
  const suited = (rows: StudyRows) => openGiven(plan, study, rows, asking, { quiet, isAsked });
  const { data, readings, warnings: broken } = await toldInStudyWords(loadStudyData(plan, study, suited, taken));
  for (const [file, reading] of readings) tellReading(file, reading, asks, inStudyWords);
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
