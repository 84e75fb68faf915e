// Every kind of study by the name that its file gives in `kind`: what its file looks like, how it is planned, how it is read.

import { z } from "zod";
import type { PlanBuilder } from "./engine/plan.ts";
import type { Ref } from "./engine/reference.ts";
import type { Store } from "./engine/store.ts";
import type { StudyData } from "./evasion/plan.ts";
import { planStudy } from "./evasion/plan.ts";
import { readStudy } from "./evasion/read.ts";
import { studySchema } from "./evasion/schema.ts";
import { tableSchema } from "./paper/tableStudy.ts";
import { planPoisoning, readPoisoning } from "./poisoning/plan.ts";
import { poisoningSchema } from "./poisoning/schema.ts";
import { planSweepStudy, readSweepStudy, sweepSchema } from "./sweep/plan.ts";

/** A kind of study S of data: a plan becomes matrices M, and what they hold becomes a result R. */
export interface StudyKind<S, M, R> {
  plan(plan: PlanBuilder, study: S, data: StudyData): readonly M[];
  /** What has to be computed before it is read. */
  wanted(matrix: M): readonly Ref<unknown>[];
  read(store: Store, matrices: readonly M[], study: S, hashes: Readonly<Record<string, string>>): Promise<R>;
}

/** Keeps the types of an entry together. */
const kind = <S, M, R>(entry: StudyKind<S, M, R>): StudyKind<S, M, R> => entry;

/** Every kind of study by name: its plan, what it needs, how it is read. */
export const studyKinds = {
  evasion: kind({
    plan: planStudy,
    wanted: ({ transfer, costs, curve, variability }) => [
      transfer,
      ...costs,
      ...(curve ? [curve.transfer] : []),
      ...(variability?.values() ?? []),
    ],
    read: readStudy,
  }),
  poisoning: kind({ plan: planPoisoning, wanted: ({ wanted }) => wanted, read: readPoisoning }),
  sweep: kind({ plan: planSweepStudy, wanted: ({ wanted }) => wanted, read: readSweepStudy }),
} as const;

/** What files of each kind look like. A table is of other studies and has no data of its own. */
export const studySchemas = {
  evasion: studySchema,
  poisoning: poisoningSchema,
  sweep: sweepSchema,
  table: tableSchema,
} as const;

/** The JSON Schema of study files of a kind, for editors. */
export function studyJsonSchema(kind: keyof typeof studySchemas): Record<string, unknown> {
  return z.toJSONSchema(studySchemas[kind], { io: "input" }) as Record<string, unknown>;
}
