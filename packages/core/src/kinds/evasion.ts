// Evasion as a kind of study.

import { rateTable } from "../report/rateTable.ts";
import { trackedStudy } from "../report/tracked.ts";
import type { Matrix } from "../study/evasion/matrix.ts";
import { planStudy } from "../study/evasion/plan.ts";
import { byAttacker, readStudy } from "../study/evasion/read.ts";
import type { StudyResult } from "../study/evasion/result.ts";
import { type Study, studySchema } from "../study/evasion/schema.ts";
import { smallestBudgets } from "../study/evasion/smallestBudgets.ts";
import { hashesOf, type StudyData } from "../study/studyData.ts";
import type { StudyKind } from "./kind.ts";
import { ofRepetitions } from "./ofRepetitions.ts";
import { ratesOf } from "./rates.ts";

export const evasion: StudyKind<Study, StudyData, readonly Matrix[], StudyResult> = {
  schema: studySchema,
  plan: planStudy,
  wanted: (matrices) =>
    matrices.flatMap(({ transfer, costs, curve, variability }) => [
      transfer,
      ...costs,
      ...(curve ? [curve.transfer] : []),
      ...(variability?.values() ?? []),
    ]),
  read: (store, matrices, study, data) => readStudy(store, matrices, study, hashesOf(data)),
  claims: ({ explanation }) => explanation.claims,
  tracked: trackedStudy,
  models: (matrices) => ofRepetitions(matrices.map(({ models }) => models)),
  told(result) {
    const { epsilons } = result.study.attack;
    const by = result.attackers ?? [undefined];
    const rows = by.flatMap((attacker) => {
      const rates = ratesOf(byAttacker(result, attacker?.name), epsilons);
      return rates.map(([id, values]) => [attacker ? `${id} by ${attacker.name}` : id, values] as const);
    });
    return { lines: rateTable("transfer rate", epsilons.map(String), rows) };
  },
  async files(result, { store, made, facts, document }) {
    const smallest = await smallestBudgets(store, made[0], result.study);
    return (await import("../report/studyFiles.ts")).studyFiles(result, smallest, facts, document);
  },
};
