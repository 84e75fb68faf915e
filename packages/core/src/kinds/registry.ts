// Every kind of study by the name that its file gives in `kind`: what its file looks like, how it is planned, read,
// told and drawn.

import { z } from "zod";
import { type AuditStudy, auditSchema } from "../study/audit/schema.ts";
import type { PlanBuilder } from "../study/engine/plan.ts";
import type { Study } from "../study/evasion/schema.ts";
import type { TableStudy } from "../study/paper/tableStudy.ts";
import type { PoisoningStudy } from "../study/poisoning/schema.ts";
import type { StudyData } from "../study/studyData.ts";
import type { SweepStudy } from "../study/sweep/plan.ts";
import { audit } from "./audit.ts";
import { evasion } from "./evasion.ts";
import { type Asked, planOf } from "./kind.ts";
import { poisoning } from "./poisoning.ts";
import { sweep } from "./sweep.ts";
import { table } from "./table.ts";

/** Every kind of study by name. */
export const studyKinds = { evasion, poisoning, sweep, table, audit } as const;

/** A study that asks one question of data. */
export type SingleStudy = Study | PoisoningStudy | SweepStudy;
/** A study of any kind that files have. */
export type AnyStudy = SingleStudy | TableStudy | AuditStudy;

/** Plans a study that asks one question of data. */
export function planOfData(plan: PlanBuilder, study: SingleStudy, data: StudyData): Asked {
  if (study.kind === "poisoning") return planOf(plan, poisoning, study, data);
  if (study.kind === "sweep") return planOf(plan, sweep, study, data);
  return planOf(plan, evasion, study, data);
}

/** What files of each kind look like. */
export const studySchemas = {
  evasion: evasion.schema!,
  poisoning: poisoning.schema!,
  sweep: sweep.schema!,
  table: table.schema!,
  audit: auditSchema,
} as const;

/** The JSON Schema of study files of a kind, for editors. */
export function studyJsonSchema(kind: keyof typeof studySchemas): Record<string, unknown> {
  return z.toJSONSchema(studySchemas[kind], { io: "input" }) as Record<string, unknown>;
}
