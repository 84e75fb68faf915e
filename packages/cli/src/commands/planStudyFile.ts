// Plans a study of any kind: reads its data, and tells how, and what is suspicious of them.

import {
  type AnyStudy,
  hashesOfTable,
  planOf,
  planOfData,
  requirePairs,
  type SingleStudy,
  studyKinds,
  type TablePart,
} from "@carom/core/kinds";
import { type AuditStudy, atScale, hashesOf, type PlanBuilder, type StudyData, threatIn } from "@carom/core/study";
import { studyPath } from "../host/shippedStudies.ts";
import { loadStudyData, type StudyRows } from "../host/studyData.ts";
import { loadStudy } from "../host/studyFile.ts";
import { dataWarnings, holdWarnings } from "../ui/dataWarnings.ts";
import { type Telling, takenOf, tellReading } from "../ui/readData.ts";
import { inStudyWords, toldInStudyWords } from "../ui/studyWords.ts";
import { planAuditOf } from "./audit.ts";
import { optionsOf, requireNotAsked } from "./auditStudy.ts";
import type { PlannedRun, RunOptions } from "./runAsked.ts";
import { type Asking, givenOf, openGiven, readingOf, requireQueries, sentIn, withoutAsking } from "./studyModels.ts";

/** How a study is planned. */
export interface Asks extends Telling, RunOptions {
  /** Whether services may be asked about rows. */
  readonly isAsked: boolean;
}

/** Reads the data of a study into a plan, and plans what it asks. */
export async function planStudyFile(
  plan: PlanBuilder,
  study: AnyStudy,
  scale: string | undefined,
  asks: Asks,
): Promise<PlannedRun> {
  if (study.kind === "audit") return planAuditFile(plan, study, asks);
  const asking: Asking = { services: new Map(), ledgers: [] };
  if (study.kind !== "table") {
    const { data, warnings } = await readStudyData(plan, study, asking, asks);
    const kept = withoutAsking(study);
    const asked = planOfData(plan, kept, data);
    requireQueries(plan, asking);
    return {
      ...{ asked, question: [kept, hashesOf(data)] },
      ...(warnings.length > 0 && { warnings }),
      ...(asking.services.size > 0 && { services: asking.services, queries: () => sentIn(asking) }),
    };
  }
  const parts: TablePart[] = [];
  for (const name of study.studies) {
    const found: AnyStudy = atScale({ ...(await loadStudy(await studyPath(name))), seed: study.seed }, scale);
    requirePairs(name, found);
    parts.push({ name, study: found, data: (await readStudyData(plan, found, asking, asks)).data });
  }
  return { asked: planOf(plan, studyKinds.table, study, parts), question: [study, hashesOfTable(parts)] };
}

/** The audit of a file, as the command plans it. */
async function planAuditFile(plan: PlanBuilder, study: AuditStudy, asks: Asks): Promise<PlannedRun> {
  if (!asks.isAsked) requireNotAsked(study);
  return planAuditOf(plan, optionsOf(study, asks));
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
