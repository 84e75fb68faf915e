// Poisoning as a kind of study.

import { rateTable } from "../report/rateTable.ts";
import { trackedStudy } from "../report/tracked.ts";
import { mean } from "../stats/describe.ts";
import { type PoisoningMatrix, planPoisoning } from "../study/poisoning/plan.ts";
import { readPoisoning } from "../study/poisoning/read.ts";
import type { PoisoningResult } from "../study/poisoning/result.ts";
import { type PoisoningStudy, poisoningSchema } from "../study/poisoning/schema.ts";
import { hashesOf, type StudyData } from "../study/studyData.ts";
import type { StudyKind } from "./kind.ts";
import { ratesOf } from "./rates.ts";

export const poisoning: StudyKind<PoisoningStudy, StudyData, readonly PoisoningMatrix[], PoisoningResult> = {
  schema: poisoningSchema,
  plan: planPoisoning,
  wanted: (matrices) => matrices.flatMap(({ wanted }) => wanted),
  read: (store, matrices, study, data) => readPoisoning(store, matrices, study, hashesOf(data)),
  claims: ({ explanation }) => explanation.claims,
  tracked: trackedStudy,
  told(result) {
    const fractions = [...result.study.fractions].sort((a, b) => a - b);
    const rows = ratesOf(result, fractions);
    const means = fractions.map((_, i) => mean(rows.map(([, rates]) => rates[i]!)));
    const clean = result.repetitions.flatMap(({ models }) =>
      models.flatMap(({ cleanError }) => cleanError?.estimate ?? []),
    );
    const shares = fractions.map((fraction) => `${Number((100 * fraction).toPrecision(3))} %`);
    const below = [`without poisoning ${mean(clean)!.toFixed(3)}`];
    return { lines: rateTable("mean target error", shares, [...rows, ["all", means]], below) };
  },
  async files(result, { store, made, data, facts, document }) {
    const { poisoningFiles, poisonedExamples } = await import("../report/poisoningFiles.ts");
    return poisoningFiles(result, await poisonedExamples(store, made[0], data.train.dataset), facts, document);
  },
};
