// Sweeps over an option of a learner: as a kind of study, over repetitions, and one by itself.

import { sweepLines } from "../report/sweepLines.ts";
import { trackedOneSweep, trackedSweep } from "../report/tracked.ts";
import { hashesOf, type StudyData } from "../study/studyData.ts";
import {
  planSweepStudy,
  readSweepStudy,
  type SweepStudy,
  type SweepStudyResult,
  sweepSchema,
} from "../study/sweep/plan.ts";
import { planSweep, readSweep, type SweepKeys, type SweepQuestion, type SweepResult } from "../study/sweep/sweep.ts";
import type { StudyKind } from "./kind.ts";
import { ofRepetitions } from "./ofRepetitions.ts";

export const sweep: StudyKind<SweepStudy, StudyData, readonly SweepKeys[], SweepStudyResult> = {
  schema: sweepSchema,
  plan: planSweepStudy,
  wanted: (keys) => keys.flatMap(({ wanted }) => wanted),
  read: (store, keys, study, data) => readSweepStudy(store, keys, study, hashesOf(data)),
  claims: ({ claims }) => claims,
  tracked: trackedSweep,
  models: (keys) => ofRepetitions(keys.map(({ matrix }) => matrix.models)),
  told: ({ mean }) => ({ lines: sweepLines(mean) }),
  files: async (result, { facts, document }) =>
    (await import("../report/sweepFiles.ts")).sweepStudyFiles(result, facts, document),
};

/** One sweep by itself, on one split. */
export const oneSweep: StudyKind<SweepQuestion, StudyData, SweepKeys, SweepResult> = {
  plan: (plan, question, { train }) => planSweep(plan, question, train.part),
  wanted: ({ wanted }) => wanted,
  read: (store, keys, question, { train }) => readSweep(store, keys, question, train.hash),
  tracked: trackedOneSweep,
  models: ({ matrix }) => matrix.models,
  told: (result) => ({ lines: sweepLines(result) }),
  files: async (result, { facts, document }) =>
    (await import("../report/sweepFiles.ts")).sweepFiles(result, facts, document),
};
